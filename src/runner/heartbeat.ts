// The heartbeat: records of running jobs and presence, written when due, or when something moved; and the pace of what
// is published while a script runs.
import { messageOf } from '../errors.ts';
import type { Presence } from '../job/presence.ts';
import type { MachineSeen } from '../queue/machine.ts';
import type { RunnerPlan } from '../queue/plan-runner.ts';
import { readPresence } from '../store/presences.ts';
import { publishLive } from './live.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { composeRecord, runningState, writeRecord } from './records.ts';
import { noteRecord } from './see-job.ts';
import { beatPresence } from './tell-presence.ts';

/** What the last presence said, so that a change is told at once and nothing else before it is due. */
export interface Pulse {
  seq: number;
  atMs: number | undefined;
  told: string;
  /** Progress that each job's record tells. */
  progress: Map<string, string>;
}

/** What this runner said last; what cannot be read is written anew. */
export function lastPresence({ disk, layout, identity }: PresenceParts): Presence | undefined {
  try {
    return readPresence(disk.files, layout, identity.id);
  } catch {
    return undefined;
  }
}

type PresenceParts = Pick<RunnerState, 'disk' | 'layout' | 'identity'>;

export function newPulse(runner: PresenceParts): Pulse {
  const seq = lastPresence(runner)?.seq ?? 0;
  return { seq, atMs: undefined, told: '', progress: new Map() };
}

export async function beat(
  runner: RunnerState,
  pulse: Pulse,
  plan: RunnerPlan,
  machine: MachineSeen,
): Promise<void> {
  try {
    await beatPresence(runner, pulse, plan, machine);
  } catch (error) {
    // the records of what runs still show that it does
    runner.log.error({ error: messageOf(error) }, 'the presence could not be written');
  }
  const { open, jobs } = runner.ledger;
  const running = [...open].filter((id) => jobs.get(id)?.phase === 'started');
  for (const jobId of running) {
    if (runner.only !== undefined && runner.only !== jobId) continue;
    await safely(runner, jobId, () => beatJob(runner, pulse, jobId));
    await safely(runner, jobId, () => publishLive(runner, jobId));
  }
  for (const jobId of pulse.progress.keys()) if (!running.includes(jobId)) pulse.progress.delete(jobId);
}

/** A record that somebody holds open must not keep the others, or presence, from being written. */
async function safely(runner: RunnerState, job_id: string, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
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
  const text = await writeRecord(runner, jobId, composeRecord(runner, jobId, runningState(runner, jobId)));
  noteRecord(runner, jobId, memory, text);
}
