// Directories into which only jobq writes. A link in the place of one, or on the way below one, is somebody else's: what
// it leads to is neither written nor deleted. Reading is not its business.
import path from 'node:path';
import type { Files } from '../system/files.ts';
import { joinPortable } from './portable.ts';

type Looking = Pick<Files, 'facts'>;

/** Throws when something else than a directory stands there. */
export function requireOwnDir(files: Looking, dir: string): void {
  const facts = files.facts(dir);
  if (facts === undefined || facts.kind === 'directory') return;
  const what = facts.kind === 'file' ? 'a file' : 'a link';
  throw new Error(`${dir} is ${what} where jobq keeps a directory: move it away`);
}

/** The same of every directory on the way to a file, by its portable path below a directory that is ours. */
export function requireOwnWay(files: Looking, dir: string, portable: string): void {
  requireOwnDir(files, dir);
  const parts = path.posix.dirname(portable).split('/');
  for (let depth = 1; depth <= parts.length; depth++)
    requireOwnDir(files, joinPortable(dir, parts.slice(0, depth).join('/')));
}
