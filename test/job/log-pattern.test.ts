// Which texts are patterns for a line of the log.
import { expect, test } from 'vitest';
import { logPatternProblem } from '../../src/job/log-pattern.ts';

test.each(['FATAL', '^ *(SYSTEM|USER) FATAL', 'a.*b', '\\d+ errors$', '^.$', 'x'.repeat(500)])(
  '%s is one',
  (text) => {
    expect(logPatternProblem(text)).toBeUndefined();
  },
);

test.each([
  { text: '', problem: 'is empty and would fit every line' },
  { text: '.*', problem: 'fits an empty line, and so every line' },
  { text: 'FATAL|', problem: 'fits an empty line, and so every line' },
  { text: '^', problem: 'fits an empty line, and so every line' },
  { text: '(FATAL', problem: 'is no regular expression (Unterminated group)' },
  { text: '*', problem: 'is no regular expression (Nothing to repeat)' },
  { text: '[z-a]', problem: 'is no regular expression (Range out of order in character class)' },
  { text: 'x'.repeat(501), problem: 'is longer than 500 characters' },
])('$text is none', ({ text, problem }) => {
  expect(logPatternProblem(text)).toBe(problem);
});
