// The heartbeat: records of running jobs, their log so far, and presence. Written when due, or when something moved.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Presence } from '../job/presence.ts';
import { STDOUT_LOG } from '../job/seal.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { copyWhole } from '../store/disk.ts';
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
  await beatPresence(runner, pulse, plan);
  const running = [...runner.ledger.jobs].flatMap(([id, job]) => (job.phase === 'started' ? [id] : []));
  for (const jobId of running) {
    if (runner.only === undefined || runner.only === jobId) await beatSafely(runner, pulse, jobId);
  }
  for (const jobId of pulse.progress.keys()) if (!running.includes(jobId)) pulse.progress.delete(jobId);
}

/** A record that somebody holds open must not keep the others, or presence, from being written. */
async function beatSafely(runner: RunnerState, pulse: Pulse, job_id: string): Promise<void> {
  try {
    await beatJob(runner, pulse, job_id);
  } catch (error) {
    runner.log.warn({ job_id, error: messageOf(error) }, 'the heartbeat of the job could not be written');
  }
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
  pulse.progress.set(jobId, told); // before the try: what fails is due again with the next heartbeat
  await writeRecord(runner, jobId, composeRecord(runner, jobId, runningState(runner, jobId)));
  await publishLog(runner, jobId);
}

/** A log up to this size is published at every heartbeat; a larger one each time it has grown by a quarter. */
const SMALL_LOG_BYTES = 4_000_000;

/** Publishes the log as it stands, whole; it is copied, and mirrored, a few times its final size at most. */
async function publishLog(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, at, layout, ledger } = runner;
  const log = path.join(at.attempt(jobId, ledger.jobs.get(jobId)?.attempt ?? 0), ATTEMPT.log);
  const target = path.join(layout.record(jobId), STDOUT_LOG);
  const size = disk.files.facts(log)?.size ?? 0;
  const published = disk.files.facts(target)?.size ?? 0;
  if (size <= published || (size > SMALL_LOG_BYTES && size < published * 1.25)) return;
  await copyWhole(disk, layout.staging, log, target);
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
