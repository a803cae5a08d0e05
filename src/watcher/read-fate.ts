// Reads what became of a job otherwise than by its record: whether it is lost, is tried again, or was given up.
import path from 'node:path';
import { RUN_ON_AUTO, wantedRunner } from '../job/order.ts';
import type { Requests } from '../job/request.ts';
import { isCleared } from '../queue/abandonment.ts';
import { failureOf } from '../queue/retry.ts';
import type { WatcherJob } from '../queue/watcher-snapshot.ts';
import { abandonmentOf } from '../store/abandoned.ts';
import { fieldsIn } from '../store/kin.ts';
import { ORDER_DIR } from '../store/layout.ts';
import { linkToRunner, lostOf } from './judge.ts';
import type { WatcherState } from './parts.ts';
import { lastPlaces } from './places.ts';
import type { RetrySight } from './read-retries.ts';
import { pendingRetry, retryIdOf } from './read-retries.ts';

type Fate = Pick<WatcherJob, 'link' | 'lost' | 'retryId' | 'retry' | 'abandoned' | 'cleared'>;

export function readFate(
  watcher: WatcherState,
  job_id: string,
  { record, requests, archived }: Pick<WatcherJob, 'record' | 'requests' | 'archived'>,
  retries: RetrySight,
): Fate {
  const { disk, layout } = watcher;
  const lost = isLost(watcher, job_id);
  const link = linkToRunner(watcher, record?.record?.runner?.id);
  const failed = failureOf({ record, lost, link }) !== undefined;
  const isGivenUp = requests.cancel?.abandoned || lastPlaces(watcher).abandoned.has(job_id);
  const abandoned = archived.find((each) => each.abandoned);
  return {
    link,
    lost,
    retryId: failed ? retryIdOf(watcher, retries, job_id) : undefined,
    retry: pendingRetry(watcher, retries, job_id, requests),
    abandoned: isGivenUp && abandonmentOf(disk.files, layout, job_id, requests) !== undefined,
    cleared: abandoned !== undefined && isClearedJob(watcher, job_id, requests, abandoned.archived_as),
  };
}

/** The verdict stands, and it was made in this life of the watcher: on what was known of the link in another, nothing is built. */
function isLost(watcher: WatcherState, jobId: string): boolean {
  if (watcher.liveness.jobs.get(jobId)?.verdict.is !== 'lost') return false;
  const lost = lostOf(watcher, jobId);
  return lost !== undefined && lost.recovered_at === undefined;
}

/** The order of an abandoned job says which runner could take it up, in outbox/ or in the archive. */
function isClearedJob(
  { disk, layout, presences }: WatcherState,
  jobId: string,
  { assign }: Requests,
  archivedAs: string,
): boolean {
  const fields = fieldsIn(disk.files, path.join(layout.archived(archivedAs), ORDER_DIR)) ?? {};
  const wanted = wantedRunner(fields);
  return isCleared(jobId, wanted === RUN_ON_AUTO ? assign?.runner : wanted, [...presences.values()]);
}
