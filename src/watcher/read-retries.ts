// What the watcher sees of retries: those that are decided, whether they are made, and the ids they have or would get.

import type { Requests } from '../job/request.ts';
import type { Kin, RetryNames } from '../job/retry.ts';
import { directRetries, freeRetryId, retryNameOf } from '../job/retry.ts';
import type { Problem } from '../queue/problem.ts';
import type { PendingRetry } from '../queue/retry.ts';
import type { ArchiveNames } from '../store/kin.ts';
import { isKnown, kinAmong, retryNamesIn } from '../store/kin.ts';
import { RETRY_FILE } from '../store/layout.ts';
import { hasRetryPlan, isOpenPlan, readRetryPlan } from '../store/retry-plan.ts';
import { guarded, unreadableFile } from '../store/unreadable.ts';
import type { WatcherState } from './parts.ts';
import { lastPlaces } from './places.ts';

export interface RetrySight {
  archived: ArchiveNames;
  /** The archived jobs of which a retry is to be made or noted, each with the name below archive/ that says so. */
  plans: ReadonlyMap<string, string>;
  /** Made when it is asked for: it takes a look at every name in the queue. */
  kin(): Kin;
}

export function lookAtRetries(watcher: WatcherState, problems: Problem[]): RetrySight {
  const { disk, layout, archive } = watcher;
  const archived = archive.names;
  let kin: Kin | undefined;
  return {
    archived,
    plans: openPlans(watcher, problems),
    kin: () => (kin ??= kinAmong(disk.files, layout, archived, retryNames(watcher))),
  };
}

/** Put together again only when there are other names. */
function retryNames(watcher: WatcherState): RetryNames {
  const { archive, retryNames: before } = watcher;
  const { version } = archive;
  const places = lastPlaces(watcher);
  if (before?.version === version && before.places === places) return before.names;
  const names = retryNamesIn(archive.names, [...places.order, ...places.record]);
  watcher.retryNames = { version, places, names };
  return names;
}

function openPlans({ disk, layout, archive }: WatcherState, problems: Problem[]): Map<string, string> {
  const open = new Map<string, string>();
  for (const [name, jobId] of archive.unsettled) {
    const dir = layout.archived(name);
    const told = (error: unknown) => unreadableFile(`archive/${name}/${RETRY_FILE}`, error, jobId);
    // most have none, and to ask for its facts costs a tenth of trying to read it
    const look = () => ({ plan: hasRetryPlan(disk.files, dir) ? readRetryPlan(disk.files, dir) : undefined });
    const seen = guarded(problems, told, look);
    if (!seen) continue;
    const { plan } = seen;
    // what was archived without a plan never gets one, and one that was carried out stays so
    if (plan && isOpenPlan(plan)) open.set(jobId, name);
    else archive.settled(name);
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
