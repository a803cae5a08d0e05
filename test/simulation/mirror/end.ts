// One side of a mirrored folder: what it has seen on its own disk, what it knows of the other, and how it scans.
import { isSkippedName, MARKER } from '../../../src/job/skipped-names.ts';
import type { SimulatedDisk } from '../machine/disk.ts';
import type { Device, Item } from './versions.ts';
import { bumped, compare, NO_VERSION } from './versions.ts';

export type FolderType = 'sendonly' | 'receiveonly' | 'sendreceive';

export interface End {
  device: Device;
  disk: SimulatedDisk;
  root: string;
  type: FolderType;
  /** Names directly below the root that are left out. */
  ignored: readonly string[];
  index: Map<string, Item>;
  remote: Map<string, Item>;
  /** What the other side has not been told. */
  unsent: Set<string>;
  /** What has to be looked at on the disk. */
  dirty: Set<string>;
  /** What may have to be brought here. */
  wanted: Set<string>;
  /** A round of bringing is under way: the folder neither scans nor begins another one. */
  busy: boolean;
  scanDue: boolean;
  pullDue: boolean;
}

export const TEMP_PREFIX = '.syncthing.';

/** Conflict copies are mirrored like any file. */
function isIgnored(name: string): boolean {
  return isSkippedName(name) && name !== MARKER && !name.includes('.sync-conflict-');
}

/** The path below the root; undefined where it is not the folder's, or is left out. */
export function pathIn({ root, ignored }: End, file: string): string | undefined {
  if (!file.startsWith(`${root}/`)) return undefined;
  const path = file.slice(root.length + 1);
  const parts = path.split('/');
  return parts.some(isIgnored) || ignored.includes(parts[0] ?? '') ? undefined : path;
}

export const onDisk = (end: End, path: string) => `${end.root}/${path}`;

/** Looks at everything that is dirty; what `isHeldBack` says stays so. Answers whether anything is news. */
export function scan(end: End, nowMs: number, isHeldBack: (path: string) => boolean): boolean {
  const paths = [...end.dirty];
  end.dirty.clear();
  const before = end.unsent.size;
  for (const path of paths) {
    const isThere = end.disk.files.facts(onDisk(end, path)) !== undefined;
    if (!isThere && isHeldBack(path)) end.dirty.add(path);
    else look(end, path, nowMs);
  }
  return end.unsent.size > before;
}

export function everything(end: End): Set<string> {
  const all = new Set(end.index.keys());
  const visit = (prefix: string) => {
    for (const { name, kind } of end.disk.files.list(prefix ? onDisk(end, prefix) : end.root) ?? []) {
      const path = prefix ? `${prefix}/${name}` : name;
      if (pathIn(end, onDisk(end, path)) === undefined) continue;
      all.add(path);
      if (kind === 'directory') visit(path);
    }
  };
  visit('');
  return all;
}

function look(end: End, path: string, nowMs: number): void {
  const facts = end.disk.files.facts(onDisk(end, path));
  const known = end.index.get(path);
  if (facts?.kind === 'directory') lookInto(end, path, nowMs);
  else if (facts) {
    const data = end.disk.bytes(onDisk(end, path));
    const isSame = known?.deleted === false && known.kind === 'file' && data && sameBytes(known.data, data);
    if (!isSame) note(end, path, 'file', nowMs);
  } else for (const item of [known, ...below(end, path)]) if (item && !item.deleted) remove(end, item, nowMs);
}

function lookInto(end: End, path: string, nowMs: number): void {
  const known = end.index.get(path);
  if (!known || known.deleted || known.kind !== 'directory') note(end, path, 'directory', nowMs);
  for (const { name } of end.disk.files.list(onDisk(end, path)) ?? [])
    if (pathIn(end, onDisk(end, `${path}/${name}`)) !== undefined) look(end, `${path}/${name}`, nowMs);
}

export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a === b || a.equals(b);
}

function below(end: End, path: string): Item[] {
  return [...end.index.values()].filter((item) => item.path.startsWith(`${path}/`));
}

function note(end: End, path: string, kind: Item['kind'], nowMs: number): void {
  const file = onDisk(end, path);
  const known = end.index.get(path);
  const data = end.disk.bytes(file) ?? Buffer.alloc(0);
  const mtimeMs = end.disk.files.facts(file)?.mtimeMs ?? nowMs;
  keep(end, { path, kind, deleted: false, data, mtimeMs, ...made(end, known, nowMs) });
}

function remove(end: End, item: Item, nowMs: number): void {
  keep(end, { ...item, deleted: true, mtimeMs: nowMs, ...made(end, item, nowMs) });
}

function made({ device, type }: End, known: Item | undefined, nowMs: number) {
  const version = bumped(known?.version ?? NO_VERSION, device, nowMs);
  return { version, by: device, local: type === 'receiveonly' };
}

function keep(end: End, item: Item): void {
  end.index.set(item.path, item);
  if (!item.local) end.unsent.add(item.path);
  // what the other side has may win over it, though it did not over what was here before
  const theirs = end.remote.get(item.path);
  if (theirs && compare(item.version, theirs.version) === 'concurrent') end.wanted.add(item.path);
}
