// Reads the states of the jobs that others depend on.
import type { Relative } from '../job/dependency.ts';
import { stateWithRetries } from '../job/dependency.ts';
import { retriesAfter } from '../job/retry.ts';
import type { State } from '../job/states.ts';
import type { Problem } from '../queue/problem.ts';
import { isToBeRetried } from '../queue/retry.ts';
import type { WatcherJob } from '../queue/watcher-snapshot.ts';
import { archivedState } from '../store/dependencies.ts';
import { guarded, unreadable } from '../store/unreadable.ts';
import type { WatcherState } from './parts.ts';
import type { RetrySight } from './read-retries.ts';

/** The states of all jobs that some open order depends on, their retries counted in. */
export function statesOf(
  watcher: WatcherState,
  jobs: readonly WatcherJob[],
  around: { retries: RetrySight; nowMs: number; problems: Problem[] },
) {
  const wanted = new Set(
    jobs.flatMap(({ order }) => (order?.seal === 'valid' ? (order.order?.depends_on ?? []) : [])),
  );
  const open = new Map(jobs.map((job) => [job.job_id, job]));
  const relative = (id: string): Relative => {
    const job = open.get(id);
    const name = around.retries.archived.get(id)?.at(-1);
    return {
      state: name ? archivedState(watcher.disk.files, watcher.layout, name, id) : sealedState(job),
      toBeRetried: job !== undefined && isToBeRetried(job, around, watcher.settings),
    };
  };
  // what an order names must not be found in what every object has
  const states = Object.create(null) as { [job_id: string]: State | undefined };
  for (const id of wanted) {
    const known = open.has(id) || around.retries.archived.has(id) ? [id] : [];
    // of what cannot be read nothing final is known: who depends on it goes on waiting
    states[id] = guarded(
      around.problems,
      (error) => unreadable(id, error),
      () => stateWithRetries([...known, ...retriesAfter(id, around.retries.kin())].map(relative)),
    );
  }
  return states;
}

/** A record counts only once it is sealed: `completed` may arrive before the files. */
function sealedState(job: WatcherJob | undefined): State | undefined {
  return job?.record?.complete ? job.record.record?.state : undefined;
}
