// How a job ended: from what its supervisor saw, which outputs are there, and the end of the log.
import { describe, expect, test } from 'vitest';
import type { Exit, OutcomeKind } from '../../src/job/outcome.ts';
import {
  decideOutcome,
  exitSchema,
  LOG_TAIL_LINES,
  OUTCOME_KINDS,
  outcomeSchema,
  stateAfter,
} from '../../src/job/outcome.ts';

const at = { started_at: '2026-02-10T14:30:22Z', finished_at: '2026-02-10T15:30:22Z' };
const exit = (parts: Partial<Exit>): Exit => ({
  exit_code: 0,
  signal: null,
  ended_by: 'itself',
  ...at,
  ...parts,
});

describe('an attempt that', () => {
  test.each<{ name: string; exit: Exit; missing?: string[]; outcome: object }>([
    {
      name: 'ends with 0 and leaves all that was expected is completed',
      exit: exit({}),
      outcome: { kind: 'completed', exit_code: 0, signal: null, message: 'completed' },
    },
    {
      name: 'ends with 0 but leaves out what was expected has failed',
      exit: exit({}),
      missing: ['3_results/study.db', 'a.csv'],
      outcome: {
        kind: 'failed',
        error_class: 'script',
        exit_code: 0,
        signal: null,
        message: 'exit code 0, but expected outputs are missing: 3_results/study.db, a.csv',
      },
    },
    {
      name: 'ends with another code has failed, whatever is missing',
      exit: exit({ exit_code: 3 }),
      missing: ['a.csv'],
      outcome: {
        kind: 'failed',
        error_class: 'script',
        exit_code: 3,
        signal: null,
        message: 'the script ended with exit code 3',
      },
    },
    {
      name: 'is ended by a signal has failed',
      exit: exit({ exit_code: null, signal: 'SIGSEGV' }),
      outcome: {
        kind: 'failed',
        error_class: 'script',
        exit_code: null,
        signal: 'SIGSEGV',
        message: 'the script was ended by SIGSEGV',
      },
    },
    {
      name: 'is cancelled is cancelled, even when it ended with 0 then',
      exit: exit({ ended_by: 'cancel', message: 'not needed any more' }),
      outcome: {
        kind: 'cancelled',
        error_class: 'cancelled',
        exit_code: 0,
        signal: null,
        message: 'not needed any more',
      },
    },
    {
      name: 'is cancelled without a reason says so',
      exit: exit({ ended_by: 'cancel', exit_code: null, signal: 'SIGTERM' }),
      outcome: {
        kind: 'cancelled',
        error_class: 'cancelled',
        exit_code: null,
        signal: 'SIGTERM',
        message: 'cancelled',
      },
    },
    {
      name: 'runs too long is timed out',
      exit: exit({ ended_by: 'timeout', exit_code: 1 }),
      outcome: {
        kind: 'timed-out',
        error_class: 'timeout',
        exit_code: 1,
        signal: null,
        message: 'ran longer than timeout_s',
      },
    },
    {
      name: 'could not be started has failed by its environment',
      exit: exit({ ended_by: 'spawn-error', exit_code: null }),
      outcome: {
        kind: 'failed',
        error_class: 'environment',
        exit_code: null,
        signal: null,
        message: 'the command could not be started',
      },
    },
    {
      name: 'lost its supervisor was interrupted',
      exit: exit({ ended_by: 'interrupted', exit_code: null, message: 'crash or reboot' }),
      outcome: {
        kind: 'interrupted',
        error_class: 'interrupted',
        exit_code: null,
        signal: null,
        message: 'crash or reboot',
      },
    },
  ])('$name', ({ exit: seen, missing = [], outcome }) => {
    expect(exitSchema.safeParse(seen).success).toBe(true);
    expect(decideOutcome(seen, missing, [])).toEqual(outcome);
    expect(outcomeSchema.safeParse(outcome).success).toBe(true);
  });
});

test('what nobody knows of an outcome or an exit is kept', () => {
  const outcome = { kind: 'failed', message: 'x', core_dump: true };
  const seen = { ...exit({}), cpu_s: 5 };
  expect(outcomeSchema.parse(outcome)).toEqual(outcome);
  expect(exitSchema.parse(seen)).toEqual(seen);
});

test('the end of the log goes along, whatever the outcome', () => {
  for (const exit_code of [0, 1]) {
    expect(decideOutcome(exit({ exit_code }), [], ['one', 'two']).log_tail).toEqual(['one', 'two']);
    expect(decideOutcome(exit({ exit_code }), [], [])).not.toHaveProperty('log_tail');
  }
  expect(LOG_TAIL_LINES).toBe(40);
});

const AFTER: Record<OutcomeKind, string> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  'timed-out': 'failed',
  stalled: 'failed',
  interrupted: 'failed',
  rejected: 'failed',
  abandoned: 'failed',
};

test.each(OUTCOME_KINDS.map((kind) => ({ kind, state: AFTER[kind] })))(
  'after $kind a job is $state',
  ({ kind, state }) => {
    expect(stateAfter({ kind, message: '' })).toBe(state);
  },
);
