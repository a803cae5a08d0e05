// Expressions against lines, the real thing: it must come back from one that never ends.
import { expect, test } from 'vitest';
import { systemClock } from '../../src/system/clock.ts';
import { findLine } from '../../src/system/patterns.ts';

const LINES = ['begin', 'a FATAL error', 'another FATAL error'];

test.each([
  { pattern: /FATAL/, index: 1 },
  { pattern: /^begin$/, index: 0 },
  { pattern: /licen[cs]e/i, index: -1 },
])('$pattern is found at $index', ({ pattern, index }) => {
  expect(findLine(pattern, LINES, 1000)).toBe(index);
});

test('an expression that backtracks for ever is given up, and the next one is not hurt', () => {
  const begun = systemClock.monotonic();
  expect(findLine(/^(a+)+$/, ['', `${'a'.repeat(60)}b`], 200)).toBeUndefined();
  expect(systemClock.monotonic() - begun).toBeGreaterThanOrEqual(190);
  expect(findLine(/FATAL/, LINES, 1000)).toBe(1);
});
