// Reads how far the attempt of a job is, from its directory; and what its order was when it was copied.
import path from 'node:path';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import type { AttemptSeen, LedgerJob } from '../queue/runner-snapshot.ts';
import { joinPortable } from '../store/portable.ts';
import { ATTEMPT, hasAttemptFile, readAttemptCancel, readExit, readStaged } from '../store/work-dir.ts';
import type { JobMemory } from './memory.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { follow, logTail } from './progress-follower.ts';

export async function readAttempt(
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
  follow(disk.files, memory.follower, path.join(dir, ATTEMPT.log), filesDir(runner, jobId));
  const launched = memory.launchedAtMs;
  return {
    held,
    begun: hasAttemptFile(disk.files, dir, 'supervisor'),
    exit,
    missing: exit ? missingOutputs(runner, jobId) : [],
    logTail: exit ? logTail(memory.follower) : [],
    asked: askedOf(runner, dir),
    launchedAgoMs: launched === undefined ? undefined : disk.clock.monotonic() - launched,
  };
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

function copied(runner: RunnerState, jobId: string): JobMemory {
  const memory = recall(runner.memory, jobId, runner.disk.clock.monotonic());
  if (!memory.order) {
    const staged = readStaged(runner.disk.files, runner.at.workDir(jobId));
    const parsed = staged && parseOrder(Buffer.from(staged.job_json, 'base64'), jobId);
    if (parsed?.ok) memory.order = parsed.value;
    memory.filesDir = staged?.files_dir;
  }
  return memory;
}

function missingOutputs(runner: RunnerState, jobId: string): string[] {
  const dir = filesDir(runner, jobId);
  const expected = workOrder(runner, jobId)?.expect ?? [];
  return expected.filter((file) => {
    const kind = runner.disk.files.facts(joinPortable(dir, file))?.kind;
    return kind !== 'file' && kind !== 'directory';
  });
}
