// What the runner does next: a pure function of what it sees. The order of the questions is the protocol.
import type { Order } from '../job/order.ts';
import type { Outcome } from '../job/outcome.ts';
import { decideOutcome } from '../job/outcome.ts';
import type { SealedOrder } from './order-facts.ts';
import { isMine, rejected, rejectionOf } from './rejection.ts';
import type { LedgerJob, RunnerAction, RunnerJob, RunnerPolicy, RunnerSnapshot } from './runner-snapshot.ts';
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

type Step = { action: RunnerAction } | { wait: string } | { ready: Order } | undefined;

/** The actions of one tick. `nowMs` is wall time; it is compared only with what this runner wrote itself. */
export function planRunner(snapshot: RunnerSnapshot, nowMs: number, policy: RunnerPolicy): RunnerPlan {
  const running = snapshot.jobs.filter(isRunning).map((job) => job.job_id);
  const plan: RunnerPlan = { actions: [], waiting: [], running };
  const ready: { job: RunnerJob; order: Order }[] = [];
  for (const job of snapshot.jobs) {
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
  if (record?.sealSha256) {
    const durable = job.requests.archived?.seal_sha256 === record.sealSha256;
    return durable ? { action: { do: 'delete-record', job_id } } : undefined;
  }
  if (ledger?.phase === 'ended') return { action: { do: 'publish', job_id } };
  if (ledger) return planAttempt(job, ledger);
  if (isOrphanRecord(job, policy)) return end(job, interrupted('the runner has no ledger entry of this run'));
  return planOrder(job, snapshot, policy);
}

/** A record that says "running" without a line in the ledger: nobody can tell what became of that run. */
function isOrphanRecord(job: RunnerJob, policy: RunnerPolicy): boolean {
  const written = job.record?.record;
  return written?.state === 'running' && written.runner?.id === policy.id;
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
  if (!seen && !job.work) return end(job, interrupted('the work directory of the run is gone'));
  if (!seen) return { action: { do: 'launch', job_id, attempt } };
  if (!seen.held && seen.exit) return end(job, decideOutcome(seen.exit, seen.missing, seen.logTail));
  if (requests.cancel && !seen.cancelAsked && !seen.exit)
    return { action: { do: 'ask-cancel', job_id, attempt } };
  if (!seen.held && seen.begun)
    return end(job, interrupted('the supervisor of the run ended without a word (crash or reboot)'));
  if (!seen.held && (seen.launchedAgoMs ?? RELAUNCH_AFTER_MS) >= RELAUNCH_AFTER_MS) {
    return { action: { do: 'launch', job_id, attempt } };
  }
  if (seen.begun && ledger.phase === 'intent') return { action: { do: 'note-started', job_id, attempt } };
  return undefined;
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
  const rejection = facts.arrived.complete ? rejectionOf(facts, policy) : wrongNumbers(facts);
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

/** Every digest fits, and still the numbers in job.json are others. */
function wrongNumbers({ arrived }: SealedOrder): Outcome {
  const says = `${arrived.expected?.files ?? 0} files, ${arrived.expected?.bytes ?? 0} bytes`;
  return rejected(
    `job.json, inputs: says ${says}, but SHA256SUMS names ${arrived.files} files, ${arrived.bytes} bytes`,
  );
}
