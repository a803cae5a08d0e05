// Copies an order to where it is to run, and remembers why when that cannot be done yet.
import { messageOf } from '../errors.ts';
import { COPYING } from '../queue/plan-runner.ts';
import { workPathOf } from '../queue/work-path.ts';
import { readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { stageOrder } from '../store/stage.ts';
import { WorkPathTaken } from '../store/work-path.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { composeRecord, writeRecord } from './records.ts';

export async function copyOrder(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const { disk, layout, at, memory, log, settings } = runner;
  const orderDir = layout.order(jobId);
  const facts = readOrder(disk.files, orderDir, jobId);
  if (facts?.seal !== 'valid') return;
  await ensureQueued(runner, jobId, COPYING);
  const workPath = facts.order && workPathOf(settings.work_path, facts.order);
  const staging = { jobId, orderDir, facts, attempt, workPath };
  const hindrance = await stageOrder(disk, at, staging).then(asMismatch, asHindrance);
  const atMs = disk.clock.monotonic();
  const remembered = recall(memory, jobId, atMs);
  remembered.order = undefined;
  const { mismatch, blocked } = hindrance;
  const seen = { signature: facts.signature, atMs };
  remembered.mismatch = mismatch === undefined ? undefined : { ...seen, reason: mismatch };
  remembered.blocked = blocked === undefined ? undefined : { ...seen, reason: blocked };
  const reason = mismatch ?? blocked;
  if (reason) log.warn({ job_id: jobId, reason }, 'the order cannot be copied yet');
}

/** No record goes from nothing to its end: the table of states says that an order is queued first. */
export async function ensureQueued(runner: RunnerState, jobId: string, waiting_for: string): Promise<void> {
  const { disk, layout } = runner;
  if (readOwnRecord(disk.files, layout.record(jobId), jobId)?.record) return;
  await writeRecord(runner, jobId, composeRecord(runner, jobId, { state: 'queued', waiting_for }));
}

interface Hindrances {
  mismatch?: string | undefined;
  blocked?: string;
}

const asMismatch = (mismatch: string | undefined): Hindrances => ({ mismatch });

/** An input that cannot be read now may be held by another program: the order waits like one that has not arrived. */
function asHindrance(error: unknown): Hindrances {
  if (error instanceof WorkPathTaken) return { blocked: error.message };
  return { mismatch: `the order cannot be copied: ${messageOf(error)}` };
}
