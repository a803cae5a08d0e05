// Stops retries that are decided and not made yet: with a note that the watcher honours, and, should it have been faster,
// with a cancel of what it made.
import type { View } from '../job/view.ts';
import type { JobIndex } from '../store/find.ts';
import { indexJobs } from '../store/find.ts';
import { plannedRetry, plannedRetryOf, stopRetry } from '../store/planned-retries.ts';
import { writeRequest } from '../store/requests.ts';
import type { Said } from '../store/said.ts';
import { readSaid } from '../store/said.ts';
import type { AskedJob } from './asking.ts';
import type { Context } from './context.ts';

/** The decided retries that a cancel of this job means: the job itself is one, or it has one to come. */
export function retriesToStop({ parts, layout }: Context, index: JobIndex, jobId: string): string[] {
  const { files } = parts.disk;
  const own = plannedRetry(files, layout, index, jobId);
  const later = own ? undefined : plannedRetryOf(files, layout, index.archived, jobId);
  return [own, later].flatMap((plan) => (plan ? [plan.retry_as] : []));
}

export async function stopPlanned(
  context: Context,
  retryId: string,
  view: View,
  request: Said,
): Promise<AskedJob> {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const written = await stopRetry(parts.disk, layout, retryId, request);
  // made while this was asked: it is there like any other job
  if (indexJobs(files, layout).open.has(retryId)) {
    await writeRequest(parts.disk, layout, retryId, 'cancel', request);
    await files.removeFile(layout.stoppedRetry(retryId));
  }
  const said = written ? request : readSaid(files, layout.stoppedRetry(retryId));
  return {
    job_id: retryId,
    request: 'cancel',
    written,
    requested_at: said?.requested_at ?? null,
    requested_by: said?.requested_by ?? null,
    reason: said?.reason ?? null,
    retry_of: view.job_id === retryId ? (view.retry_of ?? view.job_id) : view.job_id,
  };
}
