// A file system in memory with what a power cut leaves of it: the bytes of a file that were synced, and the names of a
// directory that were. It knows nothing of who uses it.
import type { Entry, FileFacts } from '../../../src/system/files.ts';

export interface FileNode {
  kind: 'file';
  ino: number;
  data: Buffer;
  /** What a power cut cannot take; undefined when it was never synced. */
  synced: Buffer | undefined;
  mtimeMs: number;
  changes: number;
  facts: FileFacts | undefined;
}

export interface DirNode {
  kind: 'directory';
  ino: number;
  entries: Map<string, Node>;
  durable: Map<string, Node>;
  mtimeMs: number;
  changes: number;
  facts: FileFacts | undefined;
  listing: Entry[] | undefined;
}

export type Node = FileNode | DirNode;

/** One name that was given or taken away, and is not durable yet. */
interface NameChange {
  dir: DirNode;
  name: string;
  node: Node | undefined;
}

/** What becomes durable together: a rename takes a name away and gives one. */
export interface Transaction {
  changes: NameChange[];
}

export interface Tree {
  root: DirNode;
  /** Not durable yet, oldest first. */
  pending: Transaction[];
  count: number;
  /** Directories by their paths, until one of them comes or goes. */
  dirs: Map<string, DirNode>;
}

export function newTree(): Tree {
  return { root: newDir(1, 0), pending: [], count: 1, dirs: new Map() };
}

function newDir(ino: number, mtimeMs: number): DirNode {
  const entries = new Map<string, Node>();
  return {
    kind: 'directory',
    ino,
    entries,
    durable: new Map(),
    mtimeMs,
    changes: 0,
    facts: undefined,
    listing: undefined,
  };
}

export function failure(code: string, call: string, file: string): Error {
  return Object.assign(new Error(`${code}: ${call} '${file}'`), { code });
}

/** The node at an absolute path, with `/` between its parts. */
export function nodeAt(tree: Tree, file: string): Node | undefined {
  const slash = file.lastIndexOf('/');
  if (slash <= 0) return walk(tree, file);
  const above = file.slice(0, slash);
  let dir = tree.dirs.get(above);
  if (!dir) {
    const node = walk(tree, above);
    if (node?.kind !== 'directory') return undefined;
    dir = node;
    tree.dirs.set(above, dir);
  }
  return slash === file.length - 1 ? dir : dir.entries.get(file.slice(slash + 1));
}

function walk({ root }: Tree, file: string): Node | undefined {
  let node: Node = root;
  for (let at = 1; at < file.length; ) {
    const slash = file.indexOf('/', at);
    const end = slash < 0 ? file.length : slash;
    if (node.kind !== 'directory') return undefined;
    const next: Node | undefined = end === at ? node : node.entries.get(file.slice(at, end));
    if (!next) return undefined;
    node = next;
    at = end + 1;
  }
  return node;
}

/** The same as it would be after a power cut at this moment. */
export function durableAt({ root }: Tree, file: string): Node | undefined {
  let node: Node | undefined = root;
  for (const part of file.split('/').filter(Boolean)) {
    if (node?.kind !== 'directory') return undefined;
    node = node.durable.get(part);
  }
  return node;
}

export interface Place {
  dir: DirNode;
  name: string;
}

export function placeOf(tree: Tree, file: string, call: string): Place {
  const slash = file.lastIndexOf('/');
  const dir = slash <= 0 ? tree.root : nodeAt(tree, file.slice(0, slash));
  if (!dir) throw failure('ENOENT', call, file);
  if (dir.kind !== 'directory') throw failure('ENOTDIR', call, file);
  return { dir, name: file.slice(slash + 1) };
}

function setName({ dir, name }: Place, node: Node | undefined, nowMs: number): void {
  if (node) dir.entries.set(name, node);
  else dir.entries.delete(name);
  dir.mtimeMs = nowMs;
  dir.changes += 1;
  dir.facts = undefined;
  dir.listing = undefined;
}

/** Gives and takes names in one step. */
export function change(tree: Tree, changes: (Place & { node: Node | undefined })[], nowMs: number): void {
  for (const { dir, name, node } of changes) {
    if (dir.entries.get(name)?.kind === 'directory') tree.dirs.clear();
    setName({ dir, name }, node, nowMs);
  }
  tree.pending.push({ changes });
}

export function makeFile(tree: Tree, nowMs: number): FileNode {
  tree.count += 1;
  return {
    kind: 'file',
    ino: tree.count,
    data: Buffer.alloc(0),
    synced: undefined,
    mtimeMs: nowMs,
    changes: tree.count,
    facts: undefined,
  };
}

export function makeDirectory(tree: Tree, nowMs: number): DirNode {
  tree.count += 1;
  return newDir(tree.count, nowMs);
}

export function setData(tree: Tree, node: FileNode, data: Buffer, nowMs: number): void {
  node.data = data;
  node.mtimeMs = nowMs;
  touch(tree, node);
}

export function touch(tree: Tree, node: Node): void {
  tree.count += 1;
  node.changes = tree.count;
  node.facts = undefined;
}

export function factsOf(node: Node): FileFacts {
  node.facts ??= {
    kind: node.kind,
    ino: node.ino,
    // a count, and no time: no two changes look like one
    ctimeMs: node.changes,
    size: node.kind === 'file' ? node.data.length : 0,
    mtimeMs: node.mtimeMs,
    signature: `${node.ino}:${node.mtimeMs}:${node.changes}`,
  };
  return node.facts;
}

export function listingOf(dir: DirNode): Entry[] {
  dir.listing ??= [...dir.entries]
    .map(([name, { kind }]) => ({ name, kind }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return dir.listing;
}
