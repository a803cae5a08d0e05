// Carries out what was planned, one small function an action. Each may be cut off anywhere and done again.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { SEAL } from '../job/seal.ts';
import { COPYING } from '../queue/plan-runner.ts';
import type { RunnerAction } from '../queue/runner-snapshot.ts';
import type { LedgerEntry } from '../store/ledger.ts';
import { joinPortable } from '../store/portable.ts';
import { readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { listTree } from '../store/tree.ts';
import { hasAttemptFile, readExit, readSupervisor, stageOrder, writeAttemptFile } from '../store/work-dir.ts';
import { attemptCommand } from './command.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { publishJob } from './publish.ts';
import { workOrder } from './read-snapshot.ts';
import { composeRecord, isoNow, writeRecord } from './records.ts';

/** Actions that may take long: they run beside the ticks, so that the heartbeat goes on. */
export function isLong(action: RunnerAction): boolean {
  return (
    action.do === 'stage' ||
    action.do === 'publish' ||
    action.do === 'delete-record' ||
    action.do === 'remove-work'
  );
}

export async function carryOut(runner: RunnerState, action: RunnerAction): Promise<void> {
  const { job_id } = action;
  switch (action.do) {
    case 'queue': {
      const record = composeRecord(runner, job_id, { state: 'queued', waiting_for: action.waiting_for });
      await writeRecord(runner, job_id, record);
      return;
    }
    case 'stage':
      return stage(runner, job_id);
    case 'start':
      await note(runner, job_id, {
        event: 'intent',
        attempt: action.attempt,
        queued_at: queuedAt(runner, job_id),
      });
      return launch(runner, job_id, action.attempt);
    case 'launch':
      return launch(runner, job_id, action.attempt);
    case 'note-started':
      return noteStarted(runner, job_id, action.attempt);
    case 'ask-cancel':
      return askCancel(runner, job_id, action.attempt);
    case 'end':
      return end(runner, action);
    case 'publish':
      await publishJob(runner, job_id);
      runner.log.info({ job_id, outcome: runner.ledger.jobs.get(job_id)?.outcome?.kind }, 'published');
      return;
    case 'delete-record':
      return deleteRecord(runner, job_id);
    case 'remove-work':
      return runner.disk.files.removeTree(runner.at.workDir(job_id));
  }
}

async function note(
  runner: RunnerState,
  job_id: string,
  entry: Omit<LedgerEntry, 'job_id' | 'at'> & Pick<LedgerEntry, 'event' | 'attempt'>,
): Promise<void> {
  await runner.ledger.append({ ...entry, job_id, at: isoNow(runner) });
}

function queuedAt(runner: RunnerState, jobId: string): string {
  const { disk, layout, ledger } = runner;
  const before = readOwnRecord(disk.files, layout.record(jobId), jobId)?.record;
  return before?.queued_at ?? ledger.jobs.get(jobId)?.queued_at ?? isoNow(runner);
}

async function stage(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, layout, at, memory, log } = runner;
  const facts = readOrder(disk.files, layout.order(jobId), jobId);
  if (facts?.seal !== 'valid') return;
  await ensureQueued(runner, jobId, COPYING);
  const reason = await stageOrder(disk, at, jobId, layout.order(jobId), facts).catch(cannotCopy);
  const atMs = disk.clock.monotonic();
  recall(memory, jobId, atMs).order = undefined;
  recall(memory, jobId, atMs).mismatch =
    reason === undefined ? undefined : { signature: facts.signature, reason, atMs };
  if (reason) log.warn({ job_id: jobId, reason }, 'the order does not fit its seal yet');
}

/** No record goes from nothing to its end: the table of states says that an order is queued first. */
async function ensureQueued(runner: RunnerState, jobId: string, waiting_for: string): Promise<void> {
  const { disk, layout } = runner;
  if (readOwnRecord(disk.files, layout.record(jobId), jobId)?.record) return;
  await writeRecord(runner, jobId, composeRecord(runner, jobId, { state: 'queued', waiting_for }));
}

/** An input that cannot be read now may be held by another program: the order waits like one that has not arrived. */
function cannotCopy(error: unknown): string {
  return `the order cannot be copied: ${messageOf(error)}`;
}

