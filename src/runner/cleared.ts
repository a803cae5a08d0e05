// Of which jobs this runner can say that it has read their cancel and holds nothing: the watcher closes those that were
// given up on that word. It knows no plan.
import { isThereBesides } from '../store/conflicts.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { readRequests } from '../store/requests.ts';
import type { Files } from '../system/files.ts';
import type { RunnerState } from './parts.ts';

type Parts = Pick<RunnerState, 'disk' | 'layout' | 'ledger'> &
  Partial<Pick<RunnerState, 'memory' | 'placesSeen'>>;

/** To be asked after a look at the jobs: what was seen of them then is not looked at again. */
export function clearedJobs(runner: Parts): string[] {
  const { disk, layout, ledger, placesSeen } = runner;
  const asked = placesSeen?.places.asked ?? jobDirs(disk.files, layout.tree('requests'));
  return [...asked].filter((id) => {
    const phase = ledger.jobs.get(id)?.phase;
    if ((phase !== undefined && phase !== 'deleted') || isSeen(runner, id)) return false;
    try {
      const { files } = disk;
      if (isThereBesides(files, layout.order(id)) || hasRecord(files, layout.record(id))) return false;
      return readRequests(disk.files, layout, id).cancel !== undefined;
    } catch {
      return false; // of what cannot be read nothing can be said
    }
  });
}

/** A directory with nothing in it is what a runner leaves that dies right after it made one. */
function hasRecord(files: Files, dir: string): boolean {
  return files.list(dir)?.length !== 0 && isThereBesides(files, dir);
}

/** Was there an order or a record of it at this look? */
function isSeen({ memory, placesSeen }: Parts, jobId: string): boolean {
  const seen = memory?.get(jobId)?.seen;
  if (!seen || !placesSeen) return false;
  const { order, record } = placesSeen.places;
  const hasOrder = order.has(jobId) && seen.order?.value !== undefined;
  return hasOrder || (record.has(jobId) && seen.record?.value?.record !== undefined);
}
