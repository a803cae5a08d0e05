// What the runner does next: a pure function of what it sees. The order of the questions is the protocol.
import type { Order } from '../job/order.ts';
import type { Outcome } from '../job/outcome.ts';
import { decideOutcome } from '../job/outcome.ts';
import type { SealedOrder } from './order-facts.ts';
import { isMine, rejected, rejectionOf } from './rejection.ts';
import type {
  AttemptSeen,
  LedgerJob,
  RunnerAction,
  RunnerJob,
  RunnerPolicy,
  RunnerSnapshot,
} from './runner-snapshot.ts';
import { byUrgency } from './scheduling.ts';
import { inputsWait, releaseWait, waitKind } from './waiting.ts';

/** A supervisor that shows nothing for this long after its launch is launched again; only one can hold the attempt. */
const RELAUNCH_AFTER_MS = 15_000;
const DAY_MS = 86_400_000;

export interface RunnerPlan {
  actions: RunnerAction[];
  /** Orders that wait, and for what: goes into presence and into queued records. */
  waiting: { job_id: string; for: string }[];
  /** Jobs whose run has begun and whose record is not sealed yet: presence vouches for them. */
  running: string[];
}

/** What an order waits for while its inputs are copied and verified. */
export const COPYING = 'inputs (they are being copied and verified)';

type Step = { action: RunnerAction } | { wait: string } | { ready: Order } | undefined;

/** The actions of one tick. `nowMs` is wall time; it is compared only with what this runner wrote itself. */
export function planRunner(snapshot: RunnerSnapshot, nowMs: number, policy: RunnerPolicy): RunnerPlan {
  const running = snapshot.jobs.filter(isRunning).map((job) => job.job_id);
  const plan: RunnerPlan = { actions: [], waiting: [], running };
  const ready: { job: RunnerJob; order: Order }[] = [];
  for (const job of snapshot.jobs) {
    if (job.acting && !job.ledger) plan.waiting.push({ job_id: job.job_id, for: COPYING });
    const step = job.busy ? undefined : planJob(job, snapshot, nowMs, policy);
    if (!step) continue;
    if ('action' in step) plan.actions.push(step.action);
    else if ('wait' in step) addWait(plan, job, step.wait);
    else ready.push({ job, order: step.ready });
  }
  fillSlots(plan, ready, freeSlots(snapshot, policy));
  return plan;
}

function addWait(plan: RunnerPlan, job: RunnerJob, waiting_for: string): void {
  plan.waiting.push({ job_id: job.job_id, for: waiting_for });
  const written = job.record?.record;
  if (written?.state !== 'queued' || waitKind(written.waiting_for) !== waitKind(waiting_for)) {
    plan.actions.push({ do: 'queue', job_id: job.job_id, waiting_for });
  }
}

function freeSlots(snapshot: RunnerSnapshot, policy: RunnerPolicy): number {
  const taken = snapshot.jobs.filter((job) => isUnderWay(job.ledger) || (job.acting && !job.ledger)).length;
  return policy.slots - taken;
}

function isRunning({ ledger, record }: RunnerJob): boolean {
  return isUnderWay(ledger) || (ledger?.phase === 'ended' && !record?.sealSha256);
}

/** Has an attempt begun that is not over yet? */
export function isUnderWay(ledger: LedgerJob | undefined): boolean {
  return ledger?.phase === 'intent' || ledger?.phase === 'started';
}

function fillSlots(plan: RunnerPlan, ready: { job: RunnerJob; order: Order }[], slots: number): void {
  ready.sort((a, b) => byUrgency(a.order, b.order));
  for (const [index, { job }] of ready.entries()) {
    if (index >= slots) addWait(plan, job, 'slot');
    else if (!job.staged) plan.actions.push({ do: 'stage', job_id: job.job_id });
    else plan.actions.push({ do: 'start', job_id: job.job_id, attempt: (job.ledger?.attempt ?? 0) + 1 });
  }
}

function planJob(job: RunnerJob, snapshot: RunnerSnapshot, nowMs: number, policy: RunnerPolicy): Step {
  const { ledger, record, job_id } = job;
  if (ledger?.phase === 'deleted') return afterDeletion(job, nowMs, policy);
  if (ledger?.phase === 'deleting') return { action: { do: 'delete-record', job_id } };
  if (record?.sealSha256) return planSealedRecord(job, record.sealSha256, policy);
  if (ledger?.phase === 'ended') return { action: { do: 'publish', job_id } };
  if (ledger) return planAttempt(job, ledger);
  if (record?.unreadable) return undefined;
  if (isOrphanRecord(job, policy)) return end(job, interrupted('the runner has no ledger entry of this run'));
  return planOrder(job, snapshot, policy);
}

/** Final: all that is left to do with it is to delete it, once the archive has confirmed this very seal. */
function planSealedRecord(job: RunnerJob, seal: string, policy: RunnerPolicy): Step {
  const isOwn = job.ledger !== undefined || job.record?.record?.runner?.id === policy.id;
  const isDurable = job.requests.archived?.seal_sha256 === seal;
  return isOwn && isDurable ? { action: { do: 'delete-record', job_id: job.job_id } } : undefined;
}

