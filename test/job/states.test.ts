// The one table of transitions, SYS_19's words for the states, and the diagram drawn from the table.
import { describe, expect, test } from 'vitest';
import type { State } from '../../src/job/states.ts';
import {
  isFinal,
  isState,
  MEANINGS,
  STATES,
  STATUSES,
  stateDiagram,
  statusOf,
  TRANSITIONS,
} from '../../src/job/states.ts';

/** Written out once more, so that a slip in the table shows. */
const ALLOWED: Record<State, State[]> = {
  submitted: ['queued', 'cancelled', 'lost'],
  queued: ['running', 'failed', 'cancelled', 'lost'],
  running: ['queued', 'completed', 'failed', 'cancelled', 'lost'],
  completed: [],
  failed: [],
  cancelled: [],
  lost: ['queued', 'running', 'completed', 'failed', 'cancelled'],
};

const pairs = STATES.flatMap((from) => STATES.map((to) => ({ from, to, may: ALLOWED[from].includes(to) })));

test.each(pairs)('$from -> $to: $may', ({ from, to, may }) => {
  expect(TRANSITIONS[from].includes(to)).toBe(may);
});

test.each([
  { state: 'submitted', status: 'submitted', final: false },
  { state: 'queued', status: 'submitted', final: false },
  { state: 'running', status: 'running', final: false },
  { state: 'completed', status: 'completed', final: true },
  { state: 'failed', status: 'failed', final: true },
  { state: 'cancelled', status: 'failed', final: true },
  { state: 'lost', status: 'failed', final: false },
] as const)('$state is "$status" for readers of SYS_19, final: $final', ({ state, status, final }) => {
  expect(statusOf(state)).toBe(status);
  expect(isFinal(state)).toBe(final);
});

test('every state has one of the four words, and says what it means', () => {
  expect(STATUSES).toEqual(['submitted', 'running', 'completed', 'failed']);
  for (const state of STATES) {
    expect(STATUSES).toContain(statusOf(state));
    expect(MEANINGS[state]).not.toBe('');
  }
});

test('a state is told from other words', () => {
  expect(STATES.every(isState)).toBe(true);
  expect(['done', '', 'Queued', 'toString'].some(isState)).toBe(false);
});

describe('the diagram', () => {
  test('has an edge for each transition, a beginning and an end for each final state', () => {
    expect(stateDiagram()).toBe(
      [
        'stateDiagram-v2',
        '  [*] --> submitted',
        '  submitted --> queued',
        '  submitted --> cancelled',
        '  submitted --> lost',
        '  queued --> running',
        '  queued --> failed',
        '  queued --> cancelled',
        '  queued --> lost',
        '  running --> queued',
        '  running --> completed',
        '  running --> failed',
        '  running --> cancelled',
        '  running --> lost',
        '  lost --> queued',
        '  lost --> running',
        '  lost --> completed',
        '  lost --> failed',
        '  lost --> cancelled',
        '  completed --> [*]',
        '  failed --> [*]',
        '  cancelled --> [*]',
      ].join('\n'),
    );
  });
});
