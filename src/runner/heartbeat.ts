// The heartbeat: records of running jobs, their log so far, and presence. Written when due, or when something moved.
import path from 'node:path';
import type { Presence } from '../job/presence.ts';
import { STDOUT_LOG } from '../job/seal.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { copyHashed } from '../store/disk.ts';
import { readPresence, writePresence } from '../store/presences.ts';
import { ATTEMPT } from '../store/work-dir.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { composeRecord, isoNow, runningState, writeRecord } from './records.ts';

/** What the last presence said, so that a change is told at once and nothing else before it is due. */
export interface Pulse {
  seq: number;
  atMs: number | undefined;
  told: string;
  /** Progress that each job's record tells. */
  progress: Map<string, string>;
}

export function newPulse(runner: Pick<RunnerState, 'disk' | 'layout' | 'identity'>): Pulse {
  const seq = readPresence(runner.disk.files, runner.layout, runner.identity.id)?.seq ?? 0;
  return { seq, atMs: undefined, told: '', progress: new Map() };
}

export async function beat(runner: RunnerState, pulse: Pulse, plan: RunnerPlan): Promise<void> {
  const running = [...runner.ledger.jobs].flatMap(([id, job]) => (job.phase === 'started' ? [id] : []));
  for (const jobId of running) await beatJob(runner, pulse, jobId);
  for (const jobId of pulse.progress.keys()) if (!running.includes(jobId)) pulse.progress.delete(jobId);
  await beatPresence(runner, pulse, plan);
}

async function beatJob(runner: RunnerState, pulse: Pulse, jobId: string): Promise<void> {
  const nowMs = runner.disk.clock.monotonic();
  const memory = recall(runner.memory, jobId, nowMs);
  const { heartbeat_interval_s, progress_interval_s } = runner.settings;
  const ageMs =
    memory.beat && pulse.progress.has(jobId) ? nowMs - memory.beat.atMs : Number.POSITIVE_INFINITY;
  const told = JSON.stringify(memory.follower.progress);
  const moved = told !== pulse.progress.get(jobId) && ageMs >= progress_interval_s * 1000;
  if (ageMs < heartbeat_interval_s * 1000 && !moved) return;
  await writeRecord(runner, jobId, composeRecord(runner, jobId, runningState(runner, jobId)));
  await publishLog(runner, jobId);
  pulse.progress.set(jobId, told);
}

/** Publishes the log as it stands, whole. */
async function publishLog(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, at, layout, ledger } = runner;
  const log = path.join(at.attempt(jobId, ledger.jobs.get(jobId)?.attempt ?? 0), ATTEMPT.log);
  if (!disk.files.facts(log)) return;
  const temp = path.join(layout.staging, `.jobq-tmp-${disk.files.uniqueName()}`);
  await copyHashed(disk, log, temp);
  await disk.files.rename(temp, path.join(layout.record(jobId), STDOUT_LOG));
}

async function beatPresence(runner: RunnerState, pulse: Pulse, plan: RunnerPlan): Promise<void> {
  const { disk, identity, settings, ledger } = runner;
  const nowMs = disk.clock.monotonic();
  const running = plan.running.map((job_id) => {
    const heartbeat_seq = recall(runner.memory, job_id, nowMs).beat?.seq ?? 0;
    return { job_id, heartbeat_seq };
  });
  const told = JSON.stringify([plan.running, plan.waiting]);
  const due = pulse.atMs === undefined || nowMs - pulse.atMs >= settings.heartbeat_interval_s * 1000;
  if (!due && told === pulse.told) return;
  const presence: Presence = {
    runner_id: identity.id,
    seq: pulse.seq + 1,
    boot_id: identity.boot_id,
    ledger_id: ledger.id,
    host: identity.host,
    pid: identity.pid,
    version: identity.version,
    slots: settings.slots,
    running,
    waiting: plan.waiting,
    clock: isoNow(runner),
    heartbeat_interval_s: settings.heartbeat_interval_s,
  };
  await writePresence(disk, runner.layout, presence);
  pulse.seq += 1;
  pulse.atMs = nowMs;
  pulse.told = told;
}