/** A record of a run that the ledger does not know: nobody can tell what became of it, so it is not run again. */
function isOrphanRecord(job: RunnerJob, policy: RunnerPolicy): boolean {
  const written = job.record?.record;
  return written !== undefined && written.state !== 'queued' && written.runner?.id === policy.id;
}

function afterDeletion(job: RunnerJob, nowMs: number, policy: RunnerPolicy): Step {
  const { job_id } = job;
  if (job.record) return { action: { do: 'delete-record', job_id } };
  const expired = nowMs - (job.ledger?.at ?? nowMs) >= policy.keep_days * DAY_MS;
  return job.work && expired ? { action: { do: 'remove-work', job_id } } : undefined;
}

function end(job: RunnerJob, outcome: Outcome): Step {
  return { action: { do: 'end', job_id: job.job_id, outcome } };
}

function interrupted(message: string): Outcome {
  return { kind: 'interrupted', error_class: 'interrupted', message };
}

function planAttempt(job: RunnerJob, ledger: LedgerJob): Step {
  const { job_id, attempt: seen, requests } = job;
  const { attempt } = ledger;
  const launch: Step = { action: { do: 'launch', job_id, attempt } };
  const begun = ledger.phase === 'started' || seen?.begun === true;
  if (!seen)
    return begun || !job.work ? end(job, interrupted('the work directory of the run is gone')) : launch;
  if (!seen.held && seen.exit) return end(job, decideOutcome(seen.exit, seen.missing, seen.logTail));
  if (requests.cancel && !seen.cancelAsked && !seen.exit) {
    return { action: { do: 'ask-cancel', job_id, attempt } };
  }
  return seen.held ? noteOnce(job, ledger, seen) : afterSilence(seen, launch);
}

function noteOnce(job: RunnerJob, { phase, attempt }: LedgerJob, seen: AttemptSeen): Step {
  const isNews = seen.begun && phase === 'intent';
  return isNews ? { action: { do: 'note-started', job_id: job.job_id, attempt } } : undefined;
}

/**
 * No supervisor lives. Another one is launched: if the attempt was never begun it begins it, which only one can; else
 * it ends what is left of the run and writes down that it was interrupted.
 */
function afterSilence(seen: AttemptSeen, launch: Step): Step {
  return (seen.launchedAgoMs ?? RELAUNCH_AFTER_MS) >= RELAUNCH_AFTER_MS ? launch : undefined;
}

function planOrder(job: RunnerJob, snapshot: RunnerSnapshot, policy: RunnerPolicy): Step {
  const { order: facts, requests } = job;
  if (requests.archived || !facts || facts.seal === 'missing' || !isMine(facts.fields, requests, policy.id))
    return undefined;
  if (requests.cancel) return end(job, cancelledBefore(requests.cancel.reason));
  if (facts.seal === 'unfit')
    return isOverdue(job, policy) ? end(job, overdue(facts.reason, policy)) : undefined;
  return planSealed(job, facts, snapshot, policy);
}

function planSealed(
  job: RunnerJob,
  facts: SealedOrder,
  snapshot: RunnerSnapshot,
  policy: RunnerPolicy,
): Step {
  const stage: Step = { action: { do: 'stage', job_id: job.job_id } };
  if (!job.staged && (!facts.arrived.complete || job.mismatch))
    return waitForInputs(job, facts, policy) ?? stage;
  const rejection = rejectionOf(facts, policy);
  if (rejection) return job.staged ? end(job, rejection) : stage;
  if (!facts.order) return undefined;
  const wait = releaseWait(facts.order, job.requests, snapshot.ledgerLost);
  return wait ? { wait } : { ready: facts.order };
}

function cancelledBefore(reason: string | undefined): Outcome {
  const why = reason ? `: ${reason}` : '';
  return { kind: 'cancelled', error_class: 'cancelled', message: `cancelled before it started${why}` };
}

function isOverdue(job: RunnerJob, policy: RunnerPolicy): boolean {
  return job.quietMs >= policy.inputs_timeout_s * 1000;
}

function overdue(what: string, policy: RunnerPolicy): Outcome {
  return rejected(`${what}; nothing changed for ${policy.inputs_timeout_s} s`);
}

/** Undefined when every name is there and nothing moves any more: then the copy finds out what does not fit. */
function waitForInputs(job: RunnerJob, facts: SealedOrder, policy: RunnerPolicy): Step {
  const { arrived } = facts;
  if (!isOverdue(job, policy)) return { wait: inputsWait(arrived) };
  if (job.mismatch) return end(job, overdue(job.mismatch, policy));
  if (arrived.files === facts.entries.length - 1) return undefined;
  return end(job, overdue(`SHA256SUMS: not every file it names arrived (${inputsWait(arrived)})`, policy));
}
