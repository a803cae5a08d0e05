// What a sync makes durable, and what a power cut leaves: each change of names that no sync of its directory has made
// durable is kept or lost by chance, and so are the bytes of a file behind its last sync.
import type { Random } from '../random.ts';
import type { DirNode, Node, Transaction, Tree } from './tree.ts';

function settle({ changes }: Transaction): void {
  for (const { dir, name, node } of changes) {
    if (node) dir.durable.set(name, node);
    else dir.durable.delete(name);
  }
}

/** Makes the names of one directory durable; what became of a file that was renamed into it goes along. */
export function syncNames(tree: Tree, dir: DirNode): void {
  if (tree.pending.length === 0) return;
  const wanted = new Set<Transaction>();
  const named = new Map<DirNode, Set<string>>();
  // backwards, because what came before on the same names comes first
  for (let nth = tree.pending.length - 1; nth >= 0; nth--) {
    const each = tree.pending[nth] as Transaction;
    if (!each.changes.some((one) => one.dir === dir || named.get(one.dir)?.has(one.name) === true)) continue;
    wanted.add(each);
    for (const { dir: at, name } of each.changes) {
      const names = named.get(at) ?? new Set();
      named.set(at, names.add(name));
    }
  }
  if (wanted.size === 0) return;
  for (const each of tree.pending) if (wanted.has(each)) settle(each);
  tree.pending = tree.pending.filter((each) => !wanted.has(each));
}

function sharesName({ changes }: Transaction, lost: ReadonlySet<Transaction>): boolean {
  return changes.some(({ dir, name }) =>
    [...lost].some((other) => other.changes.some((each) => each.dir === dir && each.name === name)),
  );
}

/** A journal that is written in order: whatever was done before is durable with it. */
export function syncAllNames(tree: Tree): void {
  for (const each of tree.pending) settle(each);
  tree.pending = [];
}

export interface Cut {
  /** Changes of names that are lost. */
  names: number;
  /** Files that are cut short, or empty. */
  files: number;
}

/** The power goes: the tree is what it is when the machine starts again. */
export function cutPower(tree: Tree, random: Random, inOrder: boolean): Cut {
  const keep = random.pick([0, 0, 0.5, 1]);
  const lost = new Set<Transaction>();
  const upTo = random.below(tree.pending.length + 1);
  for (const [index, each] of tree.pending.entries()) {
    const isKept = inOrder ? index < upTo : random.chance(keep) && !sharesName(each, lost);
    if (isKept) settle(each);
    else lost.add(each);
  }
  tree.pending = [];
  tree.dirs.clear();
  const cut: Cut = { names: lost.size, files: 0 };
  restore(tree, tree.root, random, cut, new Set());
  return cut;
}

function restore(tree: Tree, dir: DirNode, random: Random, cut: Cut, seen: Set<Node>): void {
  seen.add(dir);
  dir.entries = new Map(dir.durable);
  dir.listing = undefined;
  dir.facts = undefined;
  for (const node of dir.entries.values()) {
    if (seen.has(node)) continue;
    if (node.kind === 'directory') {
      restore(tree, node, random, cut, seen);
      continue;
    }
    seen.add(node);
    if (node.synced === node.data) continue;
    cut.files += 1;
    node.data = whatIsLeft(node.data, node.synced ?? Buffer.alloc(0), random);
    node.synced = node.data;
    tree.count += 1;
    node.changes = tree.count;
    node.facts = undefined;
  }
}

/** The bytes of the last sync, and of what was added since a part, or as many zeros. */
function whatIsLeft(data: Buffer, synced: Buffer, random: Random): Buffer {
  const isGrown = data.length > synced.length && data.subarray(0, synced.length).equals(synced);
  if (!isGrown) return synced;
  const length = random.below(data.length - synced.length + 1);
  const added = data.subarray(synced.length, synced.length + length);
  return Buffer.concat([synced, random.chance(0.3) ? Buffer.alloc(length) : added]);
}
