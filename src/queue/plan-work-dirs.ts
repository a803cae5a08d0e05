// How long the work directories of ended jobs stay, and which of them go when they take too much room.
import type { RunnerAction, RunnerJob, RunnerPolicy } from './runner-snapshot.ts';

const DAY_MS = 86_400_000;
const MB_IN_GB = 1000;

/** Nothing of the job can be wanted by its run any more: its record is sealed. */
function isOver({ ledger, record }: RunnerJob): boolean {
  if (ledger?.phase === 'deleting' || ledger?.phase === 'deleted') return true;
  return ledger?.phase === 'ended' && record?.sealSha256 !== undefined;
}

/** May its work directory go at all? Only when the archive has its results, and its record is gone. */
function mayGo(job: RunnerJob): boolean {
  return job.work && job.ledger?.phase === 'deleted' && !job.record && !job.busy;
}

function isExpired({ ledger }: RunnerJob, nowMs: number, policy: RunnerPolicy): boolean {
  if (!ledger) return false;
  const keepDays = ledger.outcome?.kind === 'completed' ? policy.keep_days : policy.keep_failed_days;
  return nowMs - ledger.at >= keepDays * DAY_MS;
}

/** By how many MB the ended jobs take more than they may; 0 when they do not, or when there is no limit. */
export function overMb(jobs: readonly RunnerJob[], policy: RunnerPolicy): number {
  if (policy.work_max_gb === 0) return 0;
  const takenMb = jobs.filter(isOver).reduce((sum, job) => sum + (job.workMb ?? 0), 0);
  return Math.max(0, takenMb - policy.work_max_gb * MB_IN_GB);
}

/** What is to be removed, the oldest first, and the next directory to measure. */
export function planWorkDirs(
  jobs: readonly RunnerJob[],
  nowMs: number,
  policy: RunnerPolicy,
): RunnerAction[] {
  const actions: RunnerAction[] = [];
  let tooMuchMb = overMb(jobs, policy);
  const byAge = jobs.filter(mayGo).sort((a, b) => (a.ledger?.at ?? 0) - (b.ledger?.at ?? 0));
  for (const job of byAge) {
    if (tooMuchMb <= 0 && !isExpired(job, nowMs, policy)) continue;
    actions.push({ do: 'remove-work', job_id: job.job_id });
    tooMuchMb -= job.workMb ?? 0;
  }
  const unmeasured =
    policy.work_max_gb > 0 &&
    jobs.find((job) => job.work && job.workMb === undefined && isOver(job) && !job.busy);
  if (unmeasured && actions.length === 0) actions.push({ do: 'measure', job_id: unmeasured.job_id });
  return actions;
}
