// The supervisor: a small process that owns one attempt. It holds the attempt's lock, runs the script, ends its tree
// when asked or when time is up, and writes exit.json. It knows nothing of queues and outlives the daemon.

import { messageOf } from '../errors.ts';
import type { Exit } from '../job/outcome.ts';
import { isoNow } from '../store/disk.ts';
import { makeDurable } from '../store/made-durable.ts';
import {
  attemptLock,
  hasAttemptFile,
  readCommand,
  readSupervisor,
  reserveRoom,
  writeAttemptFile,
  writeWithReserve,
} from '../store/work-dir.ts';
import type { Lock } from '../system/lock.ts';
import type { Contained } from '../system/process/process-tree.ts';
import { endLeftovers } from './supervisor/after-a-crash.ts';
import { runAttempt } from './supervisor/attempt.ts';
import type { Run, SupervisorParts } from './supervisor/run.ts';
import { newRun } from './supervisor/run.ts';
import { stayAwake } from './supervisor/stay-awake.ts';
import type { End } from './supervisor/verdict.ts';
import { message } from './supervisor/words.ts';

export type { SupervisorParts };

/** The daemon tries the lock for a moment to see who lives; that must not turn a supervisor away. */
const LOCK_TRIES = 20;
const LOCK_WAIT_MS = 100;
/** A disk that is full, or a file that somebody holds, is tried again. */
const WRITE_RETRY_MS = 5000;

/** Runs the attempt of this directory; where one was begun already, ends what is left of it and says so. */
export async function supervise(parts: SupervisorParts, attemptDir: string): Promise<void> {
  const { files } = parts.disk;
  const lock = await takeLock(parts, attemptLock(attemptDir));
  if (!lock) return;
  try {
    const command = readCommand(files, attemptDir);
    if (!command || hasAttemptFile(files, attemptDir, 'exit')) return;
    const run = newRun(parts, attemptDir, command);
    const begun = hasAttemptFile(files, attemptDir, 'supervisor');
    const started_at = readSupervisor(files, attemptDir)?.started_at ?? isoNow(parts.disk);
    const end = begun ? await endLeftovers(run) : await begin(run, started_at);
    const finished_at = isoNow(parts.disk);
    const undone = await makeDurable(parts.disk, attemptDir, command);
    const exit: Exit = { ...end, ...message(end.message, undone), started_at, finished_at };
    await writeSurely(run, 'exit', exit);
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

/**
 * How a run of days ended must not be lost to a disk that is full for a moment. False where somebody has deleted the
 * directory of the attempt: nobody will ever read it, and a supervisor does not stay behind for that.
 */
async function writeSurely(
  { parts, dir }: Run,
  name: 'exit' | 'supervisor',
  value: object,
): Promise<boolean> {
  for (;;) {
    try {
      if (name === 'exit') await writeWithReserve(parts.disk, dir, name, value);
      else await writeAttemptFile(parts.disk, dir, name, value);
      return true;
    } catch {
      if (isGone(parts, dir)) return false;
      await parts.disk.clock.sleep(WRITE_RETRY_MS);
    }
  }
}

function isGone({ disk }: SupervisorParts, dir: string): boolean {
  try {
    return disk.files.facts(dir) === undefined;
  } catch {
    return false; // nobody can tell
  }
}

const NEVER_STARTED: End = {
  exit_code: null,
  signal: null,
  ended_by: 'spawn-error',
  message: 'the directory of the attempt is gone',
};

async function begin(run: Run, started_at: string): Promise<End> {
  const { parts, dir, command } = run;
  const seen = { pid: parts.pid, boot_id: parts.bootId, started_at, contained: await contain(parts) };
  // without this on the disk the script could be started a second time
  if (!(await writeSurely(run, 'supervisor', seen))) return NEVER_STARTED;
  // what follows can wait, the script does not
  const running = runAttempt(run);
  const reserved = reserveRoom(parts.disk, dir).catch(() => {}); // a disk that is full now may not be later
  const letSleep =
    command.keep_awake &&
    stayAwake(parts.keepAwake, `job ${command.job_id}`, (awake) =>
      writeAttemptFile(parts.disk, dir, 'supervisor', { ...seen, awake }),
    );
  try {
    return await running;
  } finally {
    await reserved;
    if (letSleep) letSleep();
  }
}

async function contain({ tree }: SupervisorParts): Promise<Contained> {
  return tree.contain().catch((error: unknown) => ({ by: 'walk' as const, note: messageOf(error) }));
}
