// Closing a job that can get no record any more: what exists is archived as it is, and its requests stay until the
// runner that could still take it up has said that it knows.
import type { Presence } from '../job/presence.ts';
import { vouches } from './liveness.ts';
import type { WatcherAction, WatcherJob } from './watcher-snapshot.ts';

/** A job that was given up and of which nothing whole is archived: its files, then its order, go into the archive. */
export function planAbandoned(job: WatcherJob): WatcherAction | undefined {
  const { job_id, order, archived, abandoned } = job;
  const home = archived.find((each) => each.abandoned);
  if (!home) return abandoned && archived.length === 0 ? { do: 'abandon', job_id } : undefined;
  return order && !home.hasOrder ? { do: 'move-order', job_id, archived_as: home.archived_as } : undefined;
}

/**
 * Can nobody take up an abandoned job any more? Either no runner ever could (it was assigned to none), or the one that
 * could lists it in `cleared`: it has read the cancel, and has no order, no record and no run of it. That it does not
 * list the job as running or waiting is not enough: its presence may be older than the arrival of the cancel there,
 * and clocks of two machines are not compared.
 */
export function isCleared(
  jobId: string,
  runner: string | undefined,
  presences: readonly Presence[],
): boolean {
  if (presences.some((presence) => vouches(presence, jobId))) return false;
  if (runner === undefined) return true;
  const presence = presences.find(({ runner_id }) => runner_id === runner);
  return presence?.cleared?.includes(jobId) === true;
}
