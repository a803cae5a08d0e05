// The queue a command works on: its folder, found from flag, variable or the folder one stands in, and its settings.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { SETTINGS_BYTES } from '../job/sizes.ts';
import type { Settings } from '../settings/keys.ts';
import type { Flag } from '../settings/layers.ts';
import type { Sources } from '../settings/load.ts';
import { loadSettings } from '../settings/load.ts';
import type { Layout, Tree } from '../store/layout.ts';
import { layoutOf, TREE_NAMES } from '../store/layout.ts';
import { assertQueue, markedId, markerFile } from '../store/marker.ts';
import { seenOnce } from '../store/seen-once.ts';
import type { Files } from '../system/files.ts';
import type { CliParts } from './parts.ts';

export interface Context {
  parts: CliParts;
  layout: Layout;
  settings: Settings;
  /** Where each setting's value is from. */
  sources: Sources;
  /** From the settings, else from a marker; undefined when neither tells. */
  queueId: string | undefined;
}

export interface ContextFlags {
  /** The value of `--queue`. */
  queue?: string | undefined;
  /** Flags that overrule settings. */
  settings?: readonly Flag[];
}

/** Finds the queue and loads its settings. Reads no job, and asks no marker to be there: `requireTrees` does. */
export async function openContext(parts: CliParts, flags: ContextFlags): Promise<Context> {
  const layout = layoutOf(findQueue(parts, flags.queue));
  const loaded = settingsOf(parts, layout, flags.settings);
  const queueId = loaded.settings.queue.id ?? firstMarkedId(parts.disk.files, layout);
  return Promise.resolve({ parts, layout, ...loaded, queueId });
}

/** The same context over other files. */
export function withFiles(context: Context, files: Files): Context {
  const { parts } = context;
  return { ...context, parts: { ...parts, disk: { ...parts.disk, files } } };
}

/** The same context for one look: nothing is read twice. */
export function onceIn(context: Context): Context {
  return withFiles(context, seenOnce(context.parts.disk.files));
}

/** Throws unless these trees are there with this queue's marker. Answers the queue's id. */
export function requireTrees({ parts, layout, queueId }: Context, trees: readonly Tree[]): string {
  return assertQueue(parts.disk.files, layout, queueId, trees);
}

export function settingsOf({ disk, environment }: CliParts, layout: Layout, flags: readonly Flag[] = []) {
  const { host, platform, dataDir, user, variables } = environment;
  return loadSettings({
    tomlBytes: settingsBytes(disk.files, layout.settings),
    tomlFile: layout.settings,
    variables,
    flags,
    facts: { host, platform, dataDir, user },
  });
}

function settingsBytes(files: Files, file: string): Buffer | undefined {
  const bytes = files.readFrom(file, 0, SETTINGS_BYTES + 1);
  if (bytes === undefined || bytes.length <= SETTINGS_BYTES) return bytes;
  throw new JobqError('usage', `${file} has more than ${SETTINGS_BYTES} bytes: no settings are as long`, {
    file,
    remedy: 'look at what stands in it; `jobq settings --help` tells how settings are written',
  });
}

function firstMarkedId(files: Files, layout: Layout): string | undefined {
  for (const tree of TREE_NAMES) {
    const id = markedId(files, layout, tree);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Where a command looks for the queue, and what named that place. */
function findQueue({ disk, environment }: CliParts, flag: string | undefined): string {
  const { cwd, variables } = environment;
  const named = flag ?? (variables['JOBQ_QUEUE'] || undefined);
  if (named !== undefined) {
    const root = path.resolve(cwd, named);
    if (isQueue(disk.files, root)) return root;
    throw noQueue(
      `${flag === undefined ? 'JOBQ_QUEUE names' : '--queue names'} ${root}, which is no queue`,
      root,
    );
  }
  for (let dir = path.resolve(cwd); ; dir = path.dirname(dir)) {
    if (isQueue(disk.files, dir)) return dir;
    if (dir === path.dirname(dir)) break;
  }
  throw noQueue(`${cwd} is not in a queue, and neither --queue nor JOBQ_QUEUE names one`, undefined);
}

function isQueue(files: Files, root: string): boolean {
  const layout = layoutOf(root);
  return (
    files.facts(layout.settings) !== undefined || files.facts(markerFile(layout, 'outbox')) !== undefined
  );
}

function noQueue(message: string, file: string | undefined): JobqError {
  return new JobqError('queue-unusable', `${message}: there is neither jobq.toml nor outbox/.jobq-queue`, {
    file,
    remedy:
      'give --queue <dir>, set JOBQ_QUEUE, or make a queue with `jobq init <dir>`; if it was one, look whether its disk is mounted',
  });
}
