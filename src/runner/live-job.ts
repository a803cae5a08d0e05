// A running job as its live publication sees it: where its files are, and whether it still runs.
import { messageOf, systemCode } from '../errors.ts';
import type { Order } from '../job/order.ts';
import type { LiveMemory } from './live-memory.ts';
import { recall } from './memory.ts';
import type { RunnerState } from './parts.ts';
import { filesDir, workOrder } from './read-attempt.ts';

export interface LiveJob {
  runner: RunnerState;
  jobId: string;
  attempt: number;
  live: LiveMemory;
  /** Where the files of the run are. */
  dir: string;
  attemptDir: string;
  order: Order | undefined;
  /** Does this very attempt still run? What it publishes then may be published. */
  goesOn(): boolean;
}

export function liveJob(runner: RunnerState, jobId: string): LiveJob {
  const { at, ledger, disk, memory } = runner;
  const attempt = ledger.jobs.get(jobId)?.attempt ?? 0;
  return {
    runner,
    jobId,
    attempt,
    live: recall(memory, jobId, disk.clock.monotonic()).live,
    dir: filesDir(runner, jobId),
    attemptDir: at.attempt(jobId, attempt),
    order: workOrder(runner, jobId),
    goesOn: () => {
      const job = ledger.jobs.get(jobId);
      return job?.phase === 'started' && job.attempt === attempt;
    },
  };
}

/** What fails is told once for each reason, and tried again later; it never fails the others. */
export async function trying(job: LiveJob, what: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tellOnce(job, what, messageOf(error), systemCode(error));
    return false;
  }
}

/** `code` stands for the message where that holds names that are new each time. */
export function tellOnce(
  { runner, jobId, live }: LiveJob,
  what: string,
  reason: string,
  code = reason,
): void {
  const key = `${what}: ${code}`;
  if (live.told.has(key)) return;
  live.told.add(key);
  runner.log.warn({ job_id: jobId, what, reason }, 'not published or read for now');
}
