// Reads what the runner decides from: outbox, requests, its own records, its ledger, its attempts.

import type { Requests } from '../job/request.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import { isUnderWay } from '../queue/plan-runner.ts';
import type { Problem } from '../queue/problem.ts';
import type { AttemptSeen, LedgerJob, RunnerJob, RunnerSnapshot } from '../queue/runner-snapshot.ts';
import { isoNow } from '../store/disk.ts';
import { unreadable } from '../store/unreadable.ts';
import type { Hindrance, JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import { waitedMs } from './naps.ts';
import type { RunnerState } from './parts.ts';
import type { Places } from './places.ts';
import { seePlaces } from './places.ts';
import { readAttempt, workOrder } from './read-attempt.ts';
import { readMachine } from './read-machine.ts';
import { seeOrder, seeRecord, seeRequests, seeStaged } from './see-job.ts';

export async function readRunnerSnapshot(runner: RunnerState): Promise<RunnerSnapshot> {
  const { ledger, only } = runner;
  const problems: Problem[] = [];
  const places = seePlaces(runner);
  const { ids } = places;
  const jobs: RunnerJob[] = [];
  for (const id of only === undefined ? ids : ids.filter((id) => id === only)) {
    // few jobs have an attempt that has to be waited for
    const attempt = isUnderWay(ledger.jobs.get(id)) ? await readAttemptSafely(runner, id) : undefined;
    const job = readJobSafely(runner, id, places, { attempt, problems });
    if (job) jobs.push(job);
  }
  return { jobs, ledgerLost: ledger.lost, problems, machine: readMachine(runner, problems) };
}

/** What was seen of an attempt, or why that could not be seen. */
type AttemptRead = { seen: AttemptSeen | undefined } | { error: unknown };

async function readAttemptSafely(runner: RunnerState, jobId: string): Promise<AttemptRead> {
  try {
    const memory = recall(runner.memory, jobId, runner.disk.clock.monotonic());
    return { seen: await readAttempt(runner, jobId, runner.ledger.jobs.get(jobId), memory) };
  } catch (error) {
    return { error };
  }
}

interface Around {
  attempt: AttemptRead | undefined;
  problems: Problem[];
}

/** A job of which something cannot be read is a problem and is left alone; it stops neither the loop nor other jobs. */
function readJobSafely(
  runner: RunnerState,
  job_id: string,
  places: Places,
  around: Around,
): RunnerJob | undefined {
  try {
    return readJob(runner, job_id, places, around);
  } catch (error) {
    around.problems.push(unreadable(job_id, error));
    const ledger = runner.ledger.jobs.get(job_id);
    const waitsFor = runner.waiting.get(job_id);
    return ledger || waitsFor !== undefined ? heldBack(job_id, ledger, waitsFor) : undefined;
  }
}

/** What stands for a job of ours that cannot be looked at: it keeps its slot, or its place in the queue; nothing is decided. */
function heldBack(job_id: string, ledger: LedgerJob | undefined, waitsFor: string | undefined): RunnerJob {
  const unseen = {
    order: undefined,
    record: undefined,
    attempt: undefined,
    mismatch: undefined,
    blocked: undefined,
    requests: {},
    accepted: undefined,
    workMb: undefined,
  };
  const nothing = { staged: false, quietMs: 0, waitedMs: 0, acting: false, busy: true, work: false };
  return { ...unseen, ...nothing, job_id, ledger, ...(waitsFor !== undefined && { waitsFor }) };
}

function readJob(
  runner: RunnerState,
  job_id: string,
  places: Places,
  { attempt, problems }: Around,
): RunnerJob {
  const { disk, ledger: book, chores } = runner;
  const nowMs = disk.clock.monotonic();
  const memory = recall(runner.memory, job_id, nowMs);
  const ledger = book.jobs.get(job_id);
  const isOpen = !ledger || ledger.phase === 'again';
  const order = places.order.has(job_id) && isOpen ? seeOrder(runner, job_id, memory) : undefined;
  noteChange(memory, order, nowMs);
  const requests = places.asked.has(job_id) ? requestsOf(runner, job_id, memory, problems) : {};
  const record = places.record.has(job_id) ? seeRecord(runner, job_id, memory) : undefined;
  if (attempt && 'error' in attempt) throw attempt.error;
  const work = places.work.has(job_id);
  return {
    job_id,
    order,
    requests: runner.only === undefined ? requests : byHand(runner, requests),
    record,
    ledger,
    accepted: ledger && !isPast(ledger) ? workOrder(runner, job_id) : undefined,
    attempt: attempt?.seen,
    staged: work && isOpen && isStaged(runner, job_id, memory, order, ledger),
    mismatch: stillValid(memory.mismatch, order, nowMs),
    blocked: stillValid(memory.blocked, order, nowMs),
    quietMs: nowMs - memory.changedAtMs,
    waitedMs: isOpen ? waitedMs(runner, ledger?.finished_at ?? record?.record?.queued_at) : 0,
    acting: chores.isUnderWay(job_id),
    busy: chores.isBusy(job_id),
    work,
    workMb: memory.workMb,
  };
}

/** What is asked cannot be read: then nothing is begun, but a run that is under way is followed to its end. */
function requestsOf(runner: RunnerState, jobId: string, memory: JobMemory, problems: Problem[]): Requests {
  try {
    return seeRequests(runner, jobId, memory, problems);
  } catch (error) {
    if (!isUnderWay(runner.ledger.jobs.get(jobId))) throw error;
    problems.push(unreadable(jobId, error));
    return {};
  }
}

/** Nothing of its order is asked for any more. */
function isPast({ phase }: LedgerJob): boolean {
  return phase === 'deleting' || phase === 'deleted';
}

/** Is what the next attempt needs in place? To resume, that is what the last one left. */
function isStaged(
  runner: RunnerState,
  jobId: string,
  memory: JobMemory,
  order: OrderFacts | undefined,
  ledger: LedgerJob | undefined,
): boolean {
  if (ledger?.again?.how === 'resume') return true;
  if (order?.seal !== 'valid') return false;
  const staged = seeStaged(runner, jobId, memory);
  return staged?.sealSha256 === order.sha256 && staged.attempt === (ledger?.attempt ?? 0) + 1;
}

/** A person who runs an order by hand gives the release, and the assignment where nobody else has it. */
function byHand(runner: RunnerState, requests: Requests): Requests {
  const requested_at = isoNow(runner.disk);
  return { release: { requested_at }, assign: { requested_at, runner: runner.identity.id }, ...requests };
}

function noteChange(memory: JobMemory, order: OrderFacts | undefined, nowMs: number): void {
  if (memory.signature === order?.signature) return;
  memory.signature = order?.signature;
  memory.changedAtMs = nowMs;
}

/** The same files are copied again now and then: what could not be read right may be readable later. */
const RETRY_MS = 60_000;

function stillValid(
  hindrance: Hindrance | undefined,
  order: OrderFacts | undefined,
  nowMs: number,
): string | undefined {
  if (!hindrance || hindrance.signature !== order?.signature) return undefined;
  return nowMs - hindrance.atMs < RETRY_MS ? hindrance.reason : undefined;
}
