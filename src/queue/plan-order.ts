// What follows for an order that was not started yet, or is to be started again: is it whole, is it ours, can it be run?
import type { Order } from '../job/order.ts';
import type { Outcome } from '../job/outcome.ts';
import type { SealedOrder } from './order-facts.ts';
import type { Surroundings } from './plan-attempt.ts';
import { interrupted } from './plan-attempt.ts';
import { isMine, rejected, rejectionOf } from './rejection.ts';
import type { Again, LedgerJob, RunnerJob, RunnerPolicy } from './runner-snapshot.ts';
import type { Step } from './step.ts';
import { end } from './step.ts';
import { inputsWait, releaseWait } from './waiting.ts';

export interface OrderSurroundings extends Surroundings {
  ledgerLost: boolean;
}

/** The number of the attempt that a job's order is copied for and started as. */
export function nextAttempt({ ledger }: RunnerJob): number {
  return (ledger?.attempt ?? 0) + 1;
}

export function planOrder(job: RunnerJob, around: OrderSurroundings): Step {
  const { order: facts, requests, job_id } = job;
  const { policy } = around;
  if (!facts && wasQueuedHere(job, policy)) return withoutOrder(job);
  if (!facts || facts.seal === 'missing' || !isMine(facts.fields, requests, policy.id)) return undefined;
  if (requests.archived) return overBefore(job, policy);
  if (requests.cancel) return end(job_id, cancelledBefore('started', requests.cancel.reason));
  if (facts.seal === 'unfit')
    return isOverdue(job, policy) ? end(job_id, overdue(facts.reason, policy)) : undefined;
  return planSealed(job, facts, around);
}

/**
 * It is over, and an earlier ledger knew that. This one is to know it too before the mirror takes `archived.json` away,
 * which it may do while the order and an old release are still here.
 */
function overBefore(job: RunnerJob, policy: RunnerPolicy): Step {
  if (job.record && !wasQueuedHere(job, policy)) return undefined;
  return { action: { do: 'delete-record', job_id: job.job_id } };
}

function wasQueuedHere({ record }: RunnerJob, policy: RunnerPolicy): boolean {
  return record?.record?.runner?.id === policy.id;
}

/** It waited here, and its order was taken away: that of a job that was given up. Its record is closed all the same. */
function withoutOrder({ job_id, requests }: RunnerJob): Step {
  if (requests.archived || !requests.cancel) return undefined;
  return end(job_id, cancelledBefore('started', requests.cancel.reason));
}

/** Between two attempts: the same job goes on, from what is in the work directory or from a fresh copy. */
export function planAgain(job: RunnerJob, ledger: LedgerJob, around: OrderSurroundings): Step {
  const { job_id, requests } = job;
  const { again } = ledger;
  if (requests.cancel) return end(job_id, cancelledBefore('started again', requests.cancel.reason));
  const order = job.accepted ?? (job.order?.seal === 'valid' ? job.order.order : undefined);
  if (again?.how === 'resume' && !job.accepted)
    return end(job_id, interrupted('the work directory of the run is gone'));
  if (again?.how === 'resume' || job.staged) return whenDue(job, order, again, around);
  if (job.blocked) return { wait: `work path (${job.blocked})` };
  return copyAgain(job, around.policy) ?? whenDue(job, order, again, around);
}

function whenDue(
  job: RunnerJob,
  order: Order | undefined,
  again: Again | undefined,
  { nowMs }: OrderSurroundings,
): Step {
  if (!order || !again) return undefined;
  const tooLate = waitedTooLong(job, order.queue_timeout_s, 'to be started again');
  if (tooLate) return end(job.job_id, tooLate);
  if (nowMs >= Date.parse(again.not_before)) return { ready: order };
  return { wait: `licence (the last run got none; tried again at ${again.not_before})` };
}

/** For a restart the order is copied once more: it must still be there, and whole. */
function copyAgain(job: RunnerJob, policy: RunnerPolicy): Step {
  const { order: facts } = job;
  if (facts?.seal === 'valid' && facts.arrived.complete && !job.mismatch) return undefined;
  if (facts?.seal === 'valid') return waitForInputs(job, facts, policy);
  return isOverdue(job, policy)
    ? end(job.job_id, overdue('the order is not there any more to be copied again', policy))
    : { wait: 'inputs (the order is not there to be copied again)' };
}

function planSealed(job: RunnerJob, facts: SealedOrder, around: OrderSurroundings): Step {
  const { policy, machine } = around;
  const stage: Step = { action: { do: 'stage', job_id: job.job_id, attempt: nextAttempt(job) } };
  if (!job.staged && (!facts.arrived.complete || job.mismatch))
    return waitForInputs(job, facts, policy) ?? stage;
  if (!job.staged && job.blocked) return { wait: `work path (${job.blocked})` };
  const rejection = rejectionOf(facts, policy, machine);
  if (rejection) return job.staged ? end(job.job_id, rejection) : stage;
  const { order } = facts;
  if (!order) return undefined;
  const tooLate = waitedTooLong(job, order.queue_timeout_s, 'to be started');
  if (tooLate) return end(job.job_id, tooLate);
  const wait = releaseWait(order, job.requests, around.ledgerLost);
  return wait ? { wait } : { ready: order };
}

function cancelledBefore(what: string, reason: string | undefined): Outcome {
  const why = reason ? `: ${reason}` : '';
  return { kind: 'cancelled', error_class: 'cancelled', message: `cancelled before it ${what}${why}` };
}

function waitedTooLong(job: RunnerJob, limitS: number | undefined, forWhat: string): Outcome | undefined {
  if (limitS === undefined || job.waitedMs < limitS * 1000) return undefined;
  const last = job.record?.record?.waiting_for;
  const message = `waited longer than queue_timeout_s (${limitS} s) ${forWhat}${last ? `; last for ${last}` : ''}`;
  return { kind: 'timed-out', error_class: 'timeout', message };
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
  if (!isOverdue(job, policy)) {
    const why = job.mismatch ? ` (${job.mismatch})` : '';
    return { wait: `${inputsWait(arrived)}${why}` };
  }
  if (job.mismatch) return end(job.job_id, overdue(job.mismatch, policy));
  if (arrived.files === facts.entries.length - 1) return undefined;
  return end(
    job.job_id,
    overdue(`SHA256SUMS: not every file it names arrived (${inputsWait(arrived)})`, policy),
  );
}
