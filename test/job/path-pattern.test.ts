// Which texts are patterns of paths below a job's directory.
import { expect, test } from 'vitest';
import { pathPatternProblem } from '../../src/job/path-pattern.ts';

test.each([
  '*',
  '3_results/*.csv',
  '2_iterations/**/*.op2',
  'a b/ü?.txt',
  '..a/b..',
  '.hidden',
  '!x',
  '{a,b}/[cd]',
  '**/*a*b*/**',
])('%s is one', (text) => {
  expect(pathPatternProblem(text)).toBeUndefined();
});

test.each([
  { text: '', problem: 'is empty' },
  { text: '3_results\\*.csv', problem: 'has a backslash: the parts of a path are separated by /' },
  { text: '/tmp/*', problem: 'should be relative to the directory of the job' },
  { text: 'C:/results/*', problem: 'should be relative to the directory of the job' },
  { text: 'c:*', problem: 'should be relative to the directory of the job' },
  { text: '../*', problem: 'leaves the directory of the job' },
  { text: 'a/../*', problem: 'leaves the directory of the job' },
  { text: 'a/..', problem: 'leaves the directory of the job' },
  { text: 'a\n*', problem: 'has a control character' },
  { text: '\u0000', problem: 'has a control character' },
  { text: 'a/*b*c*d*/e', problem: 'has more than 3 stars in "*b*c*d*"' },
  { text: '**/a/**/b/**/c/**', problem: 'has ** more than 3 times' },
])('$text is none', ({ text, problem }) => {
  expect(pathPatternProblem(text)).toBe(problem);
});
