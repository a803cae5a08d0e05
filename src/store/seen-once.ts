// One look at a queue: what was read stays as it was read, however many ask for it, and what a listing does not name is not
// looked for. For commands that look, show and end; a daemon looks again.
import path from 'node:path';
import type { Entry, FileFacts, Files } from '../system/files.ts';

/** So many names that are not in a directory, and it is listed, so that the others need not be looked for. */
const MISSES = 2;

/** The names in a directory; null when there is no such directory. */
type Names = ReadonlySet<string> | null;

const underlying = new WeakMap<Files, Files>();

/** The files as they are now, for whoever has to look again. */
export function asTheyAre(files: Files): Files {
  return underlying.get(files) ?? files;
}

export function seenOnce(files: Files): Files {
  const listings = new Map<string, Entry[] | undefined>();
  const names = new Map<string, Names>();
  const misses = new Map<string, number>();
  const facts = new Map<string, FileFacts | undefined>();
  const contents = new Map<string, Buffer | undefined>();
  const limits = new Map<string, number | undefined>();

  const list = (dir: string): Entry[] | undefined => {
    if (listings.has(dir)) return listings.get(dir);
    const isKnown = isAbsent(dir);
    const entries = isKnown ? undefined : files.list(dir);
    listings.set(dir, entries);
    // where upper and lower case are one, they are one here too
    names.set(dir, entries ? new Set(entries.map(({ name }) => name.toLowerCase())) : null);
    if (entries === undefined && !isKnown) missed(dir);
    return entries;
  };

  const isAbsent = (file: string): boolean => {
    const dir = path.dirname(file);
    const known = names.get(dir);
    if (known !== undefined) return known === null || !known.has(path.basename(file).toLowerCase());
    return dir !== file && isBelowNothing(dir);
  };

  /** Is a directory above it known not to be there? */
  const isBelowNothing = (dir: string): boolean => {
    const above = names.get(path.dirname(dir));
    return above !== undefined && isAbsent(dir);
  };

  const missed = (file: string): void => {
    const dir = path.dirname(file);
    const count = (misses.get(dir) ?? 0) + 1;
    misses.set(dir, count);
    if (count === MISSES) list(dir);
  };

  const once = <T>(known: Map<string, T | undefined>, file: string, look: () => T | undefined) => {
    if (known.has(file)) return known.get(file);
    const isKnown = isAbsent(file);
    const found = isKnown ? undefined : look();
    known.set(file, found);
    if (found === undefined && !isKnown) missed(file);
    return found;
  };

  /** Could what was read be more than this limit allows? The limit of those who name none is known to `files` alone. */
  const isOverLimit = (file: string, maxBytes?: number): boolean => {
    const known = contents.get(file);
    if (known === undefined || limits.get(file) === maxBytes) return false;
    return maxBytes === undefined || known.length > maxBytes;
  };

  const seen: Partial<Files> = {
    list,
    facts: (file) => once(facts, file, () => files.facts(file)),
    readSmall: (file, maxBytes) => {
      if (isOverLimit(file, maxBytes)) return files.readSmall(file, maxBytes);
      return once(contents, file, () => {
        limits.set(file, maxBytes);
        return files.readSmall(file, maxBytes);
      });
    },
  };
  const all = Object.assign(Object.create(files) as Files, seen);
  underlying.set(all, files);
  return all;
}
