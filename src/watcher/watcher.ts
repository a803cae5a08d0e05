// One watcher: reads a snapshot, plans, acts, judges who is alive. It owns no timer; the daemon, a test or a simulator
// calls `tick`.
import { messageOf } from '../errors.ts';
import { isFinal } from '../job/states.ts';
import { lostReason } from '../queue/liveness.ts';
import { awaitsSecondLook, planWatcher } from '../queue/plan-watcher.ts';
import type { WatcherAction, WatcherJob } from '../queue/watcher-snapshot.ts';
import { writeLost } from '../store/lost.ts';
import { assertQueue } from '../store/marker.ts';
import type { Chores } from '../system/chores.ts';
import { carryOut, isLong } from './actions.ts';
import type { WatcherParts, WatcherState } from './parts.ts';
import { readWatcherSnapshot } from './read-snapshot.ts';

export interface Watcher {
  /** Looks, decides and acts once. True when there was anything to do or a second look is due soon. */
  tick(): Promise<boolean>;
  /** Resolves when no long action is under way. */
  settled(): Promise<void>;
}

/** Makes a watcher of the parts. The caller holds the queue's watcher lock. */
export function openWatcher(
  parts: WatcherParts,
  queueId: string | undefined,
  chores: Chores,
  ring: () => void,
): Watcher {
  const { disk, layout } = parts;
  assertQueue(disk.files, layout, queueId);
  const watcher: WatcherState = { ...parts, memory: new Map(), runners: new Map(), chores, ring };
  return {
    settled: chores.settled,
    tick: async () => {
      assertQueue(disk.files, layout, queueId);
      return tickOnce(watcher);
    },
  };
}

async function tickOnce(watcher: WatcherState): Promise<boolean> {
  const snapshot = readWatcherSnapshot(watcher);
  const actions = planWatcher(snapshot, watcher.settings);
  forgetGone(watcher, snapshot.jobs);
  for (const action of actions) await act(watcher, action);
  for (const job of snapshot.jobs) await judge(watcher, job);
  if (actions.length > 0) watcher.ring(); // what was done may allow the next step at once
  return (
    actions.length > 0 ||
    watcher.chores.underWay() > 0 ||
    snapshot.jobs.some((job) => !job.busy && awaitsSecondLook(job))
  );
}

function forgetGone(watcher: WatcherState, jobs: readonly WatcherJob[]): void {
  const here = new Set(jobs.map((job) => job.job_id));
  for (const id of watcher.memory.keys())
    if (!here.has(id) && !watcher.chores.isBusy(id)) watcher.memory.delete(id);
}

/** Calls a job lost whose runner gives no sign of life; never takes that back: later news simply overrules it. */
async function judge(watcher: WatcherState, job: WatcherJob): Promise<void> {
  const { disk, layout, settings, link } = watcher;
  const record = job.record?.record;
  if (!record?.runner || isFinal(record.state) || disk.files.facts(layout.lost(job.job_id))) return;
  const reason = lostReason(watcher.runners.get(record.runner.id), disk.clock.monotonic(), link, settings);
  if (!reason) return;
  await writeLost(disk, layout, job.job_id, { at: new Date(disk.clock.now()).toISOString(), reason });
  watcher.log.warn({ job_id: job.job_id, reason }, 'lost');
}

/** An action that fails is told and tried again later; it stops neither the loop nor other jobs. */
async function act(watcher: WatcherState, action: WatcherAction): Promise<void> {
  const { job_id } = action;
  const work = () => carryOut(watcher, action);
  const failed = (error: unknown) =>
    watcher.log.error({ job_id, action: action.do, error: messageOf(error) }, 'failed; tried again later');
  if (isLong(action)) watcher.chores.beside(job_id, work, failed);
  else await watcher.chores.now(job_id, work, failed);
}
