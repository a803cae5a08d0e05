// What a study tells of the progress of a script.
import { describe, expect, test } from 'vitest';
import type { StudyFacts } from '../../src/job/study.ts';
import { progressOfStudy } from '../../src/job/study.ts';

const study = (facts: Partial<StudyFacts> = {}): StudyFacts => ({
  finished: 10,
  best: 1.5,
  total: null,
  durations_s: [10, 20, 30],
  ...facts,
});

describe('the progress of a study', () => {
  test('is the trials that are over, and the best value', () => {
    expect(progressOfStudy(study(), [])).toEqual({ trial: 10, best: 1.5 });
  });

  test('has no best value before there is one', () => {
    expect(progressOfStudy(study({ finished: 0, best: null }), [])).toEqual({ trial: 0 });
  });

  test('has share and time left where the study says how many trials there are to be', () => {
    const progress = { trial: 10, best: 1.5, trials: 40, percent: 25, eta_s: 600 };
    expect(progressOfStudy(study({ total: 40 }), ['--trials', '99'])).toEqual(progress);
  });

  test.each([
    ['--trials', '40'],
    ['--start', '--trials', '40', '-v'],
    ['--n-trials', '40'],
    ['--n_trials', '40'],
    ['--trials=40'],
    ['--n-trials=40'],
  ])('takes the number from the arguments %s %s %s %s', (...args) => {
    expect(progressOfStudy(study(), args)).toMatchObject({ trials: 40, percent: 25, eta_s: 600 });
  });

  test.each([
    ['--trials'],
    ['--trials='],
    ['--trials', 'many'],
    ['--trials', '-5'],
    ['--trials', '0'],
    ['--trials', '1e3'],
    ['--trialset', '40'],
    ['trials', '40'],
    ['--trials', '9'],
  ])('takes none from %s %s', (...args) => {
    expect(progressOfStudy(study(), args)).toEqual({ trial: 10, best: 1.5 });
  });

  test.each([
    {
      name: 'no time left before a trial has taken any',
      facts: { finished: 0, durations_s: [] },
      eta: undefined,
    },
    { name: 'none left at the end', facts: { finished: 40 }, eta: 0 },
    { name: 'none left beyond it', facts: { finished: 41 }, eta: 0 },
    { name: 'the mean of the last trials for each that is left', facts: { finished: 39 }, eta: 20 },
  ])('tells $name', ({ facts, eta }) => {
    const progress = progressOfStudy(study({ total: 40, ...facts }), []);
    expect(progress.eta_s).toBe(eta);
    expect(progress.percent).toBeLessThanOrEqual(100);
  });
});
