// The supervisor: a small process that owns one attempt. It holds the attempt's lock, runs the script, ends its tree
// when asked or when time is up, and writes exit.json. It knows nothing of queues and outlives the daemon.
import path from 'node:path';
import type { Exit } from '../job/outcome.ts';
import type { Disk } from '../store/disk.ts';
import type { AttemptCommand } from '../store/work-dir.ts';
import {
  ATTEMPT,
  hasAttemptFile,
  readAttemptCancel,
  readCommand,
  readSupervisor,
  writeAttemptFile,
} from '../store/work-dir.ts';
import type { Lock, Locks } from '../system/lock.ts';
import type { EndMarked, Script, ScriptEnd, StartScript } from '../system/process/script.ts';

export interface SupervisorParts {
  disk: Disk;
  locks: Locks;
  startScript: StartScript;
  endMarked: EndMarked;
  pid: number;
  bootId: string;
}

/** How often the supervisor looks whether it was asked to end the run. */
const LOOK_MS = 200;
/** The daemon tries the lock for a moment to see who lives; that must not turn a supervisor away. */
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 100;

/** Runs the attempt of this directory; where one was begun already, ends what is left of it and says so. */
export async function supervise(parts: SupervisorParts, attemptDir: string): Promise<void> {
  const lock = await takeLock(parts, path.join(attemptDir, ATTEMPT.lock));
  if (!lock) return;
  try {
    const command = readCommand(parts.disk.files, attemptDir);
    if (!command || hasAttemptFile(parts.disk.files, attemptDir, 'exit')) return;
    const before = readSupervisor(parts.disk.files, attemptDir);
    const started_at = before?.started_at ?? isoNow(parts);
    const end = before
      ? await endLeftovers(parts, command)
      : await begin(parts, attemptDir, command, started_at);
    const exit: Exit = { ...end, started_at, finished_at: isoNow(parts) };
    await writeExit(parts, attemptDir, exit);
  } finally {
    await lock.release();
  }
}

/** How a run of days ended must not be lost to a disk that is full for a moment. */
async function writeExit({ disk }: SupervisorParts, attemptDir: string, exit: Exit): Promise<void> {
  for (;;) {
    try {
      return await writeAttemptFile(disk, attemptDir, 'exit', exit);
    } catch {
      await disk.clock.sleep(GONE_RETRY_MS);
    }
  }
}

async function begin(
  parts: SupervisorParts,
  attemptDir: string,
  command: AttemptCommand,
  started_at: string,
): Promise<End> {
  const identity = { pid: parts.pid, boot_id: parts.bootId, started_at };
  await writeAttemptFile(parts.disk, attemptDir, 'supervisor', identity);
  return runAttempt(parts, attemptDir, command);
}

/** An earlier supervisor began this attempt and died: nothing of it may live on, and it is never begun again. */
async function endLeftovers(parts: SupervisorParts, command: AttemptCommand): Promise<End> {
  const processes = await untilGone(parts, command);
  const left = processes > 0 ? `; ${processes} of its processes were alive and have been ended` : '';
  const message = `the supervisor of the run ended without a word (crash or reboot)${left}`;
  return { exit_code: null, signal: null, ended_by: 'interrupted', message };
}

/** The entry that every process of an attempt has in its environment, and no other. */
function markOf({ env }: AttemptCommand): string {
  return `JOBQ_CANCEL_FILE=${env['JOBQ_CANCEL_FILE'] ?? ''}`;
}

async function takeLock({ locks, disk }: SupervisorParts, lockFile: string): Promise<Lock | undefined> {
  for (let tries = 1; ; tries++) {
    const lock = await locks.take(lockFile);
    if (lock || tries === LOCK_TRIES) return lock;
    await disk.clock.sleep(LOCK_WAIT_MS);
  }
}

function isoNow({ disk }: SupervisorParts): string {
  return new Date(disk.clock.now()).toISOString();
}

type End = Pick<Exit, 'exit_code' | 'signal' | 'ended_by' | 'message'>;

