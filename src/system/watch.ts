// Wakes a daemon when something moves in the few directories that matter. Events carry no truth: the loop re-reads.
// One level deep, and only where something moved lately: a queue of ten thousand jobs has few that are in flight.
import type { FSWatcher } from 'node:fs';
import { readdirSync, statSync, watch } from 'node:fs';
import path from 'node:path';

export interface Watching {
  /** Something is about to move in this sub-directory of one that is watched. */
  follow(dir: string): void;
  close(): Promise<void>;
}

/** Calls `wake` when an entry of one of these directories changes, or of a sub-directory in which something moved lately. */
export type Watch = (dirs: readonly string[], wake: () => void) => Watching;

/** So many sub-directories of each are watched, those that changed last. */
const MOST_BELOW = 128;

export const systemWatch: Watch = (dirs, wake) => {
  const all = new Map(dirs.map((dir) => [path.resolve(dir), watchTree(dir, wake)]));
  return {
    follow: (dir) => all.get(path.dirname(path.resolve(dir)))?.follow(path.basename(dir)),
    close: async () => {
      for (const each of all.values()) each.close();
    },
  };
};

type Moved = (event: string, name: string | null) => void;

function watchTree(root: string, wake: () => void) {
  const below = new Map<string, FSWatcher>();
  const drop = (name: string) => {
    below.get(name)?.close();
    below.delete(name);
  };
  /** What came into a new directory before it was watched is seen by the look that this wakes. */
  const follow = (name: string) => {
    drop(name);
    const dir = path.join(root, name);
    const watcher = isDirectory(dir) ? watchOne(dir, wake, () => drop(name)) : undefined;
    if (!watcher) return;
    below.set(name, watcher);
    const [oldest] = below.keys();
    if (below.size > MOST_BELOW && oldest !== undefined) drop(oldest);
  };
  const moved: Moved = (event, name) => {
    // it has come, or has gone and may have come again
    if (event === 'rename' && name !== null) follow(name);
    wake();
  };
  const top = watchOne(root, moved, wake);
  for (const name of top ? newest(root) : []) follow(name);
  return {
    follow: (name: string) => {
      if (!below.has(name)) follow(name);
    },
    close: () => {
      top?.close();
      for (const watcher of below.values()) watcher.close();
      below.clear();
    },
  };
}

/** Undefined where it cannot be watched (gone, or too many watches): the slow timer of the loop does the same, later. */
function watchOne(dir: string, moved: Moved, failed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, moved);
    watcher.on('error', failed);
    return watcher;
  } catch {
    return undefined;
  }
}

function isDirectory(dir: string): boolean {
  try {
    return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/** The sub-directories that changed last: what was in flight when the daemon started. */
function newest(root: string): string[] {
  try {
    const seen = readdirSync(root).flatMap((name) => {
      const stat = statSync(path.join(root, name), { throwIfNoEntry: false });
      return stat?.isDirectory() ? [{ name, mtimeMs: stat.mtimeMs }] : [];
    });
    return seen
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
      .slice(0, MOST_BELOW)
      .reverse()
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** No events: the daemon's slow timer does the same, later. */
export const noWatch: Watch = () => ({ follow: () => {}, close: () => Promise.resolve() });
