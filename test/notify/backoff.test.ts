// When a message is tried again, and when it is given up.
import { expect, test } from 'vitest';
import { delayMs, isDue, isGivenUp } from '../../src/notify/backoff.ts';

const policy = { backoff_s: 5, backoff_max_s: 900, retry_max_h: 24 };
const HOUR_MS = 3_600_000;

test.each([
  { name: 'the first time', tries: 1, chance: 0.5, s: 5 },
  { name: 'with less luck', tries: 1, chance: 0, s: 3.75 },
  { name: 'with more', tries: 1, chance: 1, s: 6.25 },
  { name: 'the fourth time', tries: 4, chance: 0.5, s: 40 },
  { name: 'for long', tries: 9, chance: 0.5, s: 900 },
  { name: 'for ever', tries: 5000, chance: 1, s: 900 },
  { name: 'asked to wait', tries: 1, asked: 60, chance: 0.5, s: 60 },
  { name: 'asked to wait less', tries: 4, asked: 1, chance: 0.5, s: 40 },
  { name: 'asked to wait longer than the longest of our own', tries: 1, asked: 1800, chance: 0.5, s: 1800 },
  { name: 'asked to wait for ever', tries: 1, asked: 1e9, chance: 0.5, s: 3600 },
])('$name: $s s', ({ tries, asked, chance, s }) => {
  expect(delayMs(tries, asked, policy, () => chance)).toBe(s * 1000);
});

test.each([
  { name: 'in time', tries: 50, hours: 23.9, given: false },
  { name: 'after the time', tries: 50, hours: 24, given: true },
  { name: 'after the time, but hardly tried', tries: 4, hours: 100, given: false },
])('given up $name: $given', ({ tries, hours, given }) => {
  expect(isGivenUp(tries, 0, hours * HOUR_MS, policy)).toBe(given);
});

test.each([
  { name: 'now', nextMs: 1000, due: true },
  { name: 'in a moment', nextMs: 1001, due: false },
  { name: 'within an hour', nextMs: HOUR_MS, due: false },
  { name: 'later than anything waits: the clock was set', nextMs: 2 * HOUR_MS, due: true },
])('due $name: $due', ({ nextMs, due }) => {
  expect(isDue(nextMs, 1000, policy)).toBe(due);
});
