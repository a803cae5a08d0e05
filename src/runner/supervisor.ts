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
  writeAttemptFile,
} from '../store/work-dir.ts';
import type { Lock, Locks } from '../system/lock.ts';
import type { Script, ScriptEnd, StartScript } from '../system/process/script.ts';

export interface SupervisorParts {
  disk: Disk;
  locks: Locks;
  startScript: StartScript;
  pid: number;
  bootId: string;
}

/** How often the supervisor looks whether it was asked to end the run. */
const LOOK_MS = 200;
/** The daemon tries the lock for a moment to see who lives; that must not turn a supervisor away. */
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 100;

/** Runs the attempt of this directory unless one was begun there already. */
export async function supervise(parts: SupervisorParts, attemptDir: string): Promise<void> {
  const lock = await takeLock(parts, path.join(attemptDir, ATTEMPT.lock));
  if (!lock) return;
  try {
    const { files } = parts.disk;
    if (hasAttemptFile(files, attemptDir, 'supervisor')) return;
    const command = readCommand(files, attemptDir);
    if (!command) return;
    const started_at = isoNow(parts);
    await writeAttemptFile(parts.disk, attemptDir, 'supervisor', {
      pid: parts.pid,
      boot_id: parts.bootId,
      started_at,
    });
    const end = await runAttempt(parts, attemptDir, command);
    const exit: Exit = { ...end, started_at, finished_at: isoNow(parts) };
    await writeAttemptFile(parts.disk, attemptDir, 'exit', exit);
  } finally {
    await lock.release();
  }
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
  const script = parts.startScript({ ...command, logFile: path.join(attemptDir, ATTEMPT.log) });
  const deadline =
    command.timeout_s > 0
      ? parts.disk.clock.monotonic() + command.timeout_s * 1000
      : Number.POSITIVE_INFINITY;
  const stop = await waitForEnd(parts, attemptDir, script, deadline);
  if (stop === 'ended') return endedByItself(parts, attemptDir, await script.ended);
  return stopScript(parts, attemptDir, script, command, stop);
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

async function waitForEnd(
  parts: SupervisorParts,
  attemptDir: string,
  script: Script,
  deadline: number,
): Promise<Stop | 'ended'> {
  const { clock, files } = parts.disk;
  for (;;) {
    if (await endsWithin(parts, script, LOOK_MS)) return 'ended';
    if (hasAttemptFile(files, attemptDir, 'cancel')) return 'cancel';
    if (clock.monotonic() >= deadline) return 'timeout';
  }
}

async function endsWithin({ disk }: SupervisorParts, script: Script, ms: number): Promise<boolean> {
  const over = new AbortController();
  const ended = script.ended.then(() => true);
  const waited = disk.clock.sleep(ms, over.signal).then(() => false);
  const result = await Promise.race([ended, waited]);
  over.abort();
  return result;
}

/** Asks, waits the time of grace, ends the tree, and confirms that nothing of it is left. */
async function stopScript(
  parts: SupervisorParts,
  attemptDir: string,
  script: Script,
  command: AttemptCommand,
  why: Stop,
): Promise<End> {
  const cancel = readAttemptCancel(parts.disk.files, attemptDir);
  const graceS = cancel?.grace_s ?? command.grace_s;
  if (why === 'timeout') {
    const deadline = new Date(parts.disk.clock.now() + graceS * 1000).toISOString();
    await writeAttemptFile(parts.disk, attemptDir, 'cancel', {
      reason: 'timeout',
      grace_s: graceS,
      deadline,
    });
  }
  script.ask();
  const gently = await endsWithin(parts, script, graceS * 1000);
  const confirmed = await script.kill();
  const { exit_code, signal } = confirmed ? await script.ended : { exit_code: null, signal: null };
  const how = gently
    ? 'the script ended itself when asked'
    : `the script was ended after ${graceS} s of grace`;
  const reason =
    why === 'timeout' ? `ran longer than timeout_s (${command.timeout_s} s)` : cancelText(cancel?.reason);
  if (!confirmed)
    return {
      exit_code,
      signal,
      ended_by: 'unconfirmed',
      message: `${reason}; its processes could not be ended`,
    };
  return { exit_code, signal, ended_by: why, message: `${reason}; ${how}` };
}
