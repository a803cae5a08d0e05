// Carries out what was planned, one small function an action. Each may be cut off anywhere and done again.

import path from 'node:path';
import type { RunnerAction } from '../queue/runner-snapshot.ts';
import { isoNow } from '../store/disk.ts';
import { requireOwnDir } from '../store/own-dir.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { bytesBelow } from '../store/tree.ts';
import {
  hasAttemptFile,
  readExit,
  readSupervisor,
  writeAttemptFile,
  writeWithReserve,
} from '../store/work-dir.ts';
import { workDirsOf } from '../store/work-path.ts';
import { attemptCommand } from './command.ts';
import { copyOrder, ensureQueued } from './copy-order.ts';
import { deleteRecord } from './delete-record.ts';
import { liveIsOver } from './live.ts';
import { recall } from './memory.ts';
import { note } from './note.ts';
import type { RunnerState } from './parts.ts';
import { newFollower } from './progress-follower.ts';
import { publishJob } from './publish.ts';
import { workOrder } from './read-attempt.ts';
import { composeRecord, runningState, writeRecord } from './records.ts';

/** Actions that may take long: they run beside the ticks, so that the heartbeat goes on. */
export function isLong(action: RunnerAction): boolean {
  return (
    action.do === 'stage' ||
    action.do === 'publish' ||
    action.do === 'delete-record' ||
    action.do === 'measure' ||
    action.do === 'remove-work'
  );
}

export async function carryOut(runner: RunnerState, action: RunnerAction): Promise<void> {
  const { job_id } = action;
  if (isLong(action)) await liveIsOver(runner, job_id); // what publishes, moves or removes files has them to itself
  switch (action.do) {
    case 'queue': {
      const record = composeRecord(runner, job_id, { state: 'queued', waiting_for: action.waiting_for });
      await writeRecord(runner, job_id, record);
      return;
    }
    case 'stage':
      return copyOrder(runner, job_id, action.attempt);
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
    case 'ask-interrupt':
      return askInterrupt(runner, action);
    case 'again':
      return again(runner, action);
    case 'end':
      return end(runner, action);
    case 'publish':
      await publishJob(runner, job_id);
      runner.log.info({ job_id, outcome: runner.ledger.jobs.get(job_id)?.outcome?.kind }, 'published');
      return;
    case 'delete-record':
      return deleteRecord(runner, job_id);
    case 'measure':
      recall(runner.memory, job_id, runner.disk.clock.monotonic()).workMb = measureMb(runner, job_id);
      return;
    case 'remove-work':
      for (const dir of workDirsOf(runner.disk.files, runner.at, job_id))
        await runner.disk.files.removeTree(dir);
      runner.log.info({ job_id }, 'work directory removed');
      return;
  }
}

/** What all directories of a job's runs take together. */
function measureMb({ disk, at }: RunnerState, jobId: string): number {
  const bytes = workDirsOf(disk.files, at, jobId).map((dir) => bytesBelow(disk.files, dir));
  return bytes.reduce((sum, each) => sum + each, 0) / 1_000_000;
}

function queuedAt(runner: RunnerState, jobId: string): string {
  const { disk, layout, ledger } = runner;
  const before = readOwnRecord(disk.files, layout.record(jobId), jobId)?.record;
  return before?.queued_at ?? ledger.jobs.get(jobId)?.queued_at ?? isoNow(runner.disk);
}

async function launch(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const { disk, at, launcher, log } = runner;
  const dir = at.attempt(jobId, attempt);
  const order = workOrder(runner, jobId);
  if (!order) throw new Error(`the work directory of ${jobId} has no readable job.json`);
  const memory = recall(runner.memory, jobId, disk.clock.monotonic());
  if (!hasAttemptFile(disk.files, dir, 'command')) {
    memory.hasEnded = false;
    memory.follower = newFollower(); // what the attempt before said of its progress is not this one's
    requireOwnDir(disk.files, at.attempts(jobId));
    requireOwnDir(disk.files, dir);
    disk.files.makeDir(dir);
    await writeAttemptFile(disk, dir, 'command', attemptCommand(runner, order, attempt));
  }
  // a power cut that takes the attempt with all that says it was begun would have it begun again
  const attempts = at.attempts(jobId);
  for (const parent of [attempts, path.dirname(attempts), at.work]) disk.files.syncDir(parent);
  memory.launchedAtMs = disk.clock.monotonic();
  launcher.launch(dir, () => {
    // the first that ends is looked after at once; one that ends again and again must not be launched in a circle
    if (!memory.hasEnded) memory.launchedAtMs = undefined;
    memory.hasEnded = true;
    runner.ring();
  });
  log.info({ job_id: jobId, attempt }, 'started');
}

