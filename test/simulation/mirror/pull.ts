// How one side takes over what the other has: each file under a temporary name first, the old one deleted before the new
// one is renamed into place, the time set last, conflict copies, deletions last.
import type { End } from './end.ts';
import { everything, onDisk, sameBytes, TEMP_PREFIX } from './end.ts';
import type { Item } from './versions.ts';
import { compare, merged, wins } from './versions.ts';

/** What became of one item: it is taken over, it has to be tried again, or it waits for the next step. */
export type Taken = 'done' | 'again' | { thenMs: number };

export function isNeeded(end: End, path: string, deletesWin: boolean): Item | undefined {
  const item = end.remote.get(path);
  const known = end.index.get(path);
  if (!item || end.type === 'sendonly') return undefined;
  if (!known) return item.deleted ? undefined : item;
  const order = compare(known.version, item.version);
  if (order === 'older') return item;
  if (order !== 'concurrent') return undefined;
  // what must not be sent from here loses, but for a file that stands against a deletion
  if (end.type === 'receiveonly') return item.deleted && !known.deleted ? undefined : item;
  return wins(item, known, deletesWin) ? item : undefined;
}

function tempOf(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}${TEMP_PREFIX}${path.slice(slash)}.tmp`;
}

function parentOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

export function putTemp(end: End, item: Item, part: number): void {
  const parent = parentOf(item.path);
  if (parent !== undefined && end.disk.files.facts(onDisk(end, parent))?.kind !== 'directory') return;
  end.disk.put(onDisk(end, tempOf(item.path)), item.data.subarray(0, Math.floor(item.data.length * part)));
}

/** Is the disk as it was when it was looked at last? If not, it is looked at again first. */
function isAsKnown(end: End, path: string): boolean {
  const known = end.index.get(path);
  const facts = end.disk.files.facts(onDisk(end, path));
  if (!known || known.deleted) return facts === undefined;
  if (facts?.kind !== known.kind) return false;
  return known.kind === 'directory' || sameBytes(known.data, end.disk.bytes(onDisk(end, path)) ?? known.data);
}

export interface Way {
  /** Does the other side still have these bytes? */
  isThere(end: End, item: Item): boolean;
  /** The name of a conflict copy of this file. */
  conflictName(end: End, item: Item): string;
  /** Puts a part of the file in its place first. */
  cutShort(item: Item): boolean;
  /** What is there of these bytes while they are written in place. */
  unfinished(data: Buffer): Buffer;
}

export function take(end: End, item: Item, way: Way): Taken {
  if (!isAsKnown(end, item.path)) {
    end.dirty.add(item.path);
    return 'again';
  }
  if (item.deleted) return takeDeletion(end, item);
  if (item.kind === 'directory') {
    end.disk.files.makeDir(onDisk(end, item.path));
    end.index.set(item.path, item);
    return 'done';
  }
  return takeFile(end, item, way);
}

function takeFile(end: End, item: Item, way: Way): Taken {
  const file = onDisk(end, item.path);
  const known = end.index.get(item.path);
  const bytes = end.disk.bytes(file);
  const conflict = known !== undefined && compare(known.version, item.version) === 'concurrent';
  if (bytes && sameBytes(bytes, item.data)) {
    adopt(end, item);
    return 'done';
  }
  const parent = parentOf(item.path);
  if (!way.isThere(end, item)) return 'again';
  if (parent !== undefined && !end.disk.files.facts(onDisk(end, parent))) {
    end.disk.files.makeDir(onDisk(end, parent));
    end.dirty.add(parent);
  }
  if (bytes && conflict && !known.deleted) {
    const copy = way.conflictName(end, item);
    end.disk.put(onDisk(end, copy), bytes, known.mtimeMs);
    end.dirty.add(copy);
  }
  if (bytes) {
    end.disk.remove(file);
    const at = { ...(known ?? item), deleted: true };
    end.index.set(item.path, at);
    return { thenMs: 1 };
  }
  end.disk.remove(onDisk(end, tempOf(item.path)));
  if (way.cutShort(item)) {
    const data = way.unfinished(item.data);
    end.disk.put(file, data);
    end.index.set(item.path, { ...item, data, version: known?.version ?? { linux: 0, windows: 0 } });
    return 'again';
  }
  end.disk.put(file, item.data, item.mtimeMs);
  adopt(end, item);
  return 'done';
}

/** Where both sides write, what was changed on both gets a version that follows either, and the other side is told. */
function adopt(end: End, item: Item): void {
  const known = end.index.get(item.path);
  const isMixed =
    end.type === 'sendreceive' && known && compare(known.version, item.version) === 'concurrent';
  end.index.set(item.path, isMixed ? { ...item, version: merged(known.version, item.version) } : item);
  if (isMixed) end.unsent.add(item.path);
}

/** What the mirror itself left in a directory does not keep it. */
export function clearTemps(end: End, path: string): void {
  clear(end, path, (name) => isTemp(name) || name.startsWith('.jobq-'));
}

/** While nothing is being brought, all that was begun is left for good. */
export function clearAllTemps(end: End): void {
  if (end.busy) return;
  for (const path of everything(end))
    if (end.disk.files.facts(onDisk(end, path))?.kind === 'directory') clear(end, path, isTemp);
}

const isTemp = (name: string) => name.startsWith(TEMP_PREFIX);

function clear(end: End, path: string, isCleared: (name: string) => boolean): void {
  const dir = onDisk(end, path);
  for (const { name } of end.disk.files.list(dir) ?? [])
    if (isCleared(name)) end.disk.remove(`${dir}/${name}`);
}

function takeDeletion(end: End, item: Item): Taken {
  const file = onDisk(end, item.path);
  if (item.kind === 'directory') {
    clearTemps(end, item.path);
    if (!end.disk.files.removeEmptyDir(file)) return 'again';
  } else end.disk.remove(file);
  adopt(end, item);
  return 'done';
}
