// What this machine has to give now, and what its wall clock shows. It knows nothing of jobs.
import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { WeekMinute } from '../job/schedule.ts';

/** A moment as the clock on the wall shows it: months and days count from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export interface Machine {
  /** Memory that programs can have now, in MB. */
  freeMemoryMb(): number;
  totalMemoryMb(): number;
  cpus(): number;
  /** Local time. */
  weekMinute(nowMs: number): WeekMinute;
  wallTime(ms: number): WallTime;
  /** The moment at which the local clock shows this; one that is skipped in spring is the hour after it. */
  momentOf(wall: WallTime): number;
}

const MB = 1_000_000;
const KIB = 1024;

/** What MemFree leaves out: caches that Linux gives back when a program asks. Of the text of /proc/meminfo. */
export function availableBytes(meminfo: string): number | undefined {
  const kib = /^MemAvailable: +(\d+) kB$/m.exec(meminfo)?.[1];
  return kib === undefined ? undefined : Number(kib) * KIB;
}

/** Undefined on other systems, and where it cannot be read. */
function availableOnLinux(): number | undefined {
  try {
    return availableBytes(readFileSync('/proc/meminfo', 'utf8'));
  } catch {
    return undefined;
  }
}

export const systemMachine: Machine = {
  freeMemoryMb: () => (availableOnLinux() ?? freemem()) / MB,
  totalMemoryMb: () => totalmem() / MB,
  cpus: () => availableParallelism(),
  weekMinute: (nowMs) => {
    const now = new Date(nowMs);
    return (now.getDay() * 24 + now.getHours()) * 60 + now.getMinutes();
  },
  wallTime: (ms) => {
    const at = new Date(ms);
    return {
      year: at.getFullYear(),
      month: at.getMonth() + 1,
      day: at.getDate(),
      hour: at.getHours(),
      minute: at.getMinutes(),
      second: at.getSeconds(),
    };
  },
  momentOf: ({ year, month, day, hour, minute, second }) =>
    new Date(year, month - 1, day, hour, minute, second).getTime(),
};
