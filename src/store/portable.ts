// From the portable paths of the wire to this machine's paths.
import path from 'node:path';
import type { FileFacts, Files } from '../system/files.ts';

/** Joins a portable path (`/` between parts) to a directory of this machine. */
export function joinPortable(dir: string, portable: string): string {
  return path.join(dir, ...portable.split('/'));
}

/**
 * Looks at files below a directory that others write, by portable paths: what can be reached only through a link (or a
 * junction) is not there, wherever on the way that stands. Directories are looked at once.
 */
export function lookingBelow(files: Files, dir: string): (portable: string) => FileFacts | undefined {
  const known = new Map<string, boolean>();
  const isDirectory = (portable: string): boolean => {
    if (portable === '') return true;
    const seen = known.get(portable);
    if (seen !== undefined) return seen;
    const is =
      isDirectory(parentOf(portable)) && files.facts(joinPortable(dir, portable))?.kind === 'directory';
    known.set(portable, is);
    return is;
  };
  return (portable) =>
    isDirectory(parentOf(portable)) ? files.facts(joinPortable(dir, portable)) : undefined;
}

function parentOf(portable: string): string {
  return portable.slice(0, Math.max(0, portable.lastIndexOf('/')));
}
