// One watcher: reads a snapshot, plans, acts, judges who is alive. It owns no timer; the daemon, a test or a simulator
// calls `tick`.
import { messageOf } from '../errors.ts';
import { lostReason, observe } from '../queue/liveness.ts';
import { awaitsSecondLook, planWatcher } from '../queue/plan-watcher.ts';
import type { Problem } from '../queue/problem.ts';
import { newProblems } from '../queue/problem.ts';
import type { WatcherAction, WatcherJob } from '../queue/watcher-snapshot.ts';
import type { Lost } from '../store/lost.ts';
import { readLost, writeLost } from '../store/lost.ts';
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
  const watcher: WatcherState = {
    ...parts,
    memory: new Map(),
    problems: [],
    presences: new Map(),
    observed: new Map(),
    chores,
    ring,
  };
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
  tellProblems(watcher, snapshot.problems);
  for (const action of actions) await act(watcher, action);
  for (const job of snapshot.jobs) await judge(watcher, job);
  if (actions.length > 0) watcher.ring(); // what was done may allow the next step at once
  return (
    actions.length > 0 ||
    watcher.chores.isAnyPending() ||
    snapshot.jobs.some((job) => !job.busy && awaitsSecondLook(job))
  );
}

function tellProblems(watcher: WatcherState, problems: Problem[]): void {
  for (const problem of newProblems(watcher.problems, problems)) watcher.log.warn(problem, 'problem');
  watcher.problems = problems;
}

function forgetGone(watcher: WatcherState, jobs: readonly WatcherJob[]): void {
  const here = new Set(jobs.map((job) => job.job_id));
  for (const id of watcher.observed.keys()) if (!here.has(id)) watcher.observed.delete(id);
  for (const id of watcher.memory.keys())
    if (!here.has(id) && !watcher.chores.isBusy(id)) watcher.memory.delete(id);
}

/** Calls a job lost whose runner does not vouch for it any more, and takes that back when it does again. */
async function judge(watcher: WatcherState, job: WatcherJob): Promise<void> {
  const { disk, layout, settings, link, observed } = watcher;
  const record = job.record?.record;
  if (!record?.runner || job.record?.sealSha256) {
    observed.delete(job.job_id);
    return;
  }
  const nowMs = disk.clock.monotonic();
  const before = observed.get(job.job_id);
  const seen = observe(before, watcher.presences.get(record.runner.id), job.job_id, nowMs);
  observed.set(job.job_id, seen);
  const reason = lostReason(seen, nowMs, link, settings);
  const lost = readLost(disk.files, layout.lost(job.job_id));
  const at = new Date(disk.clock.now()).toISOString();
  if (reason && (!lost || lost.recovered_at)) await tellLost(watcher, job.job_id, { at, reason });
  if (lost && !lost.recovered_at && before && seen !== before) {
    await tellLost(watcher, job.job_id, { ...lost, recovered_at: at });
  }
}

async function tellLost(watcher: WatcherState, job_id: string, lost: Lost): Promise<void> {
  await writeLost(watcher.disk, watcher.layout, job_id, lost);
  watcher.log.warn({ job_id, reason: lost.reason }, lost.recovered_at ? 'lost before, heard again' : 'lost');
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
