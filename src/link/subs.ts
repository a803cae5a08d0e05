// From paths that have changed to what Syncthing is asked to scan: below which folder, and how many at most. Pure.
import path from 'node:path';
import { SEAL } from '../job/seal.ts';
import { isSkippedName, MARKER } from '../job/skipped-names.ts';
import type { Layout, Tree } from '../store/layout.ts';
import type { Carried } from './trees.ts';

/** A path that has changed, and the wider places around it, all below one of Syncthing's folders; `/` between parts. */
export interface Target {
  folder: string;
  sub: string;
  /** The job's directory, or a file right in the tree. */
  job: string;
  tree: string;
  /** More of the same is about to follow, and of no use before that. */
  patient: boolean;
}

/** Undefined for what no folder carries, for a folder that is paused, and for what the mirror skips. */
export function targetOf(
  absolutePath: string,
  layout: Pick<Layout, 'tree'>,
  carried: Carried,
): Target | undefined {
  for (const tree of Object.keys(carried) as Tree[]) {
    const by = carried[tree];
    const names = namesBelow(layout.tree(tree), absolutePath);
    if (by === undefined || names === undefined) continue;
    if (by.folder.paused || names.some((name) => name !== MARKER && isSkippedName(name))) return undefined;
    const at = (count: number) =>
      [by.prefix, ...names.slice(0, count)].filter((part) => part !== '').join('/');
    const patient = tree === 'inbox' && names.length > 1 && names.at(-1) !== SEAL;
    return { folder: by.folder.id, sub: at(names.length), job: at(1), tree: by.prefix, patient };
  }
  return undefined;
}

function namesBelow(dir: string, absolutePath: string): string[] | undefined {
  const below = path.relative(dir, absolutePath);
  if (below === '') return [];
  const names = below.split(path.sep);
  return names[0] === '..' || path.isAbsolute(below) ? undefined : names;
}

/** More single paths than this cost more than a look at what is around them. */
const SINGLE_MAX = 20;

/** What to ask for: none of it lies in another; an empty list stands for the folder as a whole. */
export function subsOf(targets: readonly Target[]): string[] {
  const widths = [
    targets.map(({ sub }) => sub),
    targets.map(({ job }) => job),
    targets.map(({ tree }) => tree),
  ];
  const each = widths.map(outermost);
  const few = each.find(({ length }) => length <= SINGLE_MAX) ?? [];
  return few.includes('') ? [] : few;
}

/** Each once, and none that lies in another of them. */
function outermost(subs: readonly string[]): string[] {
  const told = new Set(subs);
  return [...told].filter((sub) => !ancestors(sub).some((dir) => told.has(dir)));
}

function ancestors(sub: string): string[] {
  if (sub === '') return [];
  const names = sub.split('/');
  return names.map((_, count) => names.slice(0, count).join('/'));
}
