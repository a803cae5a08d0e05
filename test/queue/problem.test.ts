// Which problems a daemon has not told yet.
import { expect, test } from 'vitest';
import type { Problem } from '../../src/queue/problem.ts';
import { newProblems } from '../../src/queue/problem.ts';

const problem = (file: string, reason = 'is torn'): Problem => ({
  kind: 'broken-request',
  file,
  reason,
  remedy: '',
});

test('a problem is new until it was there at the last look, and again once it has come back', () => {
  const [a, b] = [problem('a'), problem('b')];
  expect(newProblems([], [a])).toEqual([a]);
  expect(newProblems([a], [a, b])).toEqual([b]);
  expect(newProblems([a], [problem('a', 'is empty')])).toHaveLength(1);
  expect(newProblems([b], [a])).toEqual([a]);
});
