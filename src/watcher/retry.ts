// Tries jobs again: tells the old one, makes the new one when its time has come, and notes in the archive what came of it.

import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { WatcherAction } from '../queue/watcher-snapshot.ts';
import { isoNow } from '../store/disk.ts';
import type { ArchiveNames } from '../store/kin.ts';
import { isKnown, kinOf, orderDirOf } from '../store/kin.ts';
import { stoppedBy } from '../store/planned-retries.ts';
import { readRequests } from '../store/requests.ts';
import { NotRepeatable, publishRetry } from '../store/retry-order.ts';
import type { RetryPlan } from '../store/retry-plan.ts';
import { isOpenPlan, readRetryPlan, writeRetryPlan } from '../store/retry-plan.ts';
import { ask, asked, watcherName } from './asking.ts';
import type { WatcherState } from './parts.ts';

type Action<Name> = Extract<WatcherAction, { do: Name }>;

/** From here on the retry is decided: its id and its time stand in the old job's cancel. */
export async function supersede(watcher: WatcherState, action: Action<'supersede'>): Promise<void> {
  const { job_id, superseded_by, retry_at, reason } = action;
  await ask(watcher, job_id, 'cancel', { ...asked(watcher), reason, superseded_by, retry_at });
  watcher.log.info({ job_id, retried_as: superseded_by, retry_at, reason }, 'is to be tried again');
}

/** What stands in a job's cancel, for the archive to keep. */
export function plannedRetry(watcher: WatcherState, jobId: string): RetryPlan | undefined {
  const { disk, layout } = watcher;
  const { superseded_by, retry_at, reason } = readRequests(disk.files, layout, jobId).cancel ?? {};
  if (superseded_by === undefined || retry_at === undefined) return undefined;
  const isMade = isKnown(disk.files, layout, watcher.archive.names, superseded_by);
  return {
    retried_as: superseded_by,
    not_before: retry_at,
    ...(reason !== undefined && { reason }),
    ...(isMade ? { made_at: isoNow(watcher.disk) } : givenUp(watcher, superseded_by)),
  };
}

function givenUp({ disk, layout }: WatcherState, retryId: string): Pick<RetryPlan, 'given_up'> {
  const given_up = stoppedBy(disk.files, layout, retryId);
  return given_up === undefined ? {} : { given_up };
}

/** Where the archive says that this job is to be tried again. */
interface Noted {
  dir: string;
  plan: RetryPlan;
}

export function notedPlan({ disk, layout }: WatcherState, names: readonly string[]): Noted | undefined {
  for (const name of names) {
    const dir = layout.archived(name);
    const plan = readRetryPlan(disk.files, dir);
    if (plan && isOpenPlan(plan)) return { dir, plan };
  }
  return undefined;
}

/** Done again after it was cut off, it finds the new job, and only notes it. */
export async function makeRetry(watcher: WatcherState, { job_id, retry_of }: Action<'retry'>): Promise<void> {
  const { disk, layout, log } = watcher;
  const archived = watcher.archive.names;
  const noted = notedPlan(watcher, archived.get(retry_of) ?? []);
  if (stoppedBy(disk.files, layout, job_id) !== undefined) return; // said in this very moment: the next look sees it
  try {
    await makeUnlessThere(watcher, archived, job_id, retry_of);
  } catch (error) {
    if (!noted || !(error instanceof NotRepeatable)) throw error;
    await giveUp(watcher, noted, job_id, retry_of, messageOf(error));
    log.error({ job_id: retry_of, retried_as: job_id, reason: messageOf(error) }, 'is not tried again');
    return;
  }
  // said while it was made: it stays open for the next look, which has it cancelled
  const isStopped = stoppedBy(disk.files, layout, job_id) !== undefined;
  if (noted && !isStopped)
    await writeRetryPlan(disk, layout, noted.dir, { ...noted.plan, made_at: isoNow(watcher.disk) });
}

/** From here on nothing is to come of the plan, and whoever counted on it is told. */
export async function giveUp(
  { disk, layout, bus }: WatcherState,
  { dir, plan }: Noted,
  retried_as: string,
  job_id: string,
  reason: string,
): Promise<void> {
  await writeRetryPlan(disk, layout, dir, { ...plan, given_up: reason });
  bus.post({ type: 'retry-stopped', at: isoNow(disk), job_id, retried_as, reason });
}

async function makeUnlessThere(
  watcher: WatcherState,
  archived: ArchiveNames,
  retryAs: string,
  jobId: string,
): Promise<void> {
  const { disk, layout, log } = watcher;
  if (isKnown(disk.files, layout, archived, retryAs)) {
    if (kinOf(disk.files, layout, archived, []).retryOf(retryAs) === jobId) return;
    throw new NotRepeatable(`the id ${retryAs} belongs to another job`);
  }
  const records = recordsOf(watcher, archived, jobId);
  if (records.some(({ state }) => state === 'completed'))
    throw new NotRepeatable('it has completed after all: its results came late');
  const orderDir = orderDirOf(disk.files, layout, archived, jobId);
  if (orderDir === undefined) throw new NotRepeatable(`the order of ${jobId} is gone`);
  const dir = path.join(layout.staging, `retry-${retryAs}`);
  await disk.files.removeTree(dir); // a copy that was cut off
  const wish = { jobId, orderDir, retryAs, createdBy: watcherName(watcher), byHand: false };
  const hadStarted = records.some(({ attempt = 0 }) => attempt > 0);
  await publishRetry(disk, layout, dir, { ...wish, hadStarted }).catch((error: unknown) => {
    // what is in the archive stays as it is; outbox/ may be looked at again
    throw orderDir === layout.order(jobId) ? new Error(messageOf(error), { cause: error }) : error;
  });
  log.info({ job_id: jobId, retried_as: retryAs }, 'tried again');
}

/** Every record that there is of a job, whole or not. */
function recordsOf({ disk, layout }: WatcherState, archived: ArchiveNames, jobId: string): JobRecord[] {
  const names = archived.get(jobId) ?? [];
  return [layout.record(jobId), ...names.map((name) => layout.archived(name))].flatMap((dir) => {
    const bytes = disk.files.readSmall(path.join(dir, JOB_JSON));
    const parsed = bytes && parseRecord(bytes, jobId);
    return parsed?.ok ? [parsed.value] : [];
  });
}
