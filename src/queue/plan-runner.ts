// What the runner does next: a pure function of what it sees. The order of the questions is the protocol.
import type { SealedOrder } from './order-facts.ts';
import { interrupted, planAttempt } from './plan-attempt.ts';
import type { OrderSurroundings } from './plan-order.ts';
import { nextAttempt, planAgain, planOrder } from './plan-order.ts';
import { planWorkDirs } from './plan-work-dirs.ts';
import type { LedgerJob, RunnerAction, RunnerJob, RunnerPolicy, RunnerSnapshot } from './runner-snapshot.ts';
import { byUrgency } from './scheduling.ts';
import type { Ready, Room } from './starting.ts';
import { roomLeft, startWait, take } from './starting.ts';
import type { Step } from './step.ts';
import { end } from './step.ts';
import { waitKind } from './waiting.ts';

export interface RunnerPlan {
  actions: RunnerAction[];
  /** Orders that wait, and for what: goes into presence and into queued records. */
  waiting: { job_id: string; for: string }[];
  /** Jobs whose run has begun and whose record is not sealed yet: presence vouches for them. */
  running: string[];
  /** An order could start if there are seats of its licences: somebody should look. */
  wantsLicences: boolean;
}

/** What an order waits for while its inputs are copied and verified. */
export const COPYING = 'inputs (they are being copied and verified)';

type Failed = (jobId: string, error: unknown) => void;

function rethrow(_: string, error: unknown): never {
  throw error;
}

/**
 * The actions of one tick. `nowMs` is wall time; it is compared only with what this runner wrote itself. A job for which
 * nothing can be planned is given to `failed`, and nothing is done about it: nobody foresaw what it says.
 */
export function planRunner(
  snapshot: RunnerSnapshot,
  nowMs: number,
  policy: RunnerPolicy,
  failed: Failed = rethrow,
): RunnerPlan {
  const { machine, ledgerLost } = snapshot;
  const around: OrderSurroundings = { machine, nowMs, policy, ledgerLost };
  const running = snapshot.jobs.filter(isRunning).map((job) => job.job_id);
  const plan: RunnerPlan = { actions: [], waiting: [], running, wantsLicences: false };
  const ready: Ready[] = [];
  for (const job of snapshot.jobs) {
    if (isCopied(job)) plan.waiting.push({ job_id: job.job_id, for: COPYING });
    else if (job.waitsFor !== undefined) plan.waiting.push({ job_id: job.job_id, for: job.waitsFor });
    else if (isPutOff(job)) plan.waiting.push({ job_id: job.job_id, for: waitOf(job) });
    safely(job, failed, () => {
      const step = job.busy ? undefined : planJob(job, around);
      if (!step) return;
      if ('action' in step) plan.actions.push(step.action);
      else if ('wait' in step) addWait(plan, job, step.wait);
      else ready.push({ job, order: step.ready });
    });
  }
  startReady(plan, ready, snapshot.jobs, { around, failed });
  // one action for a job at a time
  const acted = new Set(plan.actions.map(({ job_id }) => job_id));
  const clearing = planWorkDirs(snapshot.jobs, nowMs, policy);
  plan.actions.push(...clearing.filter(({ job_id }) => !acted.has(job_id)));
  return plan;
}

function safely({ job_id }: RunnerJob, failed: Failed, plan: () => void): void {
  try {
    plan();
  } catch (error) {
    failed(job_id, error);
  }
}

function addWait(plan: RunnerPlan, job: RunnerJob, waiting_for: string): void {
  plan.waiting.push({ job_id: job.job_id, for: waiting_for });
  const written = job.record?.record;
  if (written?.state !== 'queued' || waitKind(written.waiting_for) !== waitKind(waiting_for)) {
    plan.actions.push({ do: 'queue', job_id: job.job_id, waiting_for });
  }
}

function isRunning({ ledger, record }: RunnerJob): boolean {
  return isUnderWay(ledger) || (ledger?.phase === 'ended' && !record?.sealSha256);
}

