// How retries are named and found.
import { describe, expect, test } from 'vitest';
import type { Kin } from '../../src/job/retry.ts';
import {
  directRetries,
  freeRetryId,
  isNamedAsRetryOf,
  RETRY_CLASSES,
  retriesAfter,
  retryId,
  retryNameOf,
  retryNamesAmong,
} from '../../src/job/retry.ts';

describe('the place of a job among its retries', () => {
  test.each([
    {
      name: 'a job that repeats none is its own root',
      id: 'job-a',
      retryOf: undefined,
      root: 'job-a',
      number: 0,
    },
    { name: 'a retry counts from its root', id: 'job-a-r1', retryOf: 'job-a', root: 'job-a', number: 1 },
    { name: 'a retry of a retry, too', id: 'job-a-r12', retryOf: 'job-a-r11', root: 'job-a', number: 12 },
    {
      name: 'a job with such a name that repeats none is its own root',
      id: 'job-a-r1',
      retryOf: undefined,
      root: 'job-a-r1',
      number: 0,
    },
    {
      name: 'a job that repeats another under a name of its own is its own root',
      id: 'job-b',
      retryOf: 'job-a',
      root: 'job-b',
      number: 0,
    },
    { name: 'no retry has the number 0', id: 'job-a-r0', retryOf: 'job-a', root: 'job-a-r0', number: 0 },
  ])('$name', ({ id, retryOf, root, number }) => {
    expect(retryNameOf(id, retryOf)).toEqual({ root, number });
    expect(number === 0 || retryId({ root, number }) === id).toBe(true);
  });
});

test('the first id that nobody has is free', () => {
  const taken = ['a-r1', 'a-r2', 'a-r4'];
  const free = (number: number) => freeRetryId({ root: 'a', number }, (id) => taken.includes(id));
  expect([free(0), free(2), free(3)]).toEqual(['a-r3', 'a-r3', 'a-r5']);
});

/** Jobs and what each repeats. */
function kin(jobs: Record<string, string | undefined>): Kin {
  return { names: retryNamesAmong(Object.keys(jobs)), retryOf: (id) => jobs[id] };
}

describe('the retries of a job', () => {
  const jobs = kin({
    a: undefined,
    'a-r10': 'a-r2',
    'a-r2': 'a',
    'a-r1': 'a',
    'a-r3': undefined, // just called so
    'a-r4': 'other',
    'b-r1': 'a',
    'a-r1-r1': 'a-r1',
  });

  test.each([
    { of: 'a', all: ['a-r1', 'a-r2', 'a-r10'], direct: ['a-r1', 'a-r2'] },
    { of: 'a-r1', all: ['a-r1-r1'], direct: ['a-r1-r1'] },
    { of: 'a-r2', all: ['a-r10'], direct: ['a-r10'] },
    { of: 'a-r10', all: [], direct: [] },
    { of: 'nobody', all: [], direct: [] },
  ])('of $of are $all, in the order of their numbers', ({ of, all, direct }) => {
    expect(retriesAfter(of, jobs)).toEqual(all);
    expect(directRetries(of, jobs)).toEqual(direct);
  });

  test('are not looked for in orders whose names say that they are none', () => {
    const read: string[] = [];
    const names = retryNamesAmong(['a', 'b', 'b-r1', 'c-r1', 'a-r1']);
    retriesAfter('a', { names, retryOf: (id) => void read.push(id) });
    expect(read).toEqual(['a-r1']);
  });
});

test('a name says whose retry it may be', () => {
  expect(isNamedAsRetryOf('a-r1', 'a')).toBe(true);
  expect(isNamedAsRetryOf('a-r1x', 'a')).toBe(false);
  expect(isNamedAsRetryOf('a-r1-r1', 'a')).toBe(false);
});

test('everything may be tried again but what was cancelled', () => {
  expect(RETRY_CLASSES).toContain('lost');
  expect(RETRY_CLASSES).toContain('stall');
  expect(RETRY_CLASSES).not.toContain('cancelled');
});
