// Waiting time, with the sleep of the machine left out.
import { expect, test } from 'vitest';
import { newNaps, noteTick, waitedMs } from '../../src/runner/naps.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function waiting() {
  const disk = memoryDisk();
  const naps = newNaps();
  const startMs = disk.clock.now();
  return {
    since: new Date(startMs).toISOString(),
    tickAfter: (ms: number, pollMs = 2000) => {
      disk.clock.advance(ms);
      noteTick(naps, disk.clock.now(), pollMs);
    },
    waited: (since: string | undefined) => waitedMs({ disk, naps }, since),
  };
}

test('time in which the runner ticks counts', () => {
  const { since, tickAfter, waited } = waiting();
  tickAfter(0);
  for (let minute = 0; minute < 30; minute++) tickAfter(MINUTE);
  expect(waited(since)).toBe(30 * MINUTE);
});

test('a night in which the machine slept does not', () => {
  const { since, tickAfter, waited } = waiting();
  tickAfter(0);
  tickAfter(MINUTE);
  tickAfter(9 * HOUR);
  tickAfter(MINUTE);
  expect(waited(since)).toBe(2 * MINUTE);
});

test('sleep before the job was queued changes nothing', () => {
  const { tickAfter, waited } = waiting();
  tickAfter(0);
  tickAfter(9 * HOUR);
  const since = new Date(Date.parse(waiting().since) + 9 * HOUR).toISOString();
  tickAfter(MINUTE);
  expect(waited(since)).toBe(MINUTE);
});

test('a runner that looks every ten minutes does not sleep in between', () => {
  const { since, tickAfter, waited } = waiting();
  tickAfter(0, 600_000);
  tickAfter(10 * MINUTE, 600_000);
  expect(waited(since)).toBe(10 * MINUTE);
});

test('a clock that was set back makes no negative wait, and a job that was never queued waits for nothing', () => {
  const { since, tickAfter, waited } = waiting();
  tickAfter(HOUR);
  tickAfter(-2 * HOUR);
  expect(waited(since)).toBe(0);
  expect(waited(undefined)).toBe(0);
});
