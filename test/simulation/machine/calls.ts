// The calls of `Files` that look at a tree in memory or change its names.
import type { Clock } from '../../../src/system/clock.ts';
import type { Files } from '../../../src/system/files.ts';
import { SMALL_BYTES } from '../../../src/system/files.ts';
import type { Node, Tree } from './tree.ts';
import { change, factsOf, failure, listingOf, makeDirectory, nodeAt, placeOf, touch } from './tree.ts';

type Looks = Pick<Files, 'list' | 'facts' | 'read' | 'readSmall' | 'readFrom'>;

export function looks(tree: Tree): Looks {
  const fileAt = (file: string) => {
    const node = nodeAt(tree, file);
    return node?.kind === 'file' ? node : undefined;
  };
  return {
    list: (dir) => {
      const node = nodeAt(tree, dir);
      return node?.kind === 'directory' ? listingOf(node) : undefined;
    },
    facts: (file) => {
      const node = nodeAt(tree, file);
      return node && factsOf(node);
    },
    read: (file) => fileAt(file)?.data,
    readSmall: (file, maxBytes = SMALL_BYTES) => {
      const data = fileAt(file)?.data;
      if (data && data.length > maxBytes) throw failure('EFBIG', 'read', file);
      return data;
    },
    readFrom: (file, offset, length) => fileAt(file)?.data.subarray(offset, offset + length),
  };
}

type Changes = Pick<
  Files,
  'makeDir' | 'makeNewDir' | 'rename' | 'removeFile' | 'removeEmptyDir' | 'removeTree'
>;

export function changesOf(tree: Tree, clock: Clock, told: { changed: (file: string) => void }): Changes {
  const remove = (file: string) => {
    change(tree, [{ ...placeOf(tree, file, 'unlink'), node: undefined }], clock.now());
    told.changed(file);
  };
  const makeNewDir = (dir: string) => {
    const place = placeOf(tree, dir, 'mkdir');
    if (place.dir.entries.has(place.name)) throw failure('EEXIST', 'mkdir', dir);
    change(tree, [{ ...place, node: makeDirectory(tree, clock.now()) }], clock.now());
    told.changed(dir);
  };
  const makeDir = (dir: string) => {
    const there = nodeAt(tree, dir);
    if (there?.kind === 'directory') return;
    if (there) throw failure('EEXIST', 'mkdir', dir);
    const slash = dir.lastIndexOf('/');
    if (slash > 0) makeDir(dir.slice(0, slash));
    makeNewDir(dir);
  };
  const removeAll = (dir: string) => {
    const node = nodeAt(tree, dir);
    if (!node) return;
    if (node.kind === 'directory') for (const { name } of listingOf(node)) removeAll(`${dir}/${name}`);
    remove(dir);
  };
  return {
    makeDir,
    makeNewDir,
    rename: async (from, to) => {
      const node = nodeAt(tree, from);
      if (!node) throw failure('ENOENT', 'rename', from);
      const [old, fresh] = [placeOf(tree, from, 'rename'), placeOf(tree, to, 'rename')];
      refuseReplacing(node, fresh.dir.entries.get(fresh.name), to);
      const changes = [
        { ...old, node: undefined },
        { ...fresh, node },
      ];
      change(tree, changes, clock.now());
      touch(tree, node);
      told.changed(from);
      told.changed(to);
    },
    removeFile: async (file) => {
      const node = nodeAt(tree, file);
      if (!node) return;
      if (node.kind === 'directory') throw failure('EPERM', 'unlink', file);
      remove(file);
    },
    removeEmptyDir: (dir) => {
      const node = nodeAt(tree, dir);
      if (node?.kind !== 'directory') return true;
      if (node.entries.size > 0) return false;
      remove(dir);
      return true;
    },
    removeTree: async (dir) => removeAll(dir),
  };
}

function refuseReplacing(node: Node, there: Node | undefined, to: string): void {
  if (!there) return;
  if (there.kind === 'file' && node.kind === 'directory') throw failure('ENOTDIR', 'rename', to);
  if (there.kind === 'directory' && node.kind === 'file') throw failure('EISDIR', 'rename', to);
  if (there.kind === 'directory' && there.entries.size > 0) throw failure('ENOTEMPTY', 'rename', to);
}
