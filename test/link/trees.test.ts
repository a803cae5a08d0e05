// Which folder carries which tree: by where paths really lead, not by how they are written.
import { describe, expect, test } from 'vitest';
import type { FolderConfig } from '../../src/link/api.ts';
import type { Carried, TreesParts } from '../../src/link/trees.ts';
import { carriedTrees } from '../../src/link/trees.ts';
import type { Tree } from '../../src/store/layout.ts';
import { TREE_NAMES } from '../../src/store/layout.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { folder } from './folder.ts';

const LINUX = { homeDir: '/home/u', platform: 'linux' };

/** A queue at /q, and whatever else is there. */
function disk(links: Record<string, string> = {}, root = '/q') {
  const { files, volume } = memoryDisk();
  for (const tree of TREE_NAMES) files.makeDir(`${root}/${tree}`);
  files.makeDir('/home/u');
  for (const [from, to] of Object.entries(links)) volume.symlinkSync(to, from);
  return files;
}

interface Where {
  links?: Record<string, string>;
  /** Of the queue. */
  root?: string;
  /** How we call it. */
  at?: string;
}

function carried(folders: readonly FolderConfig[], { links = {}, root = '/q', at }: Where = {}) {
  const { realPath } = disk(links, root);
  const layout = { tree: (tree: Tree) => `${at ?? root}/${tree}` };
  return brief(carriedTrees(folders, { ...LINUX, realPath, layout }));
}

const brief = (all: Carried) =>
  Object.fromEntries(
    Object.entries(all).map(
      ([
        tree,
        {
          folder: { id },
          prefix,
        },
      ]) => [tree, `${id}:${prefix}`],
    ),
  );

const around = (id: string, below = '') =>
  Object.fromEntries(TREE_NAMES.map((tree) => [tree, `${id}:${below}${tree}`]));

test('each tree a folder of its own', () => {
  expect(carried(TREE_NAMES.map((tree) => folder(tree, `/q/${tree}`)))).toEqual(
    Object.fromEntries(TREE_NAMES.map((tree) => [tree, `${tree}:`])),
  );
});

test('one folder around all, also from further up', () => {
  expect(carried([folder('all', '/q')])).toEqual(around('all'));
  expect(carried([folder('disk', '/')])).toEqual(around('disk', 'q/'));
});

test('the nearest one counts, and of two the one that is not paused', () => {
  const folders = [folder('disk', '/'), folder('in', '/q/inbox'), folder('all', '/q')];
  expect(carried(folders)).toEqual({ ...around('all'), inbox: 'in:' });
  const twice = [folder('old', '/q', { paused: true }), folder('new', '/q')];
  expect(carried(twice)).toEqual(around('new'));
  expect(carried(twice.toReversed())).toEqual(around('new'));
  expect(carried([folder('in', '/q/inbox', { paused: true }), folder('all', '/q')])).toHaveProperty(
    'inbox',
    'in:',
  );
});

test('a paused folder counts, and says so', () => {
  const { realPath } = disk();
  const all = carriedTrees([folder('all', '/q', { paused: true })], {
    ...LINUX,
    realPath,
    layout: { tree: (tree) => `/q/${tree}` },
  });
  expect(all.inbox?.folder.paused).toBe(true);
});

test.each(['/other', '/q/outbox/job', '/q2', '/qq', '/q/outbox2', 'q', '', '~', '~u/q'])(
  'a folder at %j carries none',
  (where) => {
    expect(carried([folder('x', where)])).toEqual({});
  },
);

describe('paths are written in many ways', () => {
  test.each(['/q/', '/q/../q', '//q', '/q/.'])('%s is the queue', (where) => {
    expect(carried([folder('x', where)])).toEqual(around('x'));
  });

  test('~ is the home directory', () => {
    expect(carried([folder('x', '~/q')], { root: '/home/u/q' })).toEqual(around('x'));
    expect(carried([folder('x', '~')], { root: '/home/u/q' })).toEqual(around('x', 'q/'));
    expect(carried([folder('x', '~/')], { root: '/home/u/q' })).toEqual(around('x', 'q/'));
  });

  test('a link leads to the queue, in the configuration or in our own path', () => {
    expect(carried([folder('x', '/link')], { links: { '/link': '/q' } })).toEqual(around('x'));
    expect(carried([folder('x', '/q')], { links: { '/link': '/q' }, at: '/link' })).toEqual(around('x'));
  });

  test('a link inside a folder leads out of it: Syncthing does not follow it', () => {
    expect(carried([folder('x', '/home/u')], { links: { '/home/u/q': '/q' }, at: '/home/u/q' })).toEqual({});
  });

  test('what is not there yet is taken as far as it is', () => {
    expect(carried([folder('x', '/link/sub')], { links: { '/link': '/q' }, at: '/q/sub' })).toEqual(
      around('x'),
    );
  });

  test('what cannot be looked at is taken as it is written', () => {
    const realPath = () => {
      throw new Error('ELOOP');
    };
    const parts: TreesParts = { ...LINUX, realPath, layout: { tree: (tree) => `/q/${tree}` } };
    expect(brief(carriedTrees([folder('x', '/q')], parts))).toEqual(around('x'));
  });
});

describe('on Windows', () => {
  const parts: TreesParts = {
    platform: 'win32',
    homeDir: 'C:\\Users\\u',
    realPath: () => undefined,
    layout: { tree: (tree) => `C:\\Users\\u\\Queue\\${tree}` },
  };

  test.each(['c:\\users\\U\\QUEUE', 'C:/Users/u/Queue/', '~\\Queue', '~/queue'])(
    '%s is the queue',
    (where) => {
      expect(brief(carriedTrees([folder('x', where)], parts))).toEqual(around('x'));
    },
  );

  test.each(['D:\\Users\\u\\Queue', 'C:\\Users\\u\\Queue2', '\\\\nas\\Queue'])(
    '%s is another place',
    (where) => {
      expect(carriedTrees([folder('x', where)], parts)).toEqual({});
    },
  );

  test('the path below a folder has slashes', () => {
    expect(brief(carriedTrees([folder('x', 'C:\\')], parts))).toEqual(around('x', 'Users/u/Queue/'));
  });
});
