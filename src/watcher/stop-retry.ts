// Carries out what somebody said: a retry that was decided is not made. Should it have been made in that moment, it is
// cancelled like any other job. Stopped anywhere, the note is still there and all is done again.
import type { WatcherAction } from '../queue/watcher-snapshot.ts';
import { stoppedBy } from '../store/planned-retries.ts';
import { readRequests } from '../store/requests.ts';
import { ask, asked } from './asking.ts';
import type { WatcherState } from './parts.ts';
import { giveUp, notedPlan } from './retry.ts';

export async function stopRetry(
  watcher: WatcherState,
  { job_id, retry_of }: Extract<WatcherAction, { do: 'stop-retry' }>,
): Promise<void> {
  const { disk, layout, log } = watcher;
  const reason = stoppedBy(disk.files, layout, job_id);
  if (reason === undefined) return;
  const archived = watcher.archive.names;
  const isOpen = !archived.has(job_id) && disk.files.facts(layout.order(job_id)) !== undefined;
  if (isOpen && !readRequests(disk.files, layout, job_id).cancel)
    await ask(watcher, job_id, 'cancel', { ...asked(watcher), reason });
  const noted = notedPlan(watcher, archived.get(retry_of) ?? []);
  if (noted && !isOpen) await giveUp(watcher, noted, job_id, retry_of, reason);
  // one that was made is noted as made by the next look
  await disk.files.removeFile(layout.stoppedRetry(job_id));
  log.info({ job_id: retry_of, retried_as: job_id, reason }, 'is not tried again');
}
