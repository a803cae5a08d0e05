// Presence: what the runner tells of itself, when it is due and when something changed.

import type { Presence } from '../job/presence.ts';
import { closedUntil } from '../job/schedule.ts';
import type { MachineSeen } from '../queue/machine.ts';
import { pausedNow } from '../queue/owner-wish.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { isoNow, sha256Of } from '../store/disk.ts';
import { writePresence } from '../store/presences.ts';
import { clearedJobs } from './cleared.ts';
import { failingNow } from './failing.ts';
import type { Pulse } from './heartbeat.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';

export async function beatPresence(
  runner: RunnerState,
  pulse: Pulse,
  plan: RunnerPlan,
  machine: MachineSeen,
): Promise<void> {
  const { disk, settings } = runner;
  const nowMs = disk.clock.monotonic();
  const closed = closedness(runner, machine);
  const cleared = clearedJobs(runner);
  const failing = failingNow(runner.failing);
  // without the errors, which may name other temporary files each time
  const failingWhat = failing.map(({ job_id, action }) => [job_id, action]);
  const device = runner.device?.();
  const { stopped } = runner;
  const told = JSON.stringify([planText(plan), closed, cleared, failingWhat, device, stopped]);
  const isDue = pulse.atMs === undefined || nowMs - pulse.atMs >= settings.heartbeat_interval_s * 1000;
  if (!isDue && told === pulse.told) return;
  await writePresence(disk, runner.layout, {
    ...presenceOf(runner, pulse.seq + 1, plan),
    ...closed,
    ...(stopped && { stopped }),
    ...(device !== undefined && { syncthing_device: device }),
    ...(machine.freeMb !== undefined && { disk_free_mb: Math.floor(machine.freeMb) }),
    ...(cleared.length > 0 && { cleared }),
    ...(failing.length > 0 && { failing }),
  });
  pulse.seq += 1;
  pulse.atMs = nowMs;
  pulse.told = told;
}

/** A plan is told many times, and may name ten thousand jobs. */
const planTexts = new WeakMap<RunnerPlan, string>();

function planText(plan: RunnerPlan): string {
  const text = planTexts.get(plan) ?? sha256Of(JSON.stringify([plan.running, plan.waiting]));
  planTexts.set(plan, text);
  return text;
}

/** What keeps the runner as a whole from starting anything. */
function closedness(runner: RunnerState, { owner, weekMinute }: MachineSeen) {
  const paused = pausedNow(owner, runner.disk.clock.now());
  const opens = closedUntil(runner.settings.schedule, weekMinute);
  return {
    ...(paused && { paused }),
    ...(owner.draining && { draining: owner.draining }),
    ...(opens !== undefined && { schedule: `closed until ${opens}` }),
  };
}

function presenceOf(runner: RunnerState, seq: number, plan: RunnerPlan): Presence {
  const { disk, identity, settings, ledger } = runner;
  const nowMs = disk.clock.monotonic();
  return {
    runner_id: identity.id,
    seq,
    boot_id: identity.boot_id,
    ledger_id: ledger.id,
    host: identity.host,
    pid: identity.pid,
    version: identity.version,
    slots: settings.slots,
    running: plan.running.map((job_id) => ({
      job_id,
      heartbeat_seq: recall(runner.memory, job_id, nowMs).beat?.seq ?? 0,
    })),
    waiting: plan.waiting,
    clock: isoNow(runner.disk),
    heartbeat_interval_s: settings.heartbeat_interval_s,
  };
}
