// The order in which jobs are listed, told from their ids alone: nothing has to be read to find the newest.
import { archivedAtOf } from '../store/archive.ts';
import type { JobIndex } from '../store/find.ts';
import { idTimeMs } from './since.ts';

/** Ids that tell no time come last. */
export function newestFirst(jobIds: readonly string[]): string[] {
  const byName = (a: string, b: string) => (a < b ? 1 : -1);
  const timed = jobIds.filter((id) => idTimeMs(id) !== undefined);
  const others = jobIds.filter((id) => idTimeMs(id) === undefined);
  // the time stands at the same place in each of them
  return [...timed.sort(byName), ...others.sort(byName)];
}

/** Archived jobs, each once, by when the last of them was archived; told from the names in the archive alone. */
export function lastArchivedFirst({ archived }: JobIndex): { id: string; at: string | undefined }[] {
  const each = [...archived].map(([id, names]) => ({ id, at: archivedAtOf(names.at(-1) ?? '') }));
  const key = ({ id, at = '' }: { id: string; at: string | undefined }) => `${at} ${id}`;
  return each.sort((a, b) => (key(a) < key(b) ? 1 : -1));
}
