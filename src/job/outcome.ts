// How a job ended, decided from what the supervisor saw and which expected outputs are there.
import * as z from 'zod/mini';
import { count, moment } from './fields.ts';
import type { State } from './states.ts';

export const OUTCOME_KINDS = [
  'completed',
  'failed',
  'cancelled',
  'timed-out',
  'stalled',
  'interrupted',
  'rejected',
  'abandoned',
] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export const ERROR_CLASSES = [
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

/** One process, told apart from a later one of the same id by when it began. */
export const processSchema = z.looseObject({
  pid: z.number(),
  /** When it began, in the words of the system; compared, never read. */
  started: z.string(),
  name: z.optional(z.string()),
});
export type ProcessId = z.infer<typeof processSchema>;

/** What was seen of a run that did not move any more. */
const stallEvidenceSchema = z.looseObject({
  /** How long nothing had moved. */
  quiet_s: z.number(),
  log_bytes: count,
  /** The file of the work directory that changed last, and how long ago that was. */
  newest_file: z.optional(z.string()),
  newest_file_age_s: z.optional(z.number()),
  /** Processor time of the whole tree; missing where the system does not tell. */
  cpu_s: z.optional(z.number()),
  processes: z.array(processSchema),
});
export type StallEvidence = z.infer<typeof stallEvidenceSchema>;

export const resourcesSchema = z.looseObject({
  cpu_s: z.optional(z.number()),
  peak_memory_mb: z.optional(z.number()),
});
export type Resources = z.infer<typeof resourcesSchema>;

export const outcomeSchema = z.looseObject({
  kind: z.enum(OUTCOME_KINDS),
  exit_code: z.optional(z.nullable(z.number())),
  signal: z.optional(z.nullable(z.string())),
  error_class: z.optional(z.enum(ERROR_CLASSES)),
  message: z.string(),
  log_tail: z.optional(z.array(z.string())),
  /** Processes that did not end by themselves and were ended. */
  killed: z.optional(z.array(processSchema)),
  evidence: z.optional(stallEvidenceSchema),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a supervisor writes when the attempt it owns is over: `exit.json`. */
export const exitSchema = z.looseObject({
  exit_code: z.nullable(z.number()),
  signal: z.nullable(z.string()),
  ended_by: z.enum(['itself', 'cancel', 'timeout', 'stall', 'spawn-error', 'interrupted']),
  message: z.optional(z.string()),
  killed: z.optional(z.array(processSchema)),
  /** How long processes that the script left running were waited for. */
  lingered_s: z.optional(z.number()),
  evidence: z.optional(stallEvidenceSchema),
  resources: z.optional(resourcesSchema),
  /** What the log and the outputs say against success; each names the line or the place. */
  findings: z.optional(
    z.looseObject({
      /** The first line that one of the fail patterns fits. */
      fail: z.optional(z.string()),
      /** The first line that says that there is no licence. */
      licence: z.optional(z.string()),
      /** The first number of a checked CSV file that is not finite. */
      not_finite: z.optional(z.string()),
    }),
  ),
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
  const { killed, evidence } = exit;
  return {
    ...verdict(exit, missing),
    ...(killed && killed.length > 0 && { killed }),
    ...(evidence && { evidence }),
    ...(logTail.length > 0 && { log_tail: [...logTail] }),
  };
}

function verdict(exit: Exit, missing: readonly string[]): Outcome {
  const ended = (message: string, rest: Partial<Outcome>) => failure(exit, exit.message ?? message, rest);
  switch (exit.ended_by) {
    case 'cancel':
      return ended('cancelled', { kind: 'cancelled', error_class: 'cancelled' });
    case 'timeout':
      return ended('ran longer than timeout_s', { kind: 'timed-out', error_class: 'timeout' });
    case 'stall':
      return ended('nothing moved for stall_timeout_s', { kind: 'stalled', error_class: 'stall' });
    case 'spawn-error':
      return ended('the command could not be started', { error_class: 'environment' });
    case 'interrupted':
      return ended('interrupted', { kind: 'interrupted', error_class: 'interrupted' });
    case 'itself':
      return endedItself(exit, missing);
  }
}

function endedItself(exit: Exit, missing: readonly string[]): Outcome {
  const reason = reasonToFail(exit, missing);
  if (reason === undefined) {
    const message = exit.message ? `completed; ${exit.message}` : 'completed';
    return { kind: 'completed', exit_code: 0, signal: null, message };
  }
  const licence = exit.findings?.licence;
  const also = [reason, ...(exit.message ? [exit.message] : [])].join('; ');
  if (licence === undefined) return failure(exit, also, {});
  return failure(exit, `no licence: ${licence} (${also})`, { error_class: 'licence' });
}

/** Success is exit code 0, every expected output there, and nothing said against it. */
function reasonToFail(exit: Exit, missing: readonly string[]): string | undefined {
  if (exit.exit_code !== 0) return endText(exit);
  const { fail, not_finite } = exit.findings ?? {};
  if (fail !== undefined) return `exit code 0, but the log says: ${fail}`;
  if (missing.length > 0) return `exit code 0, but expected outputs are missing: ${missing.join(', ')}`;
  return not_finite === undefined ? undefined : `exit code 0, but ${not_finite}`;
}

function endText(exit: Exit): string {
  return exit.signal
    ? `the script was ended by ${exit.signal}`
    : `the script ended with exit code ${exit.exit_code}`;
}

/** The state a job is in once it has this outcome. */
export function stateAfter(outcome: Outcome): State {
  if (outcome.kind === 'completed') return 'completed';
  return outcome.kind === 'cancelled' ? 'cancelled' : 'failed';
}