async function noteStarted(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const seen = readSupervisor(runner.disk.files, runner.at.attempt(jobId, attempt));
  await note(runner, jobId, {
    event: 'started',
    attempt,
    started_at: seen?.started_at ?? isoNow(runner.disk),
  });
}

/** A script may be over before anybody looked: what completed has been running, and the record says so first. */
async function ensureRunning(runner: RunnerState, jobId: string): Promise<void> {
  const { disk, layout } = runner;
  if (readOwnRecord(disk.files, layout.record(jobId), jobId)?.record?.state === 'running') return;
  await writeRecord(runner, jobId, composeRecord(runner, jobId, runningState(runner, jobId)));
}

/** No time of grace is longer than a day: a typing slip must not make a job that cannot be cancelled. */
const GRACE_MAX_S = 86_400;

async function askCancel(runner: RunnerState, jobId: string, attempt: number): Promise<void> {
  const { disk, layout, at, settings } = runner;
  const cancel = readRequests(disk.files, layout, jobId).cancel;
  const graceS = Math.min(Math.max(cancel?.grace_s ?? settings.grace_s, 0), GRACE_MAX_S);
  const deadline = new Date(disk.clock.now() + graceS * 1000).toISOString();
  const dir = at.attempt(jobId, attempt);
  disk.files.makeDir(dir); // somebody may have deleted it
  await writeWithReserve(disk, dir, 'cancel', { ...cancel, grace_s: graceS, deadline });
  runner.log.info({ job_id: jobId, reason: cancel?.reason }, 'asked to cancel');
}

/** The owner, the schedule or the runner itself wants the run to end; what follows is for on_interrupt to say. */
async function askInterrupt(
  { disk, at, settings, log }: RunnerState,
  { job_id, attempt, reason }: Extract<RunnerAction, { do: 'ask-interrupt' }>,
): Promise<void> {
  const { grace_s } = settings;
  const deadline = new Date(disk.clock.now() + grace_s * 1000).toISOString();
  const wish = { interrupt: true, reason, grace_s, deadline };
  const dir = at.attempt(job_id, attempt);
  disk.files.makeDir(dir);
  await writeWithReserve(disk, dir, 'cancel', wish);
  log.info({ job_id, reason }, 'asked to interrupt');
}

/** The attempt is over, the job is not: noted with what is to come. */
async function again(
  runner: RunnerState,
  { job_id, outcome, again }: Extract<RunnerAction, { do: 'again' }>,
): Promise<void> {
  const known = runner.ledger.jobs.get(job_id);
  const attempt = known?.attempt ?? 0;
  await note(runner, job_id, {
    event: 'again',
    attempt,
    outcome,
    again,
    ...timesOf(runner, job_id, attempt),
  });
  const { log_tail: _, ...told } = outcome;
  runner.log.warn(
    { job_id, attempt, outcome: told, next: again },
    'the attempt is over, another one follows',
  );
}

function timesOf(runner: RunnerState, jobId: string, attempt: number) {
  const exit = attempt > 0 ? readExit(runner.disk.files, runner.at.attempt(jobId, attempt)) : undefined;
  const started_at = exit?.started_at ?? runner.ledger.jobs.get(jobId)?.started_at;
  return { ...(started_at && { started_at }), finished_at: exit?.finished_at ?? isoNow(runner.disk) };
}

async function end(runner: RunnerState, action: Extract<RunnerAction, { do: 'end' }>): Promise<void> {
  const { job_id, outcome } = action;
  const known = runner.ledger.jobs.get(job_id);
  const attempt = known?.attempt ?? 0;
  if (outcome.kind !== 'cancelled') await ensureQueued(runner, job_id, 'inputs');
  if (outcome.kind === 'completed') await ensureRunning(runner, job_id);
  await note(runner, job_id, {
    event: 'ended',
    attempt,
    outcome,
    queued_at: queuedAt(runner, job_id),
    ...timesOf(runner, job_id, attempt),
  });
  runner.log.info({ job_id, outcome: outcome.kind, message: outcome.message }, 'ended');
}
