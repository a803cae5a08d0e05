// Which changed paths are asked for, and as what: no more than a few, none within another, nothing the mirror skips.
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { subsOf, targetOf } from '../../src/link/subs.ts';
import type { Carried } from '../../src/link/trees.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { folder } from './folder.ts';

const layout = layoutOf('/q');
const FOUR: Carried = {
  outbox: { folder: folder('out', '/q/outbox'), prefix: '' },
  inbox: { folder: folder('in', '/q/inbox'), prefix: '' },
};
const ONE: Carried = {
  outbox: { folder: folder('all', '/'), prefix: 'q/outbox' },
  inbox: { folder: folder('all', '/'), prefix: 'q/inbox' },
};

describe('a path that has changed', () => {
  test('is told from its folder', () => {
    expect(targetOf('/q/outbox/j/sub/a.txt', layout, FOUR)).toEqual({
      folder: 'out',
      sub: 'j/sub/a.txt',
      job: 'j',
      tree: '',
      patient: false,
    });
    expect(targetOf('/q/inbox/j/a', layout, ONE)).toEqual({
      folder: 'all',
      sub: 'q/inbox/j/a',
      job: 'q/inbox/j',
      tree: 'q/inbox',
      patient: true,
    });
    expect(targetOf('/q/inbox/j/SHA256SUMS', layout, ONE)?.patient).toBe(false);
    expect(targetOf('/q/inbox/j', layout, ONE)?.patient).toBe(false);
  });

  test('may be the tree itself', () => {
    expect(targetOf('/q/outbox', layout, FOUR)).toMatchObject({ sub: '', job: '', tree: '' });
    expect(targetOf('/q/outbox/', layout, ONE)).toMatchObject({ sub: 'q/outbox', job: 'q/outbox' });
  });

  test.each([
    '/q/archive/j',
    '/q/.jobq-staging/x',
    '/q/requests/j',
    '/q',
    '/q/outbox2/j',
    '/elsewhere',
    'relative',
    '/q/inbox/.jobq-tmp-1',
    '/q/inbox/j/.jobq-x/a.txt',
    '/q/inbox/j/.syncthing.a.txt.tmp',
    '/q/inbox/j/a.sync-conflict-20261122-164858-3SFE3DA.txt',
    '/q/inbox/.stfolder',
  ])('%s is nobody’s concern', (file) => {
    expect(targetOf(file, layout, FOUR)).toBeUndefined();
  });

  test('the marker is, although its name is one of ours', () => {
    expect(targetOf('/q/inbox/.jobq-queue', layout, FOUR)).toMatchObject({ sub: '.jobq-queue' });
  });

  test('in a folder that is paused is not asked for', () => {
    const paused: Carried = { inbox: { folder: folder('in', '/q/inbox', { paused: true }), prefix: '' } };
    expect(targetOf('/q/inbox/j', layout, paused)).toBeUndefined();
  });
});

describe('what is asked for', () => {
  const subs = (carried: Carried, ...files: string[]) =>
    subsOf(files.flatMap((file) => targetOf(file, layout, carried) ?? []));
  const many = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => name(i));

  test('is each path once, and none within another', () => {
    expect(
      subs(FOUR, '/q/inbox/j', '/q/inbox/j/a', '/q/inbox/j2/a', '/q/inbox/j', '/q/inbox/j2/a/b'),
    ).toEqual(['j', 'j2/a']);
  });

  test('is the folder as a whole, when its top has changed', () => {
    expect(subs(FOUR, '/q/inbox/j', '/q/inbox')).toEqual([]);
    expect(subs(ONE, '/q/inbox/j', '/q/inbox')).toEqual(['q/inbox']);
  });

  test('is up to twenty paths', () => {
    const files = many(20, (i) => `/q/inbox/j/${i}`);
    expect(subs(FOUR, ...files)).toHaveLength(20);
    expect(subs(FOUR, ...files, '/q/inbox/j/20')).toEqual(['j']);
  });

  test('is the tree, when more jobs than that have changed', () => {
    const files = many(21, (i) => `/q/inbox/j${i}/a`);
    expect(subs(FOUR, ...files)).toEqual([]);
    expect(subs(ONE, ...files, '/q/outbox/j/a')).toEqual(['q/inbox', 'q/outbox']);
  });

  test('covers every path that was told, with twenty at most', () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'c.txt');
    const file = fc
      .tuple(fc.constantFrom('inbox', 'outbox'), fc.nat(40), fc.array(name, { maxLength: 3 }))
      .map(([tree, job, names]) => path.join('/q', tree, `j${job}`, ...names));
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 60 }), (files) => {
        const asked = subs(ONE, ...files);
        expect(asked.length).toBeLessThanOrEqual(20);
        for (const told of files) {
          const within = asked.filter((sub) => `${told}/`.startsWith(`/${sub}/`));
          expect([told, within.length]).toEqual([told, 1]);
        }
      }),
    );
  });
});
