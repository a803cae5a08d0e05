// One runner: reads a snapshot, plans, acts, beats. It owns no timer; the daemon, a test or a simulator calls `tick`.
import { messageOf } from '../errors.ts';
import type { MachineSeen } from '../queue/machine.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { isUnderWay, planRunner } from '../queue/plan-runner.ts';
import type { Problem } from '../queue/problem.ts';
import { newProblems } from '../queue/problem.ts';
import type { RunnerAction, RunnerJob, RunnerSnapshot } from '../queue/runner-snapshot.ts';
import { isoNow, makeDurableDir, sweepTemps } from '../store/disk.ts';
import { openLedger } from '../store/ledger.ts';
import { queueGuard } from '../store/marker.ts';
import { readPresence } from '../store/presences.ts';
import { isWhole } from '../store/read-order.ts';
import { clearStaging } from '../store/stage.ts';
import { unplanned } from '../store/unreadable.ts';
import type { Chores } from '../system/chores.ts';
import { carryOut, isLong } from './actions.ts';
import { noteFailure } from './failing.ts';
import type { LastTick } from './glance.ts';
import { glance, lastTick } from './glance.ts';
import type { Pulse } from './heartbeat.ts';
import { beat, newPulse } from './heartbeat.ts';
import { newLicenceLook } from './licences.ts';
import { forgetSeen } from './memory.ts';
import { newNaps, noteTick } from './naps.ts';
import type { RunnerParts, RunnerState } from './parts.ts';
import { readRunnerSnapshot } from './read-snapshot.ts';
import { beatPresence } from './tell-presence.ts';

export interface Runner {
  /** Looks, decides and acts once. True when there was anything to do or a script runs. */
  tick(): Promise<boolean>;
  /** Beats, and looks whether a tick is due: for where ticks take long. */
  glance(): Promise<boolean>;
  /** Resolves when no long action is under way. */
  settled(): Promise<void>;
  /** The ledger that this runner trusts. */
  ledger: RunnerState['ledger'];
  /** From now on nothing starts, and what runs is asked to end; on_interrupt decides what follows. */
  interrupt(): void;
  /** The owner drains the runner, and nothing runs any more. */
  isDrained(): boolean;
  /** Tells that the runner is stopped on purpose: what waits is not lost. Nothing is told afterwards. */
  tellStopped(reason?: string): Promise<void>;
}

/** Opens the runner's ledger and makes a runner of the parts. The caller holds the runner's lock. */
export async function openRunner(
  parts: RunnerParts,
  queueId: string | undefined,
  chores: Chores,
  ring: () => void,
): Promise<Runner> {
  const { disk, layout, at } = parts;
  const assertQueue = queueGuard(disk, layout);
  assertQueue(queueId);
  const ledger = await openLedger(disk, at.ledger, toldLedger(parts));
  // a power cut must not take the root from under results that are durable in it
  makeDurableDir(disk.files, at.work);
  await clearStaging(disk.files, at);
  for (const dir of [layout.staging, at.state]) await sweepTemps(disk, dir);
  const runner: RunnerState = {
    ...parts,
    ledger,
    memory: new Map(),
    problems: [],
    chores,
    ring,
    failing: new Map(),
    naps: newNaps(),
    waiting: new Map(),
    licences: newLicenceLook({ ...parts, chores }),
    stopping: false,
  };
  let isDrained = false;
  let last: LastTick | undefined;
  const noteLook = () => noteTick(runner.naps, disk.clock.now(), parts.settings.poll_interval_s * 1000);
  const pulse = newPulse(runner);
  return {
    ledger,
    settled: chores.settled,
    interrupt: () => {
      runner.stopping = true;
    },
    isDrained: () => isDrained,
    tellStopped: async (reason) => {
      assertQueue(queueId);
      const snapshot = await readRunnerSnapshot(runner);
      const plan = planSafely(runner, snapshot);
      runner.stopped = { at: isoNow(disk), ...(reason !== undefined && { reason }) };
      await beatPresence(runner, pulse, plan, snapshot.machine);
    },
    tick: async () => {
      assertQueue(queueId);
      noteLook();
      const seen = await tickOnce(runner, pulse);
      isDrained = seen.isDrained;
      last = seen.last;
      return seen.isBusy;
    },
    glance: async () => {
      assertQueue(queueId);
      noteLook();
      return glance(runner, pulse, last);
    },
  };
}

