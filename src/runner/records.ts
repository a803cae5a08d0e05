// Puts records and presence together from what the runner knows, and writes them.
import path from 'node:path';
import type { Fields } from '../job/lenient-text.ts';
import type { Resources } from '../job/outcome.ts';
import { withEta } from '../job/progress.ts';
import type { Attempt, Beat, JobRecord, RecordFacts, RecordState } from '../job/record.ts';
import { makeRecord } from '../job/record.ts';
import { JOB_JSON } from '../job/seal.ts';
import { RECORD_BYTES } from '../job/sizes.ts';
import { isoNow, jsonText, writeWhole } from '../store/disk.ts';
import { requireOwnDir } from '../store/own-dir.ts';
import { readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readExit } from '../store/work-dir.ts';
import type { JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { workOrder } from './read-attempt.ts';
import { seeCommand, seeStaged } from './see-job.ts';

/** What is known of a job's order: from the work directory once it is staged, else from the outbox as far as readable. */
interface Known {
  fields: Fields;
  sealSha256: string | undefined;
  unsealed: readonly string[];
}

function knownOrder(runner: RunnerState, jobId: string): Known {
  const { disk, layout } = runner;
  const fields = workOrder(runner, jobId);
  const staged = fields && seeStaged(runner, jobId, remembered(runner, jobId));
  if (staged) return { fields, sealSha256: staged.sealSha256, unsealed: staged.unsealed };
  const facts = readOrder(disk.files, layout.order(jobId), jobId);
  if (facts?.seal !== 'valid') return { fields: facts?.fields ?? {}, sealSha256: undefined, unsealed: [] };
  return { fields: facts.order ?? facts.fields, sealSha256: facts.sha256, unsealed: facts.unsealed };
}

/** The attempts that are over, and the one that runs. */
function attemptsOf({ ledger }: RunnerState, jobId: string): RecordFacts['attempts'] {
  const job = ledger.jobs.get(jobId);
  if (!job) return [];
  const { attempt, started_at, attempts } = job;
  const isOver = attempt === 0 || attempts.some((done) => done.attempt === attempt);
  return isOver
    ? attempts.map((done) => (done.attempt === attempt ? withoutTail(done) : done))
    : [...attempts, { attempt, ...(started_at && { started_at }) }];
}

/** The last lines of the last attempt stand in the outcome of the job. */
function withoutTail(done: Attempt): Attempt {
  if (!done.outcome) return done;
  const { log_tail: _, ...outcome } = done.outcome;
  return { ...done, outcome };
}

function factsOf(runner: RunnerState, jobId: string, queuedAt: string, known: Known): RecordFacts {
  const { ledger, identity } = runner;
  const attempt = ledger.jobs.get(jobId)?.attempt ?? 0;
  const command = attempt > 0 ? seeCommand(runner, jobId, attempt, remembered(runner, jobId)) : undefined;
  const { sealSha256 } = known;
  return {
    job_id: jobId,
    runner: identity,
    queued_at: queuedAt,
    attempts: attemptsOf(runner, jobId),
    ...(command && { command: [...command] }),
    ...(sealSha256 && { order_seal_sha256: sealSha256 }),
    warnings: warningsOf(known),
  };
}

function warningsOf({ unsealed }: Known): string[] {
  return unsealed.length > 0
    ? [`not named by SHA256SUMS and therefore not used: ${unsealed.join(', ')}`]
    : [];
}

function remembered({ memory, disk }: RunnerState, jobId: string): JobMemory {
  return recall(memory, jobId, disk.clock.monotonic());
}

type BeatNoted = NonNullable<JobMemory['beat']>;

/**
 * The next heartbeat of a job: its number goes on from what was published before a restart. Nobody else writes the record,
 * so what this process wrote is not read again.
 */
function nextBeat(runner: RunnerState, jobId: string): BeatNoted {
  const { disk, layout, ledger } = runner;
  const memory = remembered(runner, jobId);
  const last = memory.beat ?? publishedBeat(readOwnRecord(disk.files, layout.record(jobId), jobId)?.record);
  const queuedAt = last?.queuedAt ?? ledger.jobs.get(jobId)?.queued_at ?? isoNow(disk);
  memory.beat = { seq: (last?.seq ?? 0) + 1, atMs: disk.clock.monotonic(), queuedAt };
  return memory.beat;
}

function publishedBeat(
  before: JobRecord | undefined,
): { seq: number; queuedAt: string | undefined } | undefined {
  return before && { seq: before.heartbeat_seq ?? 0, queuedAt: before.queued_at };
}

/** The record of a job in this state, ready to be written. */
export function composeRecord(runner: RunnerState, jobId: string, state: RecordState): JobRecord {
  const known = knownOrder(runner, jobId);
  const { seq, queuedAt } = nextBeat(runner, jobId);
  const beat: Beat = { at: isoNow(runner.disk), seq, interval_s: runner.settings.heartbeat_interval_s };
  const record = makeRecord(known.fields, factsOf(runner, jobId, queuedAt, known), state, beat);
  const resources = state.state === 'ended' ? resourcesOf(runner, jobId) : undefined;
  return resources ? { ...record, resources } : record;
}

/** What the last attempt took, as far as its supervisor could tell. */
function resourcesOf({ disk, at, ledger }: RunnerState, jobId: string): Resources | undefined {
  const attempt = ledger.jobs.get(jobId)?.attempt ?? 0;
  return attempt > 0 ? readExit(disk.files, at.attempt(jobId, attempt))?.resources : undefined;
}

export async function writeRecord(runner: RunnerState, jobId: string, record: JobRecord): Promise<string> {
  const { disk, layout } = runner;
  const dir = layout.record(jobId);
  disk.files.makeDir(layout.staging);
  requireOwnDir(disk.files, dir);
  disk.files.makeDir(dir);
  const text = recordText(record);
  await writeWhole(disk, layout.staging, path.join(dir, JOB_JSON), text);
  disk.files.syncDir(layout.tree('inbox'));
  return text;
}

/** With less white space where it would grow beyond what is read. */
function recordText(record: JobRecord): string {
  const text = jsonText(record);
  if (Buffer.byteLength(text) <= RECORD_BYTES) return text;
  const dense = `${JSON.stringify(record)}\n`;
  if (Buffer.byteLength(dense) <= RECORD_BYTES) return dense;
  throw new Error(`its record would have more than ${RECORD_BYTES} bytes: nobody would read it`);
}

/** The record of a job whose script runs. */
export function runningState(runner: RunnerState, jobId: string): RecordState {
  const nowMs = runner.disk.clock.now();
  const startedAt = runner.ledger.jobs.get(jobId)?.started_at ?? new Date(nowMs).toISOString();
  const { progress } = recall(runner.memory, jobId, runner.disk.clock.monotonic()).follower;
  const elapsedS = Math.max(0, (nowMs - Date.parse(startedAt)) / 1000);
  return { state: 'running', started_at: startedAt, progress: withEta(progress, elapsedS) };
}
