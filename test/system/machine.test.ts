// What the machine tells of itself: units, and the wall clock of its zone.
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { availableBytes, systemMachine } from '../../src/system/machine.ts';

afterEach(() => vi.unstubAllEnvs());

test('memory is in MB, and what is free is less than all', () => {
  expect(systemMachine.totalMemoryMb()).toBe(totalmem() / 1_000_000);
  expect(systemMachine.freeMemoryMb()).toBeGreaterThan(10);
  expect(systemMachine.freeMemoryMb()).toBeLessThan(systemMachine.totalMemoryMb());
});

test('memory that caches would give back counts as free', () => {
  const meminfo = 'MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n';
  expect(availableBytes(meminfo)).toBe(8_192_000_000);
  expect(availableBytes('MemTotal:       16000000 kB\n')).toBeUndefined();
});

test('on Linux that is what is told', (context) => {
  if (process.platform !== 'linux') context.skip('only Linux has /proc/meminfo');
  expect(availableBytes(readFileSync('/proc/meminfo', 'utf8'))).toBeGreaterThan(10_000_000);
});

test('there is a processor', () => {
  expect(Number.isInteger(systemMachine.cpus()) && systemMachine.cpus() > 0).toBe(true);
});

describe('the wall clock', () => {
  const moment = Date.parse('2026-02-10T23:30:22Z');

  test.each([
    { zone: 'UTC', minute: (2 * 24 + 23) * 60 + 30, wall: [2026, 2, 10, 23, 30, 22] },
    { zone: 'Europe/Berlin', minute: 3 * 24 * 60 + 30, wall: [2026, 2, 11, 0, 30, 22] },
    { zone: 'America/New_York', minute: (2 * 24 + 18) * 60 + 30, wall: [2026, 2, 10, 18, 30, 22] },
    { zone: 'Asia/Kolkata', minute: (3 * 24 + 5) * 60, wall: [2026, 2, 11, 5, 0, 22] },
  ])('of $zone', ({ zone, minute, wall }) => {
    vi.stubEnv('TZ', zone);
    const shown = systemMachine.wallTime(moment);
    expect(systemMachine.weekMinute(moment)).toBe(minute);
    expect(Object.values(shown)).toEqual(wall);
    expect(systemMachine.momentOf(shown)).toBe(moment);
  });

  test('begins its week on Sunday', () => {
    vi.stubEnv('TZ', 'UTC');
    expect(systemMachine.weekMinute(Date.parse('2026-02-08T00:00:59Z'))).toBe(0);
    expect(systemMachine.weekMinute(Date.parse('2026-02-07T23:59:59Z'))).toBe(7 * 1440 - 1);
  });

  test('goes on to the next month, and over the hour that spring skips', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    const at = (month: number, day: number, hour: number) =>
      new Date(systemMachine.momentOf({ year: 2026, month, day, hour, minute: 30, second: 0 })).toISOString();
    expect(at(2, 29, 12)).toBe('2026-03-01T11:30:00.000Z');
    expect(at(3, 29, 2)).toBe('2026-03-29T01:30:00.000Z');
  });
});
