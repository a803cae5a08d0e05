// Reads how far the attempt of a job is, from its directory; and what its order was when it was copied.
import path from 'node:path';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import type { AttemptSeen, LedgerJob } from '../queue/runner-snapshot.ts';
import { joinPortable } from '../store/portable.ts';
import {
  ATTEMPT,
  attemptLock,
  hasAttemptFile,
  readAttemptCancel,
  readCommand,
  readExit,
  readStaged,
} from '../store/work-dir.ts';
import type { JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { follow, logTail } from './progress-follower.ts';
import { isGivenUp, unreadableCode } from './unreadable-outputs.ts';

export async function readAttempt(
  runner: RunnerState,
  jobId: string,
  ledger: LedgerJob | undefined,
  memory: JobMemory,
): Promise<AttemptSeen | undefined> {
  const { disk, at, launcher } = runner;
  const dir = at.attempt(jobId, ledger?.attempt ?? 0);
  // the lock first, then the files: a supervisor writes exit.json before it lets the lock go
  const held = await launcher.isHeld(dir, attemptLock(dir));
  if (!held && !hasAttemptFile(disk.files, dir, 'command')) return undefined;
  const exit = held ? undefined : readExit(disk.files, dir);
  followLog(runner, jobId, memory, { logFile: path.join(dir, ATTEMPT.log), isOver: exit !== undefined });
  const launched = memory.launchedAtMs;
  return {
    held,
    begun: hasAttemptFile(disk.files, dir, 'supervisor'),
    exit,
    missing: exit ? missingOutputs(runner, jobId, memory) : [],
    logTail: exit ? logTail(memory.follower) : [],
    asked: askedOf(runner, dir),
    launchedAgoMs: launched === undefined ? undefined : disk.clock.monotonic() - launched,
  };
}

/** A log that cannot be read now may be readable at the next look; at the end it is waited for. */
function followLog(
  runner: RunnerState,
  jobId: string,
  { follower, unreadable }: JobMemory,
  { logFile, isOver }: { logFile: string; isOver: boolean },
): void {
  const { files, clock } = runner.disk;
  try {
    follow(files, follower, { logFile, workDir: filesDir(runner, jobId), isOver });
  } catch (error) {
    const code = unreadableCode(error);
    if (code === undefined || (isOver && !isGivenUp(unreadable, logFile, code, clock.monotonic())))
      throw error;
  }
}

function askedOf({ disk }: RunnerState, attemptDir: string): AttemptSeen['asked'] {
  if (!hasAttemptFile(disk.files, attemptDir, 'cancel')) return undefined;
  const told = readAttemptCancel(disk.files, attemptDir);
  if (told?.limit) return 'limit';
  return told?.interrupt ? 'interrupt' : 'cancel';
}

/** The order as it was when it was copied; the job.json in the work directory is the script's to change. */
export function workOrder(runner: RunnerState, jobId: string): Order | undefined {
  return copied(runner, jobId).order;
}

/** Where the files of the run are: the work directory, or the fixed path that the settings gave it. */
export function filesDir(runner: RunnerState, jobId: string): string {
  return copied(runner, jobId).filesDir ?? runner.at.workDir(jobId);
}

/** From the command of the last attempt, which no script reaches; before the first one, from the copy. */
function copied(runner: RunnerState, jobId: string): JobMemory {
  const { disk, at, ledger } = runner;
  const memory = recall(runner.memory, jobId, disk.clock.monotonic());
  if (memory.order) return memory;
  const attempt = ledger.jobs.get(jobId)?.attempt ?? 0;
  // the one that is about to be made has none yet
  const command = [attempt, attempt - 1].flatMap((number) =>
    number > 0 ? (readCommand(disk.files, at.attempt(jobId, number)) ?? []) : [],
  )[0];
  const staged = readStaged(disk.files, at.workDir(jobId));
  const written = command?.order ?? staged?.job_json;
  const parsed = written === undefined ? undefined : parseOrder(Buffer.from(written, 'base64'), jobId);
  if (parsed?.ok) memory.order = parsed.value;
  memory.filesDir = command?.cwd ?? staged?.files_dir;
  return memory;
}

function missingOutputs(runner: RunnerState, jobId: string, { unreadable }: JobMemory): string[] {
  const { files, clock } = runner.disk;
  const dir = filesDir(runner, jobId);
  const expected = workOrder(runner, jobId)?.expect ?? [];
  return expected.filter((name) => {
    const file = joinPortable(dir, name);
    try {
      const kind = files.facts(file)?.kind;
      return kind !== 'file' && kind !== 'directory';
    } catch (error) {
      const code = unreadableCode(error);
      if (code === undefined || !isGivenUp(unreadable, file, code, clock.monotonic())) throw error;
      return true;
    }
  });
}
