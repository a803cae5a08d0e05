// Of which jobs this runner can say that it has read their cancel and holds nothing: the watcher closes those that were
// given up on that word. It knows no plan.
import { isThereBesides } from '../store/conflicts.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { readRequests } from '../store/requests.ts';
import type { RunnerState } from './parts.ts';

export function clearedJobs(runner: Pick<RunnerState, 'disk' | 'layout' | 'ledger'>): string[] {
  const { disk, layout, ledger } = runner;
  return jobDirs(disk.files, layout.tree('requests')).filter((id) => {
    const phase = ledger.jobs.get(id)?.phase;
    if (phase !== undefined && phase !== 'deleted') return false;
    try {
      if ([layout.order(id), layout.record(id)].some((dir) => isThereBesides(disk.files, dir))) return false;
      return readRequests(disk.files, layout, id).cancel !== undefined;
    } catch {
      return false; // of what cannot be read nothing can be said
    }
  });
}
