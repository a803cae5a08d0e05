// Which of Syncthing's folders carry which tree of a queue: each its own, or one around all of them. Pure but for
// where a path really leads, which it is handed.
import path from 'node:path';
import type { Layout, Tree } from '../store/layout.ts';
import type { FolderConfig } from './api.ts';

/** Where a tree lies in a folder of Syncthing. */
export interface CarriedBy {
  folder: FolderConfig;
  /** Path of the tree below the folder, `/` between parts; empty when the tree is the folder. */
  prefix: string;
}

export type Carried = Readonly<Partial<Record<Tree, CarriedBy>>>;

export interface TreesParts {
  layout: Pick<Layout, 'tree'>;
  /** The path with every link resolved; undefined when it is not there. May throw. */
  realPath(file: string): string | undefined;
  /** What `~` stands for in Syncthing's configuration. */
  homeDir: string;
  platform: string;
}

/** Every tree, once: the compiler sees to it. */
const TREES: Readonly<Record<Tree, true>> = { outbox: true, requests: true, inbox: true, runners: true };

/** A folder of its own wins over one around it, and one that works over one that is paused. */
export function carriedTrees(folders: readonly FolderConfig[], parts: TreesParts): Carried {
  const placed = folders.flatMap((folder) => {
    const place = placeOf(folder.path, parts);
    return place === undefined ? [] : [{ folder, place }];
  });
  const found = (Object.keys(TREES) as Tree[]).flatMap((tree) => {
    const [best] = placed.flatMap((one) => within(one, tree, parts)).sort(nearest);
    return best ? [[tree, best] as const] : [];
  });
  return Object.fromEntries(found);
}

interface Placed {
  folder: FolderConfig;
  place: string;
}

function within({ folder, place }: Placed, tree: Tree, parts: TreesParts): CarriedBy[] {
  const paths = pathsOf(parts);
  const below = paths.relative(place, realPlace(parts.layout.tree(tree), parts));
  const names = below === '' ? [] : below.split(paths.sep);
  const isOutside = names[0] === '..' || paths.isAbsolute(below);
  return isOutside ? [] : [{ folder, prefix: names.join('/') }];
}

function nearest(a: CarriedBy, b: CarriedBy): number {
  return a.prefix.length - b.prefix.length || Number(a.folder.paused) - Number(b.folder.paused);
}

function pathsOf({ platform }: TreesParts): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

/** Undefined for what depends on the directory in which Syncthing was started. */
function placeOf(configured: string, parts: TreesParts): string | undefined {
  const paths = pathsOf(parts);
  const [, rest] = /^~(?:$|[/\\](.*)$)/.exec(configured) ?? [];
  const isHome = configured === '~' || rest !== undefined;
  const full = isHome ? paths.join(parts.homeDir, rest ?? '') : configured;
  return paths.isAbsolute(full) ? realPlace(full, parts) : undefined;
}

/** With every link resolved as far as the path is there. */
function realPlace(place: string, parts: TreesParts): string {
  const paths = pathsOf(parts);
  const wanted = paths.resolve(place);
  const missing: string[] = [];
  for (let at = wanted; ; at = paths.dirname(at)) {
    const real = realOrNone(at, parts);
    if (real !== undefined) return paths.join(real, ...missing);
    if (paths.dirname(at) === at) return wanted;
    missing.unshift(paths.basename(at));
  }
}

function realOrNone(place: string, { realPath }: TreesParts): string | undefined {
  try {
    return realPath(place);
  } catch {
    return undefined;
  }
}
