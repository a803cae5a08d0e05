// Reads the states of the jobs that others depend on.
import { parseRecord } from '../job/record.ts';
import { retriesAfter } from '../job/retry.ts';
import type { State } from '../job/states.ts';
import type { Relative } from '../queue/dependencies.ts';
import { stateWithRetries } from '../queue/dependencies.ts';
import type { LinkState } from '../queue/liveness.ts';
import { isToBeRetried } from '../queue/retry.ts';
import type { WatcherJob } from '../queue/watcher-snapshot.ts';
import { archivedJob, readArchivedManifest } from '../store/archive.ts';
import type { WatcherState } from './parts.ts';
import type { RetrySight } from './read-retries.ts';

/** The states of all jobs that some open order depends on, their retries counted in. */
export function statesOf(
  watcher: WatcherState,
  jobs: readonly WatcherJob[],
  around: { retries: RetrySight; link: LinkState; nowMs: number },
) {
  const wanted = new Set(
    jobs.flatMap(({ order }) => (order?.seal === 'valid' ? (order.order?.depends_on ?? []) : [])),
  );
  const open = new Map(jobs.map((job) => [job.job_id, job]));
  const relative = (id: string): Relative => {
    const job = open.get(id);
    const name = around.retries.archived.get(id)?.at(-1);
    return {
      state: name ? archivedState(watcher, name, id) : sealedState(job),
      toBeRetried: job !== undefined && isToBeRetried(job, around, watcher.settings),
    };
  };
  const states: { [job_id: string]: State | undefined } = {};
  for (const id of wanted) {
    const known = open.has(id) || around.retries.archived.has(id) ? [id] : [];
    states[id] = stateWithRetries([...known, ...retriesAfter(id, around.retries.kin())].map(relative));
  }
  return states;
}

/** A record counts only once it is sealed: `completed` may arrive before the files. */
function sealedState(job: WatcherJob | undefined): State | undefined {
  return job?.record?.complete ? job.record.record?.state : undefined;
}

function archivedState(watcher: WatcherState, name: string, jobId: string): State | undefined {
  const { disk, layout } = watcher;
  if (archivedJob(disk.files, layout, name).abandoned) return 'failed';
  const bytes = readArchivedManifest(disk.files, layout, name);
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value.state : undefined;
}
