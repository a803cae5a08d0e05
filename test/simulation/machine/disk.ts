// The disk of a simulated machine: the port `Files` over a tree in memory, and what only a simulator may do with it.
import type { Clock } from '../../../src/system/clock.ts';
import type { Files, OpenFile } from '../../../src/system/files.ts';
import type { Random } from '../random.ts';
import { changesOf, looks } from './calls.ts';
import type { Cut } from './power.ts';
import { cutPower, syncAllNames, syncNames } from './power.ts';
import type { FileNode, Node, Tree } from './tree.ts';
import { change, durableAt, failure, makeFile, newTree, nodeAt, placeOf, setData, touch } from './tree.ts';

export interface SimulatedDisk {
  files: Files;
  /** The bytes of a file, the same value as long as nobody changed them. */
  bytes(file: string): Buffer | undefined;
  /** Those that a power cut would leave. */
  durableBytes(file: string): Buffer | undefined;
  /** Writes a whole file with this time, as the mirror does; durable at once. */
  put(file: string, bytes: Buffer, mtimeMs?: number): void;
  /** Removes a file or a tree, as the mirror and people do. */
  remove(file: string): void;
  setTime(file: string, mtimeMs: number): void;
  /** Makes all there is durable. */
  syncAll(): void;
  cutPower(random: Random): Cut;
  /** Called with each path that changed. */
  changed: (file: string) => void;
}

export interface DiskOptions {
  /** No directory can be synced; instead the sync of any file makes all names durable that came before it (NTFS). */
  inOrder: boolean;
}

export function simulatedDisk(clock: Clock, { inOrder }: DiskOptions): SimulatedDisk {
  const tree = newTree();
  let names = 0;
  const told: { changed: (file: string) => void } = { changed: () => {} };
  const open = (file: string, node: FileNode) => opened(tree, file, node, { clock, inOrder, told });
  const files: Files = {
    ...looks(tree),
    openRead: (file) => {
      const node = nodeAt(tree, file);
      if (!node) throw failure('ENOENT', 'open', file);
      if (node.kind !== 'file') throw new Error(`${file} is not a regular file`);
      return open(file, node);
    },
    openNew: (file) => {
      const place = placeOf(tree, file, 'open');
      if (place.dir.entries.has(place.name)) throw failure('EEXIST', 'open', file);
      const node = makeFile(tree, clock.now());
      change(tree, [{ ...place, node }], clock.now());
      told.changed(file);
      return open(file, node);
    },
    openAppend: (file) => {
      const node = nodeAt(tree, file);
      if (!node) return files.openNew(file);
      if (node.kind !== 'file') throw failure('EISDIR', 'open', file);
      return open(file, node);
    },
    ...changesOf(tree, clock, told),
    syncFile: (file) => {
      const node = nodeAt(tree, file);
      if (node?.kind !== 'file') throw failure('ENOENT', 'open', file);
      return open(file, node).sync();
    },
    syncDir: (dir) => {
      const node = nodeAt(tree, dir);
      if (!node) throw failure('ENOENT', 'open', dir);
      if (node.kind === 'directory' && !inOrder) syncNames(tree, node);
    },
    freeBytes: () => 1e12,
    realPath: (file) => (nodeAt(tree, file) ? file : undefined),
    uniqueName: () => `u${String(++names).padStart(12, '0')}`,
  };
  const more = forSimulators(tree, files, clock, inOrder, (file) => told.changed(file));
  return Object.assign(accessors(told), { files, ...more });
}

function accessors(told: { changed: (file: string) => void }): Pick<SimulatedDisk, 'changed'> {
  return Object.defineProperty({} as Pick<SimulatedDisk, 'changed'>, 'changed', {
    enumerable: true,
    get: () => told.changed,
    set: (changed) => {
      told.changed = changed;
    },
  });
}

interface Around {
  clock: Clock;
  inOrder: boolean;
  told: { changed: (file: string) => void };
}

function opened(tree: Tree, file: string, node: FileNode, { clock, inOrder, told }: Around): OpenFile {
  let at = 0;
  return {
    read: (buffer) => {
      const size = node.data.copy(buffer, 0, at);
      at += size;
      return size;
    },
    write: (bytes) => {
      setData(tree, node, Buffer.concat([node.data, bytes]), clock.now());
      told.changed(file);
    },
    sync: () => {
      node.synced = node.data;
      if (inOrder) syncAllNames(tree);
      return Promise.resolve();
    },
    close: () => {},
  };
}

function forSimulators(
  tree: Tree,
  files: Files,
  clock: Clock,
  inOrder: boolean,
  changed: (file: string) => void,
) {
  const fileAt = (file: string) => {
    const node = nodeAt(tree, file);
    return node?.kind === 'file' ? node : undefined;
  };
  const durable = (file: string) => {
    const node = durableAt(tree, file);
    return node?.kind === 'file' ? node : undefined;
  };
  const setTime = (file: string, mtimeMs: number) => {
    const node = fileAt(file);
    if (!node) return;
    node.mtimeMs = mtimeMs;
    touch(tree, node);
  };
  return {
    bytes: (file: string) => fileAt(file)?.data,
    durableBytes: (file: string) => durable(file)?.synced,
    setTime,
    remove: (file: string) => void files.removeTree(file),
    syncAll: () => {
      syncAllNames(tree);
      syncBelow(tree.root);
    },
    put: (file: string, bytes: Buffer, mtimeMs = clock.now()) => {
      files.makeDir(file.slice(0, file.lastIndexOf('/')));
      files.openAppend(file).close();
      const node = fileAt(file);
      if (!node) throw failure('EISDIR', 'open', file);
      setData(tree, node, bytes, mtimeMs);
      node.synced = bytes;
      for (let slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
        const dir = nodeAt(tree, file.slice(0, slash));
        if (dir?.kind === 'directory') syncNames(tree, dir);
      }
      changed(file);
    },
    cutPower: (random: Random) => cutPower(tree, random, inOrder),
  };
}

function syncBelow(node: Node): void {
  if (node.kind === 'file') node.synced = node.data;
  else for (const each of node.entries.values()) syncBelow(each);
}
