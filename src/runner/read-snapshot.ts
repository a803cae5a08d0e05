// Reads what the runner decides from: outbox, requests, its own records, its ledger, its attempts.

import type { Requests } from '../job/request.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import { isUnderWay } from '../queue/plan-runner.ts';
import type { Problem } from '../queue/problem.ts';
import type { LedgerJob, RunnerJob, RunnerSnapshot } from '../queue/runner-snapshot.ts';
import { isoNow } from '../store/disk.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { unreadable } from '../store/unreadable.ts';
import { readStaged } from '../store/work-dir.ts';
import type { Files } from '../system/files.ts';
import type { Hindrance, JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import { waitedMs } from './naps.ts';
import type { RunnerState } from './parts.ts';
import { readAttempt, workOrder } from './read-attempt.ts';
import { readMachine } from './read-machine.ts';

export async function readRunnerSnapshot(runner: RunnerState): Promise<RunnerSnapshot> {
  const { layout, ledger, at, only } = runner;
  const problems: Problem[] = [];
  const [outbox, inbox, asked, work] = [
    layout.tree('outbox'),
    layout.tree('inbox'),
    layout.tree('requests'),
    at.work,
  ].map((dir) => new Set(jobDirs(runner.disk.files, dir))) as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ];
  const open = [...ledger.jobs].flatMap(([id, job]) => (job.phase === 'deleted' ? [] : [id]));
  const ids = [
    ...new Set([...outbox, ...inbox, ...open, ...[...work].filter((id) => ledger.jobs.has(id))]),
  ].sort();
  const jobs: RunnerJob[] = [];
  for (const id of only === undefined ? ids : ids.filter((id) => id === only)) {
    const seen = { order: outbox.has(id), record: inbox.has(id), asked: asked.has(id), work: work.has(id) };
    const job = await readJobSafely(runner, id, seen, problems);
    if (job) jobs.push(job);
  }
  return { jobs, ledgerLost: ledger.lost, problems, machine: readMachine(runner, problems) };
}

interface Places {
  order: boolean;
  record: boolean;
  asked: boolean;
  work: boolean;
}

/** A job of which something cannot be read is a problem and is left alone; it stops neither the loop nor other jobs. */
async function readJobSafely(
  runner: RunnerState,
  job_id: string,
  places: Places,
  problems: Problem[],
): Promise<RunnerJob | undefined> {
  try {
    return await readJob(runner, job_id, places, problems);
  } catch (error) {
    problems.push(unreadable(job_id, error));
    const ledger = runner.ledger.jobs.get(job_id);
    return ledger && heldBack(job_id, ledger);
  }
}

/** What stands for a job of the ledger that cannot be looked at: it keeps its slot, and nothing is decided. */
function heldBack(job_id: string, ledger: LedgerJob): RunnerJob {
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
  return { ...unseen, ...nothing, job_id, ledger };
}

async function readJob(
  runner: RunnerState,
  job_id: string,
  places: Places,
  problems: Problem[],
): Promise<RunnerJob> {
  const { disk, layout, ledger: book, at } = runner;
  const nowMs = disk.clock.monotonic();
  const memory = recall(runner.memory, job_id, nowMs);
  const ledger = book.jobs.get(job_id);
  const isOpen = !ledger || ledger.phase === 'again';
  const order = places.order && isOpen ? readOrder(disk.files, layout.order(job_id), job_id) : undefined;
  noteChange(memory, order, nowMs);
  const requests = places.asked ? requestsOf(runner, job_id, problems) : {};
  const record = places.record ? readOwnRecord(disk.files, layout.record(job_id), job_id) : undefined;
  return {
    job_id,
    order,
    requests: runner.only === undefined ? requests : byHand(runner, requests),
    record,
    ledger,
    accepted: ledger && !isPast(ledger) ? workOrder(runner, job_id) : undefined,
    attempt: isUnderWay(ledger) ? await readAttempt(runner, job_id, ledger, memory) : undefined,
    staged: places.work && isOpen && isStaged(runner.disk.files, at.workDir(job_id), order, ledger),
    mismatch: stillValid(memory.mismatch, order, nowMs),
    blocked: stillValid(memory.blocked, order, nowMs),
    quietMs: nowMs - memory.changedAtMs,
    waitedMs: isOpen ? waitedMs(runner, ledger?.finished_at ?? record?.record?.queued_at) : 0,
    acting: runner.chores.isUnderWay(job_id),
    busy: runner.chores.isBusy(job_id),
    work: places.work,
    workMb: memory.workMb,
  };
}

/** What is asked cannot be read: then nothing is begun, but a run that is under way is followed to its end. */
function requestsOf({ disk, layout, ledger }: RunnerState, jobId: string, problems: Problem[]): Requests {
  try {
    return readRequests(disk.files, layout, jobId, problems);
  } catch (error) {
    if (!isUnderWay(ledger.jobs.get(jobId))) throw error;
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
  files: Files,
  workDir: string,
  order: OrderFacts | undefined,
  ledger: LedgerJob | undefined,
): boolean {
  if (ledger?.again?.how === 'resume') return true;
  const staged = readStaged(files, workDir);
  const next = (ledger?.attempt ?? 0) + 1;
  return order?.seal === 'valid' && staged?.order_seal_sha256 === order.sha256 && staged.attempt === next;
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