async function runAttempt(parts: SupervisorParts, attemptDir: string, command: AttemptCommand): Promise<End> {
  const { files } = parts.disk;
  if (hasAttemptFile(files, attemptDir, 'cancel')) {
    return {
      exit_code: null,
      signal: null,
      ended_by: 'cancel',
      message: 'cancelled before the script was started',
    };
  }
  const running = watched(parts.startScript({ ...command, logFile: path.join(attemptDir, ATTEMPT.log) }));
  const limitMs = command.timeout_s > 0 ? command.timeout_s * 1000 : Number.POSITIVE_INFINITY;
  const stop = await waitForEnd(parts, attemptDir, running, parts.disk.clock.monotonic() + limitMs);
  const end =
    stop === 'ended'
      ? endedByItself(parts, attemptDir, await running.script.ended)
      : await stopScript(parts, attemptDir, running, command, stop);
  await untilGone(parts, command);
  return end;
}

const GONE_RETRY_MS = 5000;

/**
 * Ends what the script left running. What cannot be ended keeps the attempt, and with it the slot: nothing is published
 * while something may still write, and no other job starts beside it.
 */
async function untilGone({ endMarked, disk }: SupervisorParts, command: AttemptCommand): Promise<number> {
  for (;;) {
    const { processes, confirmed } = await endMarked(markOf(command));
    if (confirmed) return processes;
    await disk.clock.sleep(GONE_RETRY_MS);
  }
}

/** A script that ends after it was told to has obeyed, whatever its exit code says. */
function endedByItself(parts: SupervisorParts, attemptDir: string, end: ScriptEnd): End {
  const { exit_code, signal, problem } = end;
  if (problem) return { exit_code, signal, ended_by: 'spawn-error', message: problem };
  const cancel = readAttemptCancel(parts.disk.files, attemptDir);
  if (!cancel) return { exit_code, signal, ended_by: 'itself' };
  return { exit_code, signal, ended_by: 'cancel', message: `${cancelText(cancel.reason)}; ${GENTLY}` };
}

const GENTLY = 'the script ended itself when asked';

function cancelText(reason: string | undefined): string {
  return reason ? `cancelled: ${reason}` : 'cancelled';
}

type Stop = 'cancel' | 'timeout';

/** The script, and a signal that fires when it has ended: attached once, however often somebody looks. */
interface Running {
  script: Script;
  over: AbortSignal;
}

function watched(script: Script): Running {
  const over = new AbortController();
  void script.ended.then(() => over.abort());
  return { script, over: over.signal };
}

async function waitForEnd(
  parts: SupervisorParts,
  attemptDir: string,
  running: Running,
  deadline: number,
): Promise<Stop | 'ended'> {
  const { clock, files } = parts.disk;
  for (;;) {
    if (await endsWithin(parts, running, LOOK_MS)) return 'ended';
    if (hasAttemptFile(files, attemptDir, 'cancel')) return 'cancel';
    if (clock.monotonic() >= deadline) return 'timeout';
  }
}

async function endsWithin({ disk }: SupervisorParts, { over }: Running, ms: number): Promise<boolean> {
  await disk.clock.sleep(ms, over);
  return over.aborted;
}

/** Asks, waits the time of grace, and ends the tree. */
async function stopScript(
  parts: SupervisorParts,
  attemptDir: string,
  running: Running,
  command: AttemptCommand,
  why: Stop,
): Promise<End> {
  const cancel = readAttemptCancel(parts.disk.files, attemptDir);
  const graceS = cancel?.grace_s ?? command.grace_s;
  if (why === 'timeout') await tellTimeout(parts, attemptDir, graceS);
  running.script.ask();
  const gently = await endsWithin(parts, running, graceS * 1000);
  while (!(await running.script.kill())) await parts.disk.clock.sleep(GONE_RETRY_MS);
  const { exit_code, signal } = await running.script.ended;
  const how = gently ? GENTLY : `the script was ended after ${graceS} s of grace`;
  const reason =
    why === 'timeout' ? `ran longer than timeout_s (${command.timeout_s} s)` : cancelText(cancel?.reason);
  return { exit_code, signal, ended_by: why, message: `${reason}; ${how}` };
}

/** Tells the script by the file it may look at. A full disk must not keep the run from being ended. */
async function tellTimeout(parts: SupervisorParts, attemptDir: string, grace_s: number): Promise<void> {
  const deadline = new Date(parts.disk.clock.now() + grace_s * 1000).toISOString();
  await writeAttemptFile(parts.disk, attemptDir, 'cancel', { reason: 'timeout', grace_s, deadline }).catch(
    () => {},
  );
}
