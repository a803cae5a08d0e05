// How a job ended, decided from what the supervisor saw and which expected outputs are there.
import * as z from 'zod/mini';
import { moment } from './fields.ts';
import type { State } from './states.ts';

export const OUTCOME_KINDS = [
  'completed',
  'failed',
  'cancelled',
  'timed-out',
  'stalled',
  'interrupted',
  'rejected',
] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

const ERROR_CLASSES = [
  'script',
  'inputs',
  'licence',
  'environment',
  'timeout',
  'stall',
  'interrupted',
  'cancelled',
  'signature',
] as const;

export const outcomeSchema = z.looseObject({
  kind: z.enum(OUTCOME_KINDS),
  exit_code: z.optional(z.nullable(z.number())),
  signal: z.optional(z.nullable(z.string())),
  error_class: z.optional(z.enum(ERROR_CLASSES)),
  message: z.string(),
  log_tail: z.optional(z.array(z.string())),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a supervisor writes when the attempt it owns is over: `exit.json`. */
export const exitSchema = z.looseObject({
  exit_code: z.nullable(z.number()),
  signal: z.nullable(z.string()),
  ended_by: z.enum(['itself', 'cancel', 'timeout', 'spawn-error', 'interrupted']),
  message: z.optional(z.string()),
  started_at: moment,
  finished_at: moment,
});
export type Exit = z.infer<typeof exitSchema>;

/** Lines of the log that an outcome carries. */
export const LOG_TAIL_LINES = 40;

function failure(exit: Exit, message: string, rest: Partial<Outcome>): Outcome {
  return {
    kind: 'failed',
    error_class: 'script',
    exit_code: exit.exit_code,
    signal: exit.signal,
    message,
    ...rest,
  };
}

/** The outcome of an attempt that ended; `missing` are the `expect` paths that are not there. */
export function decideOutcome(exit: Exit, missing: readonly string[], logTail: readonly string[]): Outcome {
  return { ...verdict(exit, missing), ...(logTail.length > 0 && { log_tail: [...logTail] }) };
}

function verdict(exit: Exit, missing: readonly string[]): Outcome {
  switch (exit.ended_by) {
    case 'cancel':
      return failure(exit, exit.message ?? 'cancelled', { kind: 'cancelled', error_class: 'cancelled' });
    case 'timeout':
      return failure(exit, exit.message ?? 'ran longer than timeout_s', {
        kind: 'timed-out',
        error_class: 'timeout',
      });
    case 'spawn-error':
      return failure(exit, exit.message ?? 'the command could not be started', {
        error_class: 'environment',
      });
    case 'interrupted':
      return failure(exit, exit.message ?? 'interrupted', {
        kind: 'interrupted',
        error_class: 'interrupted',
      });
    case 'itself':
      return exit.exit_code === 0 ? afterSuccess(exit, missing) : failure(exit, endText(exit), {});
  }
}

function endText(exit: Exit): string {
  return exit.signal
    ? `the script was ended by ${exit.signal}`
    : `the script ended with exit code ${exit.exit_code}`;
}

function afterSuccess(exit: Exit, missing: readonly string[]): Outcome {
  if (missing.length > 0) {
    return failure(exit, `exit code 0, but expected outputs are missing: ${missing.join(', ')}`, {});
  }
  return { kind: 'completed', exit_code: 0, signal: null, message: 'completed' };
}

/** The state a job is in once it has this outcome. */
export function stateAfter(outcome: Outcome): State {
  if (outcome.kind === 'completed') return 'completed';
  return outcome.kind === 'cancelled' ? 'cancelled' : 'failed';
}
