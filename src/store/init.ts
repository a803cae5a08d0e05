// Makes the folders of a queue, their markers and their ignore files. Done twice it changes nothing.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { IGNORE_PATTERNS } from '../job/skipped-names.ts';
import type { Disk } from './disk.ts';
import { writeWhole } from './disk.ts';
import type { Layout, Tree } from './layout.ts';
import { LOCAL_DIRS, SETTINGS_FILE, TREE_NAMES, TREES } from './layout.ts';
import { markedId, writeMarker } from './marker.ts';

export type Role = 'linux' | 'windows' | 'both';
export const ROLES = ['linux', 'windows', 'both'] as const satisfies readonly Role[];

export interface InitResult {
  queue: string;
  queue_id: string;
  role: Role;
  /** Paths that were made, below the queue; empty when everything was there. */
  made: string[];
}

export const IGNORE_FILE = '.stignore';

/** Never mirrored, whoever shares the whole queue folder as one. */
const ROOT_IGNORE = [
  ...LOCAL_DIRS.map((dir) => `/${dir}`),
  `/${SETTINGS_FILE}`,
  '/.jobq-keys',
  ...IGNORE_PATTERNS,
];

/** What each `.stignore` of a queue holds, by its folder below the root. */
export const IGNORE_FILES: readonly { dir: string; lines: readonly string[] }[] = [
  { dir: '', lines: ROOT_IGNORE },
  ...TREE_NAMES.map((tree) => ({ dir: tree, lines: IGNORE_PATTERNS })),
];

function isOurs(tree: Tree, role: Role): boolean {
  return role === 'both' || TREES[tree] === role;
}

/** The id of the queue: the one given, the one the settings or a marker tell, or, on the Linux side, a new one. */
function queueIdFor(disk: Disk, layout: Layout, role: Role, known: readonly (string | undefined)[]): string {
  const told = [...known, ...TREE_NAMES.map((tree) => markedId(disk.files, layout, tree))].filter(
    (id) => id !== undefined,
  );
  const [id, ...others] = [...new Set(told)];
  if (others.length > 0) {
    throw new JobqError('conflict', `this folder belongs to several queues: ${[id, ...others].join(', ')}`, {
      file: layout.root,
      remedy: 'choose another folder, or correct queue.id in jobq.toml',
    });
  }
  if (id) return id;
  if (role !== 'windows') return `q-${disk.files.uniqueName()}`;
  throw new JobqError('usage', 'the id of the queue is not known on this machine yet', {
    file: layout.root,
    field: '--queue-id',
    remedy:
      'give the id that `jobq init` printed on the Linux side: --queue-id q-…; or wait until outbox/ has arrived',
  });
}

/** Every path has one writer: the side that only runs jobs does not become the other one by a slip. */
function refuseOtherSide({ files }: Disk, layout: Layout, role: Role): void {
  const isWindowsSide =
    files.facts(layout.settings) !== undefined && files.facts(layout.archive) === undefined;
  if (role !== 'linux' || !isWindowsSide) return;
  throw new JobqError(
    'conflict',
    'this folder is the side of the queue that runs the jobs: it has no archive/',
    {
      file: layout.root,
      remedy: 'choose another folder; where both sides are to be on this machine, give --role both',
    },
  );
}

export async function initQueue(
  disk: Disk,
  layout: Layout,
  role: Role,
  knownIds: readonly (string | undefined)[],
  settingsText: (queueId: string) => string,
): Promise<InitResult> {
  refuseOtherSide(disk, layout, role);
  const queue_id = queueIdFor(disk, layout, role, knownIds);
  const made: string[] = [];
  const dirs = [layout.staging, ...TREE_NAMES.map((tree) => layout.tree(tree)), ...localDirs(layout, role)];
  for (const dir of dirs) makeDir(disk, layout, dir, made);
  for (const { dir, lines } of IGNORE_FILES)
    await ensureFile(disk, layout, path.join(dir, IGNORE_FILE), `${lines.join('\n')}\n`, made);
  for (const tree of TREE_NAMES) {
    if (!isOurs(tree, role) || markedId(disk.files, layout, tree) !== undefined) continue;
    await writeMarker(disk, layout, tree, queue_id);
    made.push(`${tree}/.jobq-queue`);
  }
  await ensureFile(disk, layout, SETTINGS_FILE, settingsText(queue_id), made);
  return { queue: layout.root, queue_id, role, made };
}

function localDirs(layout: Layout, role: Role): string[] {
  return role === 'windows' ? [] : LOCAL_DIRS.map((dir) => path.join(layout.root, dir));
}

function makeDir({ files }: Disk, layout: Layout, dir: string, made: string[]): void {
  if (files.facts(dir)) return;
  files.makeDir(dir);
  const relative = path.relative(layout.root, dir);
  if (!made.includes(relative)) made.push(relative);
}

async function ensureFile(
  disk: Disk,
  layout: Layout,
  name: string,
  text: string,
  made: string[],
): Promise<void> {
  const file = path.join(layout.root, name);
  if (disk.files.facts(file)) return;
  await writeWhole(disk, layout.staging, file, text);
  made.push(name);
}
