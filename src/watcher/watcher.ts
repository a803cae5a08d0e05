// One watcher: reads a snapshot, plans, acts, judges who is alive. It owns no timer; the daemon, a test or a simulator
// calls `tick`.

import { messageOf } from '../errors.ts';
import { comparePool } from '../queue/compare-pool.ts';
import { awaitsSecondLook, planWatcher } from '../queue/plan-watcher.ts';
import type { Problem } from '../queue/problem.ts';
import { newProblems } from '../queue/problem.ts';
import type { RecordArrival, WatcherAction, WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { openArchiveIndex } from '../store/archive-index.ts';
import { isoNow } from '../store/disk.ts';
import { queueGuard } from '../store/marker.ts';
import { unplanned } from '../store/unreadable.ts';
import type { Chores } from '../system/chores.ts';
import { carryOut, isLong } from './actions.ts';
import { newBus } from './bus.ts';
import type { Feed } from './feed.ts';
import { newFeed } from './feed.ts';
import type { LastTick } from './glance.ts';
import { glance, lastTick } from './glance.ts';
import { judgeAll, newLiveness } from './judge.ts';
import { failingAction, forgetFailing, noLastingProblems, noteSuccess } from './lasting-problems.ts';
import type { WatcherParts, WatcherState } from './parts.ts';
import { readWatcherSnapshot } from './read-snapshot.ts';
import { seePool } from './see-pool.ts';
import { stopTelling, tellLiveness } from './tell-liveness.ts';

export interface Watcher {
  /** Looks, decides and acts once. True when there was anything to do or a second look is due soon. */
  tick(): Promise<boolean>;
  /** Judges who is alive, and looks whether a tick is due: for where ticks take long. */
  glance(): Promise<boolean>;
  /** Resolves when no long action is under way. */
  settled(): Promise<void>;
  /** Tells that it ends and keeps what it knows. Nothing is done afterwards. */
  close(): Promise<void>;
}

/** Makes a watcher of the parts. The caller holds the queue's watcher lock. */
export function openWatcher(
  parts: WatcherParts,
  queueId: string | undefined,
  chores: Chores,
  ring: () => void,
): Watcher {
  const { disk, layout } = parts;
  const assertQueue = queueGuard(disk, layout);
  const id = assertQueue(queueId);
  const bus = parts.bus ?? newBus();
  const feed = newFeed({ ...parts, bus }, id);
  const watcher: WatcherState = {
    ...parts,
    bus,
    lasting: noLastingProblems(),
    missingSince: new Map(),
    archive: openArchiveIndex(disk, layout),
    memory: new Map(),
    problems: [],
    presences: new Map(),
    presencesSeen: new Map(),
    liveness: newLiveness(),
    chores,
    processing: new Set(),
    ring,
  };
  let last: LastTick | undefined;
  return {
    settled: chores.settled,
    tick: async () => {
      assertQueue(id);
      const seen = await tickOnce(watcher, feed);
      last = seen.last;
      return seen.isBusy;
    },
    glance: async () => {
      assertQueue(id);
      return glance(watcher, feed, last);
    },
    close: async () => {
      await feed.close();
      await stopTelling(watcher);
    },
  };
}

async function tickOnce(watcher: WatcherState, feed: Feed) {
  const snapshot = readWatcherSnapshot(watcher);
  forgetGone(watcher, snapshot.jobs);
  const { problems } = snapshot;
  await judgeAll(watcher, snapshot.jobs, problems);
  const planned = planWatcher(snapshot, watcher.settings, (id, error) => problems.push(unplanned(id, error)));
  const acted = new Set(planned.map(({ job_id }) => job_id));
  forgetFailing(watcher.lasting, (id) => acted.has(id) || watcher.chores.isBusy(id));
  await tellLiveness(watcher, snapshot.jobs);
  // what has happened is told before anything is done about it
  await tellEvents(watcher, feed, snapshot);
  watcher.notifier?.tick(watcher.disk.clock.now());
  tellProblems(watcher, problems);
  const actions = feed.canTell() ? planned : planned.filter((action) => !MUST_BE_TOLD.includes(action.do));
  for (const action of actions) await act(watcher, action);
  await feed.checkpoint();
  // what was done may allow the next step at once; what goes on beside the ticks rings when it is over
  if (actions.some((action) => !isLong(action))) watcher.ring();
  const isBusy =
    actions.length > 0 ||
    watcher.chores.isAnyPending() ||
    snapshot.jobs.some((job) => !job.busy && awaitsSecondLook(job));
  for (const { job_id, record } of snapshot.jobs)
    if (record && isMoving(record)) watcher.follow?.(watcher.layout.record(job_id));
  return { isBusy, last: lastTick(watcher, snapshot, isBusy) };
}

/** Does more of it come soon? */
function isMoving({ record, sealSha256, complete }: RecordArrival): boolean {
  return record?.state === 'running' || (sealSha256 !== undefined && !complete);
}

/** What must not happen unannounced: while no event can be written it waits. */
const MUST_BE_TOLD: readonly WatcherAction['do'][] = ['archive', 'acknowledge', 'abandon'];

async function tellEvents(watcher: WatcherState, feed: Feed, snapshot: WatcherSnapshot): Promise<void> {
  const known = await feed.ready();
  if (!known) return;
  const sight = seePool(watcher, snapshot, known);
  const at = isoNow(watcher.disk);
  const failed = (id: string, error: unknown) => void snapshot.problems.push(unplanned(id, error));
  const difference = comparePool(known.pool, sight, { at, policy: watcher.settings }, failed);
  await feed.write(difference, sight, at);
  await feed.deliver();
}

function tellProblems(watcher: WatcherState, problems: Problem[]): void {
  for (const problem of newProblems(watcher.problems, problems)) watcher.log.warn(problem, 'problem');
  watcher.problems = problems;
}

function forgetGone(watcher: WatcherState, jobs: readonly WatcherJob[]): void {
  const here = new Set(jobs.flatMap(({ job_id, retry }) => [job_id, ...(retry ? [retry.retry_as] : [])]));
  for (const id of watcher.lasting.failing.keys()) if (!here.has(id)) watcher.lasting.failing.delete(id);
  for (const id of watcher.memory.keys())
    if (!here.has(id) && !watcher.chores.isBusy(id)) watcher.memory.delete(id);
}

/** Something was done about the job: all of it is read again. */
function forgetSeen({ memory, archive }: WatcherState, jobId: string): void {
  const known = memory.get(jobId);
  if (known) known.seen = {};
  archive.changed(jobId);
}

/** An action that fails is told and tried again later; it stops neither the loop nor other jobs. */
async function act(watcher: WatcherState, action: WatcherAction): Promise<void> {
  const { job_id } = action;
  const { failing } = watcher.lasting;
  const work = async () => {
    await carryOut(watcher, action).finally(() => forgetSeen(watcher, job_id));
    noteSuccess(watcher.lasting, job_id, action.do);
  };
  const failed = (error: unknown) => {
    const message = messageOf(error);
    failing.set(job_id, failingAction(job_id, action.do, message));
    watcher.log.error({ job_id, action: action.do, error: message }, 'failed; tried again later');
  };
  if (isLong(action)) watcher.chores.beside(job_id, work, failed, action.do);
  else await watcher.chores.now(job_id, work, failed, action.do);
}
