// A machine with plenty of everything, in a time zone that is so many hours off UTC the whole year.
import type { Machine } from '../../src/system/machine.ts';

export interface FakeMachine extends Machine {
  /** What a test may set: memory in MB, processors, and the hours that local time is ahead of UTC. */
  has: { freeMemoryMb: number; totalMemoryMb: number; cpus: number; hoursAhead: number };
  /** The minute of the week whatever the time is; undefined: what the time says. */
  weekMinuteIs: number | undefined;
}

const HOUR_MS = 3_600_000;
/** Wednesday, noon. */
const NOON = (3 * 24 + 12) * 60;

export function fakeMachine(): FakeMachine {
  const has = { freeMemoryMb: 64_000, totalMemoryMb: 128_000, cpus: 64, hoursAhead: 0 };
  const shifted = (ms: number) => new Date(ms + has.hoursAhead * HOUR_MS);
  const machine: FakeMachine = {
    has,
    weekMinuteIs: NOON,
    freeMemoryMb: () => has.freeMemoryMb,
    totalMemoryMb: () => has.totalMemoryMb,
    cpus: () => has.cpus,
    weekMinute: (nowMs) => {
      const at = shifted(nowMs);
      return machine.weekMinuteIs ?? (at.getUTCDay() * 24 + at.getUTCHours()) * 60 + at.getUTCMinutes();
    },
    wallTime: (ms) => {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = shifted(ms)
        .toISOString()
        .split(/\D/)
        .map(Number);
      return { year, month, day, hour, minute, second };
    },
    momentOf: ({ year, month, day, hour, minute, second }) =>
      Date.UTC(year, month - 1, day, hour, minute, second) - has.hoursAhead * HOUR_MS,
  };
  return machine;
}
