// Wakes a daemon when something moves in the few directories that matter. Events carry no truth: the loop re-reads.
// Only where something moved lately: a queue of ten thousand jobs has few that are in flight.
import type { FSWatcher } from 'node:fs';
import { lstatSync, readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';

export interface Watching {
  /** Something is about to move in this sub-directory of one that is watched. */
  follow(dir: string): void;
  close(): Promise<void>;
}

/**
 * Calls `wake` when an entry of one of these directories changes, or of a sub-directory in which something moved lately,
 * however deep: the last file of an order may lie anywhere in it. What bears a name that is noise wakes nobody.
 */
export type Watch = (
  dirs: readonly string[],
  wake: () => void,
  isNoise?: (name: string) => boolean,
) => Watching;

/** So many sub-directories of each are watched, those that changed last. */
const MOST_BELOW = 128;
/** And so many directories in all of them. */
const MOST_DIRS = 1024;

/** Events come in bursts: so long after the first of them one wake answers them all. */
const BURST_MS = 5;

export const systemWatch: Watch = (dirs, wake, isNoise = () => false) => {
  const burst = newBurst(wake);
  const all = new Map(dirs.map((dir) => [path.resolve(dir), watchTree(dir, burst.wake, isNoise)]));
  return {
    follow: (dir) => all.get(path.dirname(path.resolve(dir)))?.follow(path.basename(dir)),
    close: async () => {
      for (const each of all.values()) each.close();
      burst.close();
    },
  };
};

function newBurst(wake: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    wake: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        wake();
      }, BURST_MS);
    },
    close: () => clearTimeout(timer),
  };
}

/** One directory, by name those that are watched below it, and what all of a tree have in common. */
interface Branch {
  below: Map<string, Branch>;
  close(): void;
}

interface Tree {
  wake(): void;
  isNoise(name: string): boolean;
  /** Directories that may still be watched. */
  room: number;
}

function watchTree(root: string, wake: () => void, isNoise: (name: string) => boolean) {
  const tree: Tree = { wake, isNoise, room: MOST_DIRS };
  const top = watchBranch(tree, root, MOST_BELOW, newest(root));
  return {
    follow: (name: string) => {
      if (top && !top.below.has(name)) grow(tree, top, root, name, MOST_BELOW);
    },
    close: () => top?.close(),
  };
}

/** Undefined where it cannot be watched (gone, or too many watches): the slow timer of the loop does the same, later. */
function watchBranch(tree: Tree, dir: string, most: number, names: readonly string[]): Branch | undefined {
  if (tree.room === 0) return undefined;
  const below: Branch['below'] = new Map();
  const moved = (event: string, name: string | null) => {
    if (name !== null && tree.isNoise(name)) return;
    // it has come, or has gone and may have come again
    if (event === 'rename' && name !== null) grow(tree, branch, dir, name, most);
    tree.wake();
  };
  const watcher = watchOne(dir, moved);
  if (!watcher) return undefined;
  tree.room -= 1;
  let isOpen = true;
  const close = () => {
    if (isOpen) tree.room += 1;
    isOpen = false;
    watcher.close();
    for (const each of below.values()) each.close();
    below.clear();
  };
  watcher.on('error', close);
  const branch = { below, close };
  for (const name of names) grow(tree, branch, dir, name, most);
  return branch;
}

/** What came into a new directory before it was watched is seen by the look that its coming wakes. */
function grow(tree: Tree, { below }: Branch, dir: string, name: string, most: number): void {
  below.get(name)?.close();
  below.delete(name);
  const child = path.join(dir, name);
  const [oldest] = below.keys();
  const isDir = isDirectory(child);
  if (isDir && below.size >= most && oldest !== undefined) {
    below.get(oldest)?.close();
    below.delete(oldest);
  }
  const branch = isDir ? watchBranch(tree, child, most, directoriesIn(child)) : undefined;
  if (branch) below.set(name, branch);
}

function watchOne(dir: string, moved: (event: string, name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(dir, moved);
  } catch {
    return undefined;
  }
}

/** A link is none: nobody reads through it. */
function isDirectory(dir: string): boolean {
  try {
    return lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function directoriesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

/** The sub-directories that changed last: what was in flight when the daemon started. */
function newest(root: string): string[] {
  const seen = directoriesIn(root).flatMap((name) => {
    const stat = statSync(path.join(root, name), { throwIfNoEntry: false });
    return stat ? [{ name, mtimeMs: stat.mtimeMs }] : [];
  });
  return seen
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
    .slice(0, MOST_BELOW)
    .reverse()
    .map(({ name }) => name);
}

/** No events: the daemon's slow timer does the same, later. */
export const noWatch: Watch = () => ({ follow: () => {}, close: () => Promise.resolve() });
