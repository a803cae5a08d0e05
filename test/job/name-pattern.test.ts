// Which patterns fit which names.
import { expect, test } from 'vitest';
import { nameFits } from '../../src/job/name-pattern.ts';

test.each<{ patterns: string[] | undefined; name: string | undefined; fits: boolean }>([
  { patterns: undefined, name: 'm1', fits: true },
  { patterns: undefined, name: undefined, fits: true },
  { patterns: [], name: 'm1', fits: false },
  { patterns: ['*'], name: undefined, fits: false },
  { patterns: ['*'], name: 'm1', fits: true },
  { patterns: ['m1'], name: 'm1', fits: true },
  { patterns: ['m1'], name: 'm10', fits: false },
  { patterns: ['m1'], name: 'am1', fits: false },
  { patterns: ['m1*'], name: 'm1', fits: true },
  { patterns: ['m1*'], name: 'm10', fits: true },
  { patterns: ['m1*'], name: 'am10', fits: false },
  { patterns: ['*wing'], name: 'left wing', fits: true },
  { patterns: ['*wing'], name: 'wings', fits: false },
  { patterns: ['a*b*c'], name: 'a-b-c', fits: true },
  { patterns: ['a*b*c'], name: 'acb', fits: false },
  { patterns: ['a*b*c'], name: 'a-c', fits: false },
  { patterns: ['ab*ba'], name: 'aba', fits: false },
  { patterns: ['a.c'], name: 'abc', fits: false },
  { patterns: ['x', 'y*'], name: 'yes', fits: true },
  { patterns: ['M1'], name: 'm1', fits: false },
])('$patterns and $name: $fits', ({ patterns, name, fits }) => {
  expect(nameFits(patterns, name)).toBe(fits);
});

test('a pattern of many stars is soon done with a long name', () => {
  expect(nameFits([`${'a*'.repeat(40)}b`], 'a'.repeat(100_000))).toBe(false);
});
