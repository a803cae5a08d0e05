// What the runner tries in vain is told by its presence.
import { expect, test } from 'vitest';
import type { Failing } from '../../src/runner/failing.ts';
import { failingNow, noteFailure } from '../../src/runner/failing.ts';
import { readPresence } from '../../src/store/presences.ts';
import type { Files } from '../../src/system/files.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { oneMachine } from './one-machine.ts';

test('a publication that fails three times in a row is told, and no more once it works', async () => {
  let full = true;
  const seenBy = (files: Files): Files => ({
    ...files,
    rename: (from, to) => {
      if (full && to.endsWith('SHA256SUMS') && to.includes('inbox'))
        throw new Error('ENOSPC: the disk is full');
      return files.rename(from, to);
    },
  });
  const here = await oneMachine({ seenBy });
  await makeOrder(here.disk, here.layout, { job_id: 'job-a' });
  const failing = () => readPresence(here.disk.files, here.layout, 'station')?.failing;
  const failures = () => here.lines.filter(({ facts }) => facts['action'] === 'publish');
  expect(await here.until(() => failures().length === 2)).toBe(true);
  expect(failing()).toBeUndefined();
  expect(await here.until(() => failing() !== undefined)).toBe(true);
  expect(failures().length).toBeGreaterThanOrEqual(3);
  const since = failing()?.[0]?.since ?? '';
  expect(failing()).toEqual([
    { job_id: 'job-a', action: 'publish', error: 'ENOSPC: the disk is full', since },
  ]);
  expect(Date.parse(since)).toBeLessThan(here.disk.clock.now());
  full = false;
  expect(await here.until(() => failing() === undefined)).toBe(true);
  expect(await here.until(() => here.archived('job-a') !== undefined)).toBe(true);
});

test('the longest failing are told, at most 20, with so much of the error as a person reads', () => {
  const failing: Failing = new Map();
  for (let count = 0; count < 30; count++) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, 60 - count)).toISOString();
    for (let times = 0; times < 3; times++) {
      expect(
        failing.get(`job-${count}`) && failingNow(failing).find(({ since }) => since === at),
      ).toBeUndefined();
      noteFailure(failing, { do: 'publish', job_id: `job-${count}` }, new Error('x'.repeat(9999)), at);
    }
  }
  const told = failingNow(failing);
  expect(told.map(({ job_id }) => job_id)).toEqual(Array.from({ length: 20 }, (_, at) => `job-${29 - at}`));
  expect(told[0]?.error.length).toBe(500);
});
