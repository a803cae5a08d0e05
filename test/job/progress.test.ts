// What a script says of its progress, and the time that is left.
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/job/progress.ts';
import { afterLine, withEta } from '../../src/job/progress.ts';

const START: Progress = { percent: 10, message: 'meshing' };

describe('a line of the log', () => {
  test.each<{ line: string; adds: Progress }>([
    { line: 'jobq_progress: 45', adds: { percent: 45 } },
    { line: 'jobq_progress: 45.678 %', adds: { percent: 45.7 } },
    { line: 'jobq_progress:7', adds: { percent: 7 } },
    { line: 'jobq_progress: 0', adds: { percent: 0 } },
    { line: 'jobq_progress: 250', adds: { percent: 100 } },
    { line: 'jobq_progress: -3', adds: { percent: 0 } },
    { line: 'jobq_progress: 45\r', adds: { percent: 45 } },
    { line: 'jobq_status: solving model 3 of 5  ', adds: { message: 'solving model 3 of 5' } },
    { line: 'jobq_status:', adds: { message: '' } },
    { line: 'jobq_trial: 12/50', adds: { trial: 12, trials: 50, percent: 24 } },
    { line: 'jobq_trial: 12 / 50 best=1.5e-3', adds: { trial: 12, trials: 50, percent: 24, best: 0.0015 } },
    { line: 'jobq_trial: 1/3 best=-2', adds: { trial: 1, trials: 3, percent: 33.3, best: -2 } },
    { line: 'jobq_trial: 60/50', adds: { trial: 60, trials: 50, percent: 100 } },
    { line: 'jobq_trial: 7', adds: { trial: 7 } },
    { line: 'jobq_trial: 7 best=3', adds: { trial: 7, best: 3 } },
    { line: 'jobq_trial: 0/0', adds: { trial: 0, trials: 0 } },
  ])('"$line" adds $adds', ({ line, adds }) => {
    expect(afterLine(START, line)).toEqual({ ...START, ...adds });
  });

  test.each([
    'jobq_progress: soon',
    'jobq_progress:',
    'jobq_progress: NaN',
    'jobq_progress: 1e999',
    'jobq_trial: last',
    'jobq_trial:',
    'jobq_eta: 5',
    ' jobq_progress: 45',
    'INFO jobq_progress: 45',
    'JOBQ_PROGRESS: 45',
    'Trial 3 finished with value 5.',
    '',
    '\0\ufffd\x1b[31m',
  ])('"%s" changes nothing', (line) => {
    expect(afterLine(START, line)).toEqual(START);
  });

  test.each(['nan', 'NaN', 'inf', 'Infinity', 'none'])('best=%s keeps the best so far', (best) => {
    expect(afterLine({ best: 2 }, `jobq_trial: 3/4 best=${best}`)).toEqual({
      best: 2,
      trial: 3,
      trials: 4,
      percent: 75,
    });
  });

  test('the number of trials is remembered for lines that leave it out', () => {
    expect(afterLine(afterLine({}, 'jobq_trial: 1/4'), 'jobq_trial: 2')).toEqual({
      trial: 2,
      trials: 4,
      percent: 50,
    });
  });

  test('the progress before is left as it was', () => {
    const before = Object.freeze({ percent: 1 });
    expect(afterLine(before, 'jobq_progress: 2')).toEqual({ percent: 2 });
    expect(before).toEqual({ percent: 1 });
  });
});

test.each([
  { name: 'nothing while no share is known', progress: {}, eta: undefined },
  { name: 'nothing in the first percent', progress: { percent: 0.9 }, eta: undefined },
  { name: '99 times as long after one percent', progress: { percent: 1 }, eta: 5940 },
  { name: 'as long again after half', progress: { percent: 50 }, eta: 60 },
  { name: 'whole seconds', progress: { percent: 70 }, eta: 26 },
  { name: 'nothing at the end', progress: { percent: 100 }, eta: undefined },
  { name: 'what somebody has told already', progress: { percent: 50, eta_s: 7 }, eta: 7 },
])('the time left after a minute: $name', ({ progress, eta }) => {
  expect(withEta(progress, 60)).toEqual(eta === undefined ? progress : { ...progress, eta_s: eta });
});
