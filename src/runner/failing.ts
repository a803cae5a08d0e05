// What the runner tries again and again in vain, for its presence to tell. When it is tried again is not known here.
import { messageOf } from '../errors.ts';
import type { Presence } from '../job/presence.ts';
import type { RunnerAction } from '../queue/runner-snapshot.ts';

type Told = NonNullable<Presence['failing']>[number];

/** By job: what failed last, and how often in a row something has. */
export type Failing = Map<string, Told & { times: number }>;

/** What fails less often is about to succeed. */
const TOLD_AFTER = 3;
const MOST_TOLD = 20;
const ERROR_MAX = 500;

export function noteFailure(
  failing: Failing,
  { job_id, do: action }: RunnerAction,
  error: unknown,
  at: string,
): void {
  const before = failing.get(job_id);
  const told = { job_id, action, error: messageOf(error).slice(0, ERROR_MAX), since: before?.since ?? at };
  failing.set(job_id, { ...told, times: (before?.times ?? 0) + 1 });
}

/** The longest failing first. */
export function failingNow(failing: Failing): Told[] {
  return [...failing.values()]
    .filter(({ times }) => times >= TOLD_AFTER)
    .sort((a, b) => (a.since < b.since ? -1 : 1))
    .slice(0, MOST_TOLD)
    .map(({ job_id, action, error, since }) => ({ job_id, action, error, since }));
}