async function launch(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const { disk, at, launcher, log } = runner;
  const dir = at.attempt(jobId, attempt);
  const order = workOrder(runner, jobId);
  if (!order) throw new Error(`the work directory of ${jobId} has no readable job.json`);
  if (!hasAttemptFile(disk.files, dir, 'command')) {
    disk.files.makeDir(dir);
    await writeAttemptFile(disk, dir, 'command', attemptCommand(runner, order, attempt));
    disk.files.syncDir(at.workDir(jobId));
  }
  const memory = recall(runner.memory, jobId, disk.clock.monotonic());
  memory.launchedAtMs = disk.clock.monotonic();
  launcher.launch(dir, runner.ring);
  log.info({ job_id: jobId, attempt }, 'started');
}

async function noteStarted(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const seen = readSupervisor(runner.disk.files, runner.at.attempt(jobId, attempt));
  await note(runner, jobId, { event: 'started', attempt, started_at: seen?.started_at ?? isoNow(runner) });
}

/** No time of grace is longer than a day: a typing slip must not make a job that cannot be cancelled. */
const GRACE_MAX_S = 86_400;

async function askCancel(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const { disk, layout, at, settings } = runner;
  const cancel = readRequests(disk.files, layout, jobId).cancel;
  const graceS = Math.min(Math.max(cancel?.grace_s ?? settings.grace_s, 0), GRACE_MAX_S);
  const deadline = new Date(disk.clock.now() + graceS * 1000).toISOString();
  await writeAttemptFile(disk, at.attempt(jobId, attempt), 'cancel', {
    ...cancel,
    grace_s: graceS,
    deadline,
  });
  runner.log.info({ job_id: jobId, reason: cancel?.reason }, 'asked to cancel');
}

async function end(runner: RunnerState, action: Extract<RunnerAction, { do: 'end' }>): Promise<void> {
  const { job_id, outcome } = action;
  const known = runner.ledger.jobs.get(job_id);
  const attempt = known?.attempt ?? 0;
  if (outcome.kind !== 'cancelled') await ensureQueued(runner, job_id, 'inputs');
  const exit = attempt > 0 ? readExit(runner.disk.files, runner.at.attempt(job_id, attempt)) : undefined;
  const started_at = exit?.started_at ?? known?.started_at;
  await note(runner, job_id, {
    event: 'ended',
    attempt,
    outcome,
    queued_at: queuedAt(runner, job_id),
    ...(started_at && { started_at }),
    finished_at: exit?.finished_at ?? isoNow(runner),
  });
  runner.log.info({ job_id, outcome: outcome.kind, message: outcome.message }, 'ended');
}

/** Deletes a record whose digest the archive has confirmed: noted first, the seal last. */
async function deleteRecord(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, layout, ledger } = runner;
  const known = ledger.jobs.get(jobId);
  const attempt = known?.attempt ?? 0;
  if (known?.phase !== 'deleting' && known?.phase !== 'deleted')
    await note(runner, jobId, { event: 'deleting', attempt });
  const dir = layout.record(jobId);
  const { files, emptyDirs } = listTree(disk.files, dir);
  const paths = files.map((file) => file.path).filter((file) => file !== SEAL);
  for (const file of paths) await disk.files.removeFile(joinPortable(dir, file));
  removeDirs(runner, dir, [...paths.map((file) => path.posix.dirname(file)), ...emptyDirs]);
  disk.files.syncDir(layout.tree('inbox'));
  await disk.files.removeFile(path.join(dir, SEAL));
  await disk.files.removeTree(dir);
  disk.files.syncDir(layout.tree('inbox'));
  if (known?.phase !== 'deleted') await note(runner, jobId, { event: 'deleted', attempt });
}

function removeDirs(runner: RunnerState, dir: string, relative: readonly string[]): void {
  const all = new Set<string>();
  for (const name of relative) {
    for (let at = name; at !== '.'; at = path.posix.dirname(at)) all.add(at);
  }
  for (const name of [...all].sort().reverse()) runner.disk.files.removeEmptyDir(joinPortable(dir, name));
}