/** The ledger that this runner had, by its presence. One that cannot be read tells nothing, but it tells that there was one. */
function toldLedger({ disk, layout, identity, at }: RunnerParts): string | undefined {
  try {
    return readPresence(disk.files, layout, identity.id)?.ledger_id;
  } catch {
    return disk.files.facts(at.ledger) === undefined ? 'unknown' : undefined;
  }
}

/** A job for which nothing can be planned is a problem of its own. */
function planSafely({ disk, settings }: RunnerState, snapshot: RunnerSnapshot): RunnerPlan {
  return planRunner(snapshot, disk.clock.now(), settings, (id, error) =>
    snapshot.problems.push(unplanned(id, error)),
  );
}

async function tickOnce(runner: RunnerState, pulse: Pulse) {
  const { chores } = runner;
  const snapshot = await readRunnerSnapshot(runner);
  const plan = planSafely(runner, snapshot);
  runner.waiting = new Map(plan.waiting.map((one) => [one.job_id, one.for]));
  const acted = new Set(plan.actions.map(({ job_id }) => job_id));
  // what there is nothing to do about is not tried in vain any more
  for (const id of runner.failing.keys()) if (!acted.has(id) && !chores.isBusy(id)) runner.failing.delete(id);
  forgetGone(runner, snapshot.jobs);
  tellProblems(runner, snapshot.problems);
  if (plan.wantsLicences) runner.licences.lookIfDue();
  for (const action of plan.actions) await act(runner, action);
  await beatSafely(runner, pulse, plan, snapshot.machine);
  if (plan.actions.some(showsAtOnce)) runner.ring(); // what was done may allow the next step at once
  const isActing = plan.actions.length > 0 || chores.isAnyPending();
  const isBusy = isActing || isAnyUnderWay(runner);
  const { draining } = snapshot.machine.owner;
  followMoving(runner, snapshot.jobs);
  const last = lastTick(runner, snapshot, plan, isActing);
  return { isBusy, last, isDrained: draining !== undefined && !isBusy && plan.running.length === 0 };
}

/** What goes on beside the ticks rings when it is over; till then presence tells of nothing but a copy that is made. */
function showsAtOnce(action: RunnerAction): boolean {
  return action.do === 'stage' || !isLong(action);
}

/** Inputs that are still arriving, and what may be asked of a run. */
function followMoving({ follow, layout }: RunnerState, jobs: readonly RunnerJob[]): void {
  for (const { job_id, order, ledger } of jobs) {
    if (order && !isWhole(order)) follow?.(layout.order(job_id));
    if (isUnderWay(ledger)) follow?.(layout.requests(job_id));
  }
}

/** Does a script of ours run? Of a run by hand only its own counts. */
function isAnyUnderWay({ ledger, only }: RunnerState): boolean {
  return [...ledger.open].some(
    (id) => (only === undefined || only === id) && isUnderWay(ledger.jobs.get(id)),
  );
}

function tellProblems(runner: RunnerState, problems: Problem[]): void {
  for (const problem of newProblems(runner.problems, problems)) runner.log.warn(problem, 'problem');
  runner.problems = problems;
}

function forgetGone(runner: RunnerState, jobs: readonly RunnerJob[]): void {
  const here = new Set(jobs.map((job) => job.job_id));
  for (const id of runner.memory.keys())
    if (!here.has(id) && !runner.chores.isBusy(id)) runner.memory.delete(id);
  for (const id of runner.failing.keys()) if (!here.has(id)) runner.failing.delete(id);
}

/** An action that fails is told and tried again later; it stops neither the loop nor other jobs. */
async function act(runner: RunnerState, action: RunnerAction): Promise<void> {
  const { job_id } = action;
  const work = async () => {
    await carryOut(runner, action).finally(() => forgetSeen(runner.memory, job_id));
    if (runner.failing.get(job_id)?.action === action.do) runner.failing.delete(job_id);
  };
  const failed = (error: unknown) => {
    noteFailure(runner.failing, action, error, isoNow(runner.disk));
    runner.log.error({ job_id, action: action.do, error: messageOf(error) }, 'failed; tried again later');
  };
  if (isLong(action)) runner.chores.beside(job_id, work, failed, action.do);
  else await runner.chores.now(job_id, work, failed, action.do);
}

async function beatSafely(
  runner: RunnerState,
  pulse: Pulse,
  plan: RunnerPlan,
  machine: MachineSeen,
): Promise<void> {
  try {
    await beat(runner, pulse, plan, machine);
  } catch (error) {
    runner.log.error({ error: messageOf(error) }, 'the heartbeat could not be written');
  }
}
