// The order in which jobs are listed, told from their ids alone: nothing has to be read to find the newest.
import { idTimeMs } from './since.ts';

/** Ids that tell no time come last. */
export function newestFirst(jobIds: readonly string[]): string[] {
  const byName = (a: string, b: string) => (a < b ? 1 : -1);
  const timed = jobIds.filter((id) => idTimeMs(id) !== undefined);
  const others = jobIds.filter((id) => idTimeMs(id) === undefined);
  // the time stands at the same place in each of them
  return [...timed.sort(byName), ...others.sort(byName)];
}
