// The folder of the queue: its markers, which side this machine is, and what keeps the mirror from the wrong files.
import path from 'node:path';
import { JobqError } from '../../errors.ts';
import { IGNORE_FILE, IGNORE_FILES } from '../../store/init.ts';
import type { Tree } from '../../store/layout.ts';
import { TREE_NAMES, TREES } from '../../store/layout.ts';
import { markedId } from '../../store/marker.ts';
import type { Context } from '../context.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface QueueFacts {
  root: string;
  /** What the settings say. */
  setId: string | undefined;
  settingsFile: string | undefined;
  markers: readonly { tree: Tree; id?: string; problem?: string }[];
  hasArchive: boolean;
  mirrored: boolean;
  /** Lines that an ignore file lacks; all of them where there is none. */
  ignoring: readonly { file: string; missing: readonly string[] }[];
}

export function lookAtQueue({ parts, layout, settings }: Context): QueueFacts {
  const { files } = parts.disk;
  const markers = TREE_NAMES.map((tree) => {
    try {
      const id = markedId(files, layout, tree);
      return id === undefined ? { tree } : { tree, id };
    } catch (error) {
      if (error instanceof JobqError) return { tree, problem: error.message };
      throw error;
    }
  });
  const ignoring = IGNORE_FILES.map(({ dir, lines }) => {
    const text = files.read(path.join(layout.root, dir, IGNORE_FILE))?.toString() ?? '';
    const there = new Set(text.split(/\r?\n/).map((line) => line.trim()));
    return { file: path.join(dir, IGNORE_FILE), missing: lines.filter((line) => !there.has(line)) };
  });
  return {
    root: layout.root,
    setId: settings.queue.id,
    settingsFile: files.facts(layout.settings) && layout.settings,
    markers,
    hasArchive: files.facts(layout.archive) !== undefined,
    mirrored: settings.syncthing.link !== 'local',
    ignoring,
  };
}

export function judgeQueue(facts: QueueFacts): Finding[] {
  return [
    newCheck('queue', 'every command works on this folder').ok(facts.root),
    newCheck('settings', 'a setting that is wrong stops every command').ok(
      facts.settingsFile ?? 'no jobq.toml: every setting has its default',
    ),
    judgeMarkers(facts),
    newCheck('side', 'orders are written on one side and run on the other').ok(
      facts.hasArchive ? 'this side submits and archives' : 'this side runs jobs: it has no archive/',
    ),
    ...judgeIgnoring(facts),
  ];
}

function judgeMarkers({ markers, setId, hasArchive }: QueueFacts): Finding {
  const check = newCheck(
    'markers',
    'a daemon does nothing in a folder whose marker is missing or of another queue',
  );
  const broken = markers.find(({ problem }) => problem !== undefined);
  if (broken)
    return check.problem(broken.problem ?? '', 'wait until it has arrived whole, or run `jobq init` again');
  const missing = markers.filter(({ id }) => id === undefined).map(({ tree }) => tree);
  const [first] = missing;
  if (first !== undefined) {
    const isOurs = (TREES[first] === 'linux') === hasArchive;
    return check.problem(
      `no marker in ${missing.map((tree) => `${tree}/`).join(', ')}`,
      isOurs
        ? 'run `jobq init <queue>` here once more: it makes what is missing'
        : 'it comes from the other side: run `jobq init` there, and look whether the mirror runs',
    );
  }
  const ids = [...new Set([...(setId === undefined ? [] : [setId]), ...markers.map(({ id }) => id)])];
  if (ids.length > 1)
    return check.problem(
      `several queues in one folder: ${ids.join(', ')}`,
      'share the folders of one queue only with each other, and correct queue.id in jobq.toml',
    );
  return check.ok(`all four trees are of queue ${ids[0]}`);
}

function judgeIgnoring({ ignoring, mirrored }: QueueFacts): Finding[] {
  if (!mirrored) return [];
  const check = newCheck(
    'ignore files',
    'without them the mirror carries temporary files, and makes conflicts of files that belong to one machine',
  );
  const lacking = ignoring.filter(({ missing }) => missing.length > 0);
  if (lacking.length === 0) return [check.ok('every .stignore has its lines')];
  return lacking.map(({ file, missing }) =>
    check.warning(
      `${file} lacks ${missing.join(' ')}`,
      'add these lines; `jobq init` makes a file that is not there',
    ),
  );
}
