// What the watcher sees of retries: those that are decided, whether they are made, and the ids they have or would get.

import type { Requests } from '../job/request.ts';
import type { Kin } from '../job/retry.ts';
import { directRetries, freeRetryId, retryNameOf } from '../job/retry.ts';
import type { Problem } from '../queue/problem.ts';
import type { PendingRetry } from '../queue/retry.ts';
import { openJobs } from '../store/job-dirs.ts';
import type { ArchiveNames } from '../store/kin.ts';
import { isKnown, kinOf } from '../store/kin.ts';
import { RETRY_FILE } from '../store/layout.ts';
import { isOpenPlan, readRetryPlan } from '../store/retry-plan.ts';
import { guarded, unreadableFile } from '../store/unreadable.ts';
import type { WatcherState } from './parts.ts';

export interface RetrySight {
  archived: ArchiveNames;
  /** The archived jobs of which a retry is to be made or noted, each with the name below archive/ that says so. */
  plans: ReadonlyMap<string, string>;
  /** Made when it is asked for: it takes a look at every name in the queue. */
  kin(): Kin;
}

export function lookAtRetries(
  watcher: WatcherState,
  archived: ArchiveNames,
  problems: Problem[],
): RetrySight {
  const { disk, layout } = watcher;
  let kin: Kin | undefined;
  return {
    archived,
    plans: openPlans(watcher, archived, problems),
    kin: () => (kin ??= kinOf(disk.files, layout, archived, openJobs(disk.files, layout))),
  };
}

function openPlans(watcher: WatcherState, archived: ArchiveNames, problems: Problem[]): Map<string, string> {
  const { disk, layout } = watcher;
  const open = new Map<string, string>();
  for (const [jobId, names] of archived) {
    for (const name of names) {
      if (watcher.settledRetries.has(name)) continue;
      const told = (error: unknown) => unreadableFile(`archive/${name}/${RETRY_FILE}`, error, jobId);
      const look = () => ({ plan: readRetryPlan(disk.files, layout.archived(name)) });
      const seen = guarded(problems, told, look);
      if (!seen) continue;
      const { plan } = seen;
      // what was archived without a plan never gets one, and one that was carried out stays so
      if (plan && isOpenPlan(plan)) open.set(jobId, name);
      else watcher.settledRetries.add(name);
    }
  }
  return open;
}

/** The retry that this job has, or the id that one would get. */
export function retryIdOf({ disk, layout }: WatcherState, sight: RetrySight, jobId: string): string {
  const kin = sight.kin();
  const made = directRetries(jobId, kin).at(-1);
  if (made !== undefined) return made;
  const isTaken = (id: string) => isKnown(disk.files, layout, sight.archived, id);
  return freeRetryId(retryNameOf(jobId, kin.retryOf(jobId)), isTaken);
}

/** The retry that is decided for this job: by its cancel while it is open, by its place in the archive after that. */
export function pendingRetry(
  { disk, layout, chores }: WatcherState,
  { archived, plans }: RetrySight,
  jobId: string,
  { cancel }: Requests,
): PendingRetry | undefined {
  const name = plans.get(jobId);
  const plan = name === undefined ? undefined : readRetryPlan(disk.files, layout.archived(name));
  const retry_as = plan?.retried_as ?? cancel?.superseded_by;
  const notBefore = plan?.not_before ?? cancel?.retry_at;
  if (retry_as === undefined || notBefore === undefined) return undefined;
  const isMade = isKnown(disk.files, layout, archived, retry_as);
  const stopped = disk.files.facts(layout.stoppedRetry(retry_as)) !== undefined;
  if (!plan && stopped && !isMade) return undefined; // the archive will say so
  if (!plan && !stopped && (isMade || archived.has(jobId))) return undefined; // nothing to note, or all is noted
  return {
    retry_as,
    notBeforeMs: Date.parse(notBefore),
    isMade,
    stopped,
    acting: chores.isUnderWay(retry_as),
    busy: chores.isBusy(retry_as),
  };
}
