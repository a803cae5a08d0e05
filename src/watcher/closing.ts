// Gives what was collected, or what there is of a job that was given up, its place in the archive, with what the watcher
// knows of it beside the record.
import path from 'node:path';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { Abandonment } from '../store/abandoned.ts';
import { abandonmentOf, archiveAsItIs, readAbandoned } from '../store/abandoned.ts';
import { collectedBreach, dropDamaged, fileCollected, sealedEntries } from '../store/archive.ts';
import { copyHashed, jsonText, writeWhole } from '../store/disk.ts';
import { ABANDONED_FILE, RETRY_FILE } from '../store/layout.ts';
import { LOST_FILE } from '../store/lost.ts';
import { readRequests } from '../store/requests.ts';
import { writeRetryPlan } from '../store/retry-plan.ts';
import { ask, asked } from './asking.ts';
import type { WatcherState } from './parts.ts';
import { plannedRetry } from './retry.ts';

/** Verifies our copy once more as it lies on the disk, then gives it its name for good. */
export async function archive(watcher: WatcherState, jobId: string): Promise<void> {
  const { disk, layout, log } = watcher;
  const breach = await collectedBreach(disk, layout, jobId);
  if (breach) return collectAgain(watcher, jobId, breach);
  const stopped = await noteBeside(watcher, jobId, layout.collected(jobId));
  const archived_as = await fileCollected(disk, layout, jobId);
  watcher.archive.changed(jobId, archived_as);
  if (stopped !== undefined) await disk.files.removeFile(layout.stoppedRetry(stopped));
  log.info({ job_id: jobId, archived_as }, 'archived');
}

/** Our copy is damaged: it goes, to be made again, if the record that it was made of is proved to be whole. */
export async function collectAgain(
  { disk, layout }: WatcherState,
  jobId: string,
  breach: string,
): Promise<never> {
  const kept = await dropDamaged(disk, layout, jobId);
  throw new Error(`our copy does not fit its seal: ${breach}${kept ? `; it is kept, for ${kept}` : ''}`);
}

/** Writes what is known beside the record, under names that no sealed file has. Answers the retry that was stopped. */
async function noteBeside(watcher: WatcherState, jobId: string, dir: string): Promise<string | undefined> {
  const { disk, layout } = watcher;
  const { files } = disk;
  files.makeDir(layout.staging);
  const sealed = new Set(sealedEntries(files, dir).map((entry) => entry.path));
  const lost = layout.lost(jobId);
  const keptAs = path.join(dir, LOST_FILE);
  if (files.facts(lost)?.kind === 'file' && !files.facts(keptAs)) await copyHashed(disk, lost, keptAs);
  const abandonment = whoGaveUp(watcher, jobId);
  if (abandonment && !sealed.has(ABANDONED_FILE))
    await writeWhole(disk, layout.staging, path.join(dir, ABANDONED_FILE), jsonText(abandonment));
  const retry = hasCompleted(watcher, jobId, dir) ? undefined : plannedRetry(watcher, jobId);
  if (!retry || sealed.has(RETRY_FILE)) return undefined;
  await writeRetryPlan(disk, layout, dir, retry);
  return retry.given_up === undefined ? undefined : retry.retried_as;
}

function hasCompleted({ disk }: WatcherState, jobId: string, dir: string): boolean {
  const bytes = disk.files.readSmall(path.join(dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok === true && parsed.value.state === 'completed';
}

/** Who gave the job up, by its requests or by what was archived of it before. */
function whoGaveUp({ disk, layout, archive }: WatcherState, jobId: string): Abandonment | undefined {
  const { files } = disk;
  const names = archive.names.get(jobId) ?? [];
  const before = names.map((name) => readAbandoned(files, layout.archived(name)));
  return (
    before.find((each) => each !== undefined) ??
    abandonmentOf(files, layout, jobId, readRequests(files, layout, jobId))
  );
}

/** The runner is told first, so that it takes up nothing of what is archived here. */
export async function abandon(watcher: WatcherState, jobId: string): Promise<void> {
  const { disk, layout, log } = watcher;
  const abandonment = whoGaveUp(watcher, jobId) ?? {};
  if (!readRequests(disk.files, layout, jobId).cancel)
    await ask(watcher, jobId, 'cancel', { ...asked(watcher), abandoned: true });
  const retry = plannedRetry(watcher, jobId);
  const archived_as = await archiveAsItIs(disk, layout, jobId, { abandonment, retry });
  watcher.archive.changed(jobId, archived_as);
  log.warn({ job_id: jobId, archived_as, ...abandonment }, 'given up; archived as it is');
}
