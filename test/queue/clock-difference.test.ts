// How far a runner's clock is behind ours, from what it says when it is heard.
import { expect, test } from 'vitest';
import type { ClockSamples } from '../../src/queue/clock-difference.ts';
import { addSample, clockBehindS } from '../../src/queue/clock-difference.ts';

const WALL = Date.parse('2026-02-10T14:30:00Z');

/** The samples of signs that were under way for so many seconds, from a clock so far behind. */
function heard(
  delays: readonly number[],
  behindS: number,
  boot_id = 'b',
  before?: ClockSamples,
): ClockSamples | undefined {
  return delays.reduce<ClockSamples | undefined>((samples, delayS, index) => {
    const wallMs = WALL + index * 30_000;
    const clock = new Date(wallMs - (delayS + behindS) * 1000).toISOString();
    return addSample(samples, { boot_id, clock }, wallMs);
  }, before);
}

test.each([
  {
    name: 'a clock that agrees is behind by the shortest way',
    delays: [14, 2.5, 300],
    behindS: 0,
    says: 2.5,
  },
  { name: 'a clock that is behind', delays: [3, 1, 9], behindS: 60, says: 61 },
  { name: 'a clock that is ahead', delays: [3, 1, 9], behindS: -60, says: -59 },
])('$name', ({ delays, behindS, says }) => {
  expect(clockBehindS(heard(delays, behindS))).toBe(says);
});

test('nothing is known before the first sign', () => {
  expect(clockBehindS(undefined)).toBeUndefined();
});

test('only the last twenty count: a clock drifts', () => {
  const old = heard([0.5], 0);
  const nineteen = heard(
    Array.from({ length: 19 }, () => 5),
    0,
    'b',
    old,
  );
  expect(clockBehindS(nineteen)).toBe(0.5);
  expect(clockBehindS(heard([5], 0, 'b', nineteen))).toBe(5);
});

test('another start of the machine may have another clock', () => {
  expect(clockBehindS(heard([7], 0, 'another', heard([1], 0)))).toBe(7);
});
