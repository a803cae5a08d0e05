// What follows for a job of which an attempt has begun: launch it, ask it to end, take its end, or try again.
import type { Outcome } from '../job/outcome.ts';
import { decideOutcome } from '../job/outcome.ts';
import { closedUntil } from '../job/schedule.ts';
import type { MachineSeen } from './machine.ts';
import { pausedNow } from './owner-wish.ts';
import type { AttemptSeen, LedgerJob, RunnerJob, RunnerPolicy } from './runner-snapshot.ts';
import type { Step } from './step.ts';
import { end } from './step.ts';

/** A supervisor that shows nothing for this long after its launch is launched again; only one can hold the attempt. */
const RELAUNCH_AFTER_MS = 15_000;

export function interrupted(message: string): Outcome {
  return { kind: 'interrupted', error_class: 'interrupted', message };
}

/** What decisions about a running attempt depend on besides the job. */
export interface Surroundings {
  machine: MachineSeen;
  nowMs: number;
  policy: RunnerPolicy;
}

export function planAttempt(job: RunnerJob, ledger: LedgerJob, around: Surroundings): Step {
  const { job_id, attempt: seen } = job;
  const launch: Step = { action: { do: 'launch', job_id, attempt: ledger.attempt } };
  const begun = ledger.phase === 'started' || seen?.begun === true;
  if (!seen) {
    if (!begun && job.work) return launch;
    return afterOutcome(job, ledger, interrupted('the work directory of the run is gone'), around);
  }
  if (!seen.held && seen.exit) return afterExit(job, ledger, seen, around);
  return askToEnd(job, ledger, seen, around) ?? goOn(job, ledger, seen, launch);
}

function goOn(job: RunnerJob, { phase, attempt }: LedgerJob, seen: AttemptSeen, launch: Step): Step {
  if (!seen.held) return afterSilence(seen, launch);
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

function askToEnd(job: RunnerJob, { attempt }: LedgerJob, seen: AttemptSeen, around: Surroundings): Step {
  const { job_id, requests } = job;
  if (seen.exit || seen.asked === 'cancel') return undefined;
  if (requests.cancel) return { action: { do: 'ask-cancel', job_id, attempt } };
  const reason = seen.asked ? undefined : reasonToInterrupt(around);
  return reason === undefined ? undefined : { action: { do: 'ask-interrupt', job_id, attempt, reason } };
}

/** Why what runs is to be interrupted now, or undefined. */
function reasonToInterrupt({ machine, policy, nowMs }: Surroundings): string | undefined {
  const paused = pausedNow(machine.owner, nowMs);
  if (machine.stopping) return 'the runner stops';
  if (paused?.interrupt)
    return paused.reason ? `the owner paused the runner: ${paused.reason}` : 'the owner paused the runner';
  const isClosed = closedUntil(policy.schedule, machine.weekMinute) !== undefined;
  return policy.schedule_end === 'interrupt' && isClosed ? 'the window of the schedule has ended' : undefined;
}

function afterExit(job: RunnerJob, ledger: LedgerJob, seen: AttemptSeen, around: Surroundings): Step {
  if (!seen.exit) return undefined;
  const outcome = decideOutcome(seen.exit, seen.missing, seen.logTail);
  const wasAsked = outcome.kind === 'interrupted' && seen.asked === 'interrupt';
  return afterOutcome(job, ledger, wasAsked ? { ...outcome, asked: true } : outcome, around);
}

/** The attempt is over: so is the job, unless its policy or a missing licence calls for another attempt. */
function afterOutcome(job: RunnerJob, ledger: LedgerJob, outcome: Outcome, around: Surroundings): Step {
  const { job_id, requests } = job;
  if (requests.cancel) return end(job_id, asCancelled(outcome, requests.cancel.reason));
  if (outcome.error_class === 'licence') return afterLicence(job, ledger, outcome, around);
  if (outcome.kind !== 'interrupted') return end(job_id, outcome);
  return afterInterrupt(job, ledger, outcome, around);
}

/** A run that was interrupted and is to be cancelled is not taken up again. */
function asCancelled(outcome: Outcome, reason: string | undefined): Outcome {
  if (outcome.kind !== 'interrupted') return outcome;
  const why = reason ? `: ${reason}` : '';
  const message = `cancelled${why}; ${outcome.message}`;
  return { ...outcome, kind: 'cancelled', error_class: 'cancelled', message };
}

function policyOf({ accepted }: RunnerJob, { policy }: Surroundings) {
  return {
    how: accepted?.on_interrupt ?? policy.on_interrupt,
    max: accepted?.max_attempts ?? policy.max_attempts,
  };
}

/** Waiting for a licence burns no attempt; each time in a row it waits twice as long. */
function afterLicence(job: RunnerJob, ledger: LedgerJob, outcome: Outcome, around: Surroundings): Step {
  const { licence_backoff_s, licence_backoff_max_s } = around.policy;
  const backoffS = Math.min(licence_backoff_max_s, licence_backoff_s * 2 ** licenceFailures(ledger));
  const not_before = new Date(around.nowMs + backoffS * 1000).toISOString();
  const how = policyOf(job, around).how === 'resume' ? 'resume' : 'restart';
  return { action: { do: 'again', job_id: job.job_id, outcome, again: { how, why: 'licence', not_before } } };
}

/** How many attempts in a row ended for want of a licence. */
function licenceFailures({ attempts }: LedgerJob): number {
  const others = attempts.findLastIndex(({ outcome }) => outcome?.error_class !== 'licence');
  return attempts.length - 1 - others;
}

function afterInterrupt(job: RunnerJob, ledger: LedgerJob, outcome: Outcome, around: Surroundings): Step {
  const { how, max } = policyOf(job, around);
  const { job_id } = job;
  if (how === 'fail') return end(job_id, outcome);
  const isGone = !job.work && how === 'resume';
  if (isGone) return end(job_id, outcome);
  // what the owner or the clock asked for is nobody's failure
  const counted = [...ledger.attempts.map((attempt) => attempt.outcome), outcome].filter(
    (each) => each?.kind === 'interrupted' && each['asked'] !== true,
  ).length;
  if (counted >= max && outcome['asked'] !== true) {
    return end(job_id, {
      ...outcome,
      message: `${outcome.message} (interrupted ${counted} times, max_attempts is ${max})`,
    });
  }
  const not_before = new Date(around.nowMs).toISOString();
  return { action: { do: 'again', job_id, outcome, again: { how, why: 'interrupted', not_before } } };
}
