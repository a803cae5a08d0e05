// Reads what the runner decides from: outbox, requests, its own records, its ledger, its attempts.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { parseOrder } from '../job/order.ts';
import type { Requests } from '../job/request.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import { isUnderWay } from '../queue/plan-runner.ts';
import type { Problem } from '../queue/problem.ts';
import type { AttemptSeen, LedgerJob, RunnerJob, RunnerSnapshot } from '../queue/runner-snapshot.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { joinPortable } from '../store/portable.ts';
import { readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { unreadable } from '../store/unreadable.ts';
import { ATTEMPT, hasAttemptFile, readExit, readStaged } from '../store/work-dir.ts';
import type { JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { follow, logTail } from './progress-follower.ts';

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
  return { jobs, ledgerLost: ledger.lost, problems };
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
    problems.push(unreadable(job_id, messageOf(error)));
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
    requests: {},
  };
  return { ...unseen, job_id, ledger, staged: false, quietMs: 0, acting: false, busy: true, work: false };
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
  const order = places.order && !ledger ? readOrder(disk.files, layout.order(job_id), job_id) : undefined;
  noteChange(memory, order, nowMs);
  const staged = order && places.work ? readStaged(disk.files, at.workDir(job_id)) : undefined;
  const requests = places.asked ? readRequests(disk.files, layout, job_id, problems) : {};
  return {
    job_id,
    order,
    requests: runner.only === undefined ? requests : byHand(runner, requests),
    record: places.record ? readOwnRecord(disk.files, layout.record(job_id), job_id) : undefined,
    ledger,
    attempt: isUnderWay(ledger) ? await readAttempt(runner, job_id, ledger, memory) : undefined,
    staged: order?.seal === 'valid' && staged?.order_seal_sha256 === order.sha256,
    mismatch: mismatchOf(memory, order, nowMs),
    quietMs: nowMs - memory.changedAtMs,
    acting: runner.chores.isUnderWay(job_id),
    busy: runner.chores.isBusy(job_id),
    work: places.work,
  };
}

/** A person who runs an order by hand gives the release, and the assignment where nobody else has it. */
function byHand(runner: RunnerState, requests: Requests): Requests {
  const requested_at = new Date(runner.disk.clock.now()).toISOString();
  return { release: { requested_at }, assign: { requested_at, runner: runner.identity.id }, ...requests };
}

function noteChange(memory: JobMemory, order: OrderFacts | undefined, nowMs: number): void {
  if (memory.signature === order?.signature) return;
  memory.signature = order?.signature;
  memory.changedAtMs = nowMs;
}

/** The same files are copied again now and then: what could not be read right may be readable later. */
const MISMATCH_RETRY_MS = 60_000;

function mismatchOf(memory: JobMemory, order: OrderFacts | undefined, nowMs: number): string | undefined {
  const { mismatch } = memory;
  if (!mismatch || mismatch.signature !== order?.signature) return undefined;
  return nowMs - mismatch.atMs < MISMATCH_RETRY_MS ? mismatch.reason : undefined;
}

async function readAttempt(
  runner: RunnerState,
  jobId: string,
  ledger: LedgerJob | undefined,
  memory: JobMemory,
): Promise<AttemptSeen | undefined> {
  const { disk, at, launcher } = runner;
  const dir = at.attempt(jobId, ledger?.attempt ?? 0);
  // the lock first, then the files: a supervisor writes exit.json before it lets the lock go
  const held = await launcher.isHeld(dir, path.join(dir, ATTEMPT.lock));
  if (!held && !hasAttemptFile(disk.files, dir, 'command')) return undefined;
  const exit = held ? undefined : readExit(disk.files, dir);
  follow(disk.files, memory.follower, path.join(dir, ATTEMPT.log), at.workDir(jobId));
  const launched = memory.launchedAtMs;
  return {
    held,
    begun: hasAttemptFile(disk.files, dir, 'supervisor'),
    exit,
    missing: exit ? missingOutputs(runner, jobId) : [],
    logTail: exit ? logTail(memory.follower) : [],
    cancelAsked: hasAttemptFile(disk.files, dir, 'cancel'),
    launchedAgoMs: launched === undefined ? undefined : disk.clock.monotonic() - launched,
  };
}

/** The order as it was when it was copied; the job.json in the work directory is the script's to change. */
export function workOrder(runner: RunnerState, jobId: string) {
  const memory = recall(runner.memory, jobId, runner.disk.clock.monotonic());
  if (!memory.order) {
    const staged = readStaged(runner.disk.files, runner.at.workDir(jobId));
    const parsed = staged && parseOrder(Buffer.from(staged.job_json, 'base64'), jobId);
    if (parsed?.ok) memory.order = parsed.value;
  }
  return memory.order;
}

function missingOutputs(runner: RunnerState, jobId: string): string[] {
  const dir = runner.at.workDir(jobId);
  const expected = workOrder(runner, jobId)?.expect ?? [];
  return expected.filter((file) => {
    const kind = runner.disk.files.facts(joinPortable(dir, file))?.kind;
    return kind !== 'file' && kind !== 'directory';
  });
}
