// The order in which one side takes what it lacks, and how it undoes what was changed on the wrong side.
import type { Random } from '../random.ts';
import type { End } from './end.ts';
import { onDisk } from './end.ts';
import { clearTemps } from './pull.ts';
import type { Item } from './versions.ts';
import { NO_VERSION } from './versions.ts';

/** Directories first, files in any order, then deletions, those of directories last. */
function byStep(random: Random) {
  const salt = random.below(1 << 30);
  const rank = ({ deleted, kind }: Item) => {
    if (!deleted) return kind === 'directory' ? 0 : 1;
    return kind === 'directory' ? 3 : 2;
  };
  const mixed = (path: string) => {
    let hash = salt;
    for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
    return hash;
  };
  return (a: Item, b: Item) => {
    const difference = rank(a) - rank(b);
    if (difference !== 0) return difference;
    if (rank(a) === 0) return a.path < b.path ? -1 : 1;
    if (rank(a) === 3) return a.path < b.path ? 1 : -1;
    return mixed(a.path) - mixed(b.path);
  };
}

export function revert(end: End, act: <T>(work: () => T) => T, pull: () => void): void {
  const locals = [...end.index.values()].filter((item) => item.local);
  act(() => {
    for (const item of locals.sort((a, b) => (a.path < b.path ? 1 : -1))) revertItem(end, item);
  });
  pull();
}

function revertItem(end: End, item: Item): void {
  const theirs = end.remote.get(item.path);
  if (theirs && !theirs.deleted) {
    end.index.set(item.path, { ...item, local: false, version: NO_VERSION });
    end.wanted.add(item.path);
    return;
  }
  const file = onDisk(end, item.path);
  if (item.kind === 'file') end.disk.remove(file);
  else clearTemps(end, item.path);
  if (item.kind === 'directory' && !end.disk.files.removeEmptyDir(file)) return;
  if (theirs) end.index.set(item.path, theirs);
  else end.index.delete(item.path);
}

const LARGE_BYTES = 5000;

export interface Timed {
  item: Item;
  ms: number;
  /** When a part of it stands there under a temporary name. */
  tempMs: number | undefined;
}

/** When each item of a round is taken: files side by side, deletions after all of them. */
export function timesOf(items: readonly Item[], random: Random): Timed[] {
  let [at, lastMs] = [1, 1];
  return [...items].sort(byStep(random)).map((item) => {
    if (item.kind === 'file' && !item.deleted) {
      const timed = fileTimes(item, at, random);
      lastMs = Math.max(lastMs, timed.ms + 10);
      return timed;
    }
    at += 0.5;
    lastMs = item.deleted ? Math.max(at, lastMs) + 1 : lastMs;
    return { item, ms: item.deleted ? lastMs : at, tempMs: undefined };
  });
}

function fileTimes(item: Item, fromMs: number, random: Random): Timed {
  const isLarge = item.data.length >= LARGE_BYTES;
  const takesMs = isLarge ? random.magnitude(200, 20_000) : random.between(0, 30);
  const hasTemp = isLarge || random.chance(0.1);
  return { item, ms: fromMs + takesMs, tempMs: hasTemp ? fromMs + takesMs / 2 : undefined };
}
