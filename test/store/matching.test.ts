// Patterns of paths, as a table of what fits.
import { expect, test } from 'vitest';
import { pathMatcher } from '../../src/store/matching.ts';

test.each([
  { pattern: '3_results/*.csv', path: '3_results/a.csv', fits: true },
  { pattern: '3_results/*.csv', path: '3_results/x/a.csv', fits: false },
  { pattern: '3_Results/*.CSV', path: '3_results/a.csv', fits: true },
  { pattern: '*.csv', path: '3_results/a.csv', fits: false },
  { pattern: '*', path: '.hidden', fits: true },
  { pattern: '**', path: 'a/.b/c', fits: true },
  { pattern: '1_setup/**', path: '1_setup/model/a.prt', fits: true },
  { pattern: '1_setup', path: '1_setup/a.prt', fits: false },
  { pattern: '2_iterations/**/*.op2', path: '2_iterations/trial_1/x/a.op2', fits: true },
  { pattern: '2_iterations/**/*.op2', path: '2_iterations/a.op2', fits: true },
  { pattern: '{a,b}/?.c', path: 'b/c.c', fits: true },
  { pattern: 'a[12].csv', path: 'a2.csv', fits: true },
  { pattern: '[!a].csv', path: 'a.csv', fits: false },
  { pattern: '[^a].csv', path: 'b.csv', fits: true },
  { pattern: 'a[.csv', path: 'a[.csv', fits: true },
  { pattern: 'run (1).csv', path: 'run (1).csv', fits: true },
  { pattern: 'a+b$^@!|.csv', path: 'a+b$^@!|.csv', fits: true },
  { pattern: '!a/*.csv', path: 'b/b.csv', fits: false },
  { pattern: '(a+)+b', path: 'aab', fits: false },
  { pattern: '[a]+b', path: 'aab', fits: false },
])('$pattern and $path: $fits', ({ pattern, path, fits }) => {
  expect(pathMatcher([pattern])(path)).toBe(fits);
});

test('one of several patterns is enough, and none fits nothing', () => {
  expect(pathMatcher(['*.csv', '*.txt'])('a.txt')).toBe(true);
  expect(pathMatcher([])('a.txt')).toBe(false);
});