/** Has an attempt begun that is not over yet? */
export function isUnderWay(ledger: LedgerJob | undefined): boolean {
  return ledger?.phase === 'intent' || ledger?.phase === 'started';
}

/** Has something to be tried again for a job that waits here? Who is silent about it says that it is lost. */
function isPutOff({ busy, ledger, record }: RunnerJob): boolean {
  return busy && (!ledger || ledger.phase === 'again') && record?.record?.state === 'queued';
}

function waitOf({ record }: RunnerJob): string {
  return record?.record?.waiting_for ?? 'runner (it tries again what failed)';
}

/** Is its order being copied, for the first attempt or for another one? */
function isCopied({ acting, ledger }: RunnerJob): boolean {
  return acting && (!ledger || ledger.phase === 'again');
}

function startReady(
  plan: RunnerPlan,
  ready: Ready[],
  jobs: readonly RunnerJob[],
  { around, failed }: { around: OrderSurroundings; failed: Failed },
): void {
  const taken = jobs.filter((job) => isUnderWay(job.ledger) || isCopied(job));
  const room = roomLeft(jobs, taken, around);
  plan.wantsLicences = ready.some(({ order }) => Object.keys(order.requires?.licences ?? {}).length > 0);
  ready.sort((a, b) => byUrgency(a.order, b.order));
  for (const each of ready) safely(each.job, failed, () => startOrWait(plan, each, room, around));
}

function startOrWait(plan: RunnerPlan, each: Ready, room: Room, around: OrderSurroundings): void {
  const { job } = each;
  const { job_id } = job;
  const wait = startWait(each, room, around);
  if (wait !== undefined) {
    addWait(plan, job, wait);
    return;
  }
  take(room, each, around);
  const attempt = nextAttempt(job);
  plan.actions.push(job.staged ? { do: 'start', job_id, attempt } : { do: 'stage', job_id, attempt });
}

function planJob(job: RunnerJob, around: OrderSurroundings): Step {
  const { ledger, record, job_id } = job;
  const { policy } = around;
  if (ledger?.phase === 'deleted') return afterDeletion(job);
  if (ledger?.phase === 'deleting') return { action: { do: 'delete-record', job_id } };
  if (record?.sealSha256) return planSealedRecord(job, record.sealSha256, policy);
  if (isLeftOver(job)) return { action: { do: 'delete-record', job_id } };
  if (ledger?.phase === 'ended') return { action: { do: 'publish', job_id } };
  if (ledger?.phase === 'again') return planAgain(job, ledger, around);
  if (ledger) return planAttempt(job, ledger, around);
  if (record?.unreadable) return undefined;
  if (isOrphanRecord(job, policy))
    return end(job_id, interrupted('the runner has no ledger entry of this run'));
  return planOrder(job, around);
}

/** Final: all that is left to do with it is to delete it, once the archive has confirmed this very seal. */
function planSealedRecord(job: RunnerJob, seal: SealedOrder['sha256'], policy: RunnerPolicy): Step {
  const isOwn = job.ledger !== undefined || job.record?.record?.runner?.id === policy.id;
  const isDurable = job.requests.archived?.seal_sha256 === seal;
  return isOwn && isDurable ? { action: { do: 'delete-record', job_id: job.job_id } } : undefined;
}

/**
 * Is it what a deletion left that a crash cut off, and the ledger that told of it is gone? The archive has it, and it ran
 * here.
 */
function isLeftOver({ ledger, record, requests, work }: RunnerJob): boolean {
  const left = record?.leftOf;
  return left !== undefined && !ledger && work && requests.archived?.seal_sha256 === left;
}

/** A record of a run that the ledger does not know: nobody can tell what became of it, so it is not run again. */
function isOrphanRecord(job: RunnerJob, policy: RunnerPolicy): boolean {
  const written = job.record?.record;
  if (written === undefined || written.runner?.id !== policy.id) return false;
  return written.state !== 'queued' || (written.attempt ?? 0) > 0;
}

/** A record that came back after it was deleted is deleted again: the archive has it. */
function afterDeletion({ job_id, record }: RunnerJob): Step {
  return record ? { action: { do: 'delete-record', job_id } } : undefined;
}
