// A look at the queue that costs little, between two ticks that take long: has anything come or gone, has a script ended,
// has its owner another wish? It beats, and decides nothing.
import { closedUntil } from '../job/schedule.ts';
import type { MachineSeen } from '../queue/machine.ts';
import { pausedNow } from '../queue/owner-wish.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { isUnderWay } from '../queue/plan-runner.ts';
import type { RunnerJob, RunnerSnapshot } from '../queue/runner-snapshot.ts';
import type { Pulse } from './heartbeat.ts';
import { beat } from './heartbeat.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import type { Places } from './places.ts';
import { seePlaces } from './places.ts';
import { readAttempt } from './read-attempt.ts';
import { readMachine } from './read-machine.ts';
import { seeRequests } from './see-job.ts';

/** What the last tick saw and planned. */
export interface LastTick {
  plan: RunnerPlan;
  places: Places | undefined;
  machine: string;
  /** Those whose run is under way; nothing else moves without an event. */
  running: readonly RunnerJob[];
  /** Something of it was on its way: the next tick is due. */
  isBusy: boolean;
}

export function lastTick(
  runner: RunnerState,
  { jobs, machine }: RunnerSnapshot,
  plan: RunnerPlan,
  isBusy: boolean,
): LastTick {
  return {
    plan,
    places: runner.placesSeen?.places,
    machine: wishesOf(runner, machine),
    running: jobs.filter(({ ledger }) => isUnderWay(ledger)),
    isBusy,
  };
}

/** True when a tick is due. */
export async function glance(
  runner: RunnerState,
  pulse: Pulse,
  last: LastTick | undefined,
): Promise<boolean> {
  if (!last || last.isBusy || runner.chores.isAnyPending()) return true;
  if (seePlaces(runner) !== last.places) return true;
  const machine = readMachine(runner, []);
  if (wishesOf(runner, machine) !== last.machine) return true;
  for (const job of last.running) if (await hasMoved(runner, job)) return true;
  if (last.plan.wantsLicences) runner.licences.lookIfDue();
  await beat(runner, pulse, last.plan, machine);
  return false;
}

/** What may keep every order from starting. */
function wishesOf(
  { disk, settings }: RunnerState,
  { owner, weekMinute, stopping, licences }: MachineSeen,
): string {
  const paused = pausedNow(owner, disk.clock.now());
  const opens = closedUntil(settings.schedule, weekMinute);
  return JSON.stringify([owner, paused !== undefined, opens, stopping, licences]);
}

/** Is its run at another point than it was, or is there something new asked of it? */
async function hasMoved(
  runner: RunnerState,
  { job_id, ledger, attempt, requests }: RunnerJob,
): Promise<boolean> {
  const memory = recall(runner.memory, job_id, runner.disk.clock.monotonic());
  if (!attempt?.held || !attempt.begun || ledger !== runner.ledger.jobs.get(job_id)) return true;
  const now = await readAttempt(runner, job_id, ledger, memory);
  if (!now?.held || now.asked !== attempt.asked) return true;
  const isAsked = runner.placesSeen?.places.asked.has(job_id);
  return (
    isAsked === true && runner.only === undefined && seeRequests(runner, job_id, memory, []) !== requests
  );
}
