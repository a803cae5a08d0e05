// Moments to come as people write them: a time of the day, a local date and time, or how long from now.
import { JobqError } from '../errors.ts';
import type { Machine, WallTime } from '../system/machine.ts';

const SPAN_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = /^(\d+(?:\.\d+)?)([mhd])$/;
const OF_DAY = /^(\d{1,2}):(\d{2})$/;
const DATED = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:?\d{2})?$/;

type LocalClock = Pick<Machine, 'wallTime' | 'momentOf'>;

/** Milliseconds since 1970. What names no zone is local time; a time of the day that has passed is tomorrow's. */
export function untilMs(flag: string, text: string, nowMs: number, clock: LocalClock): number {
  const moment = momentMs(text.trim(), nowMs, clock);
  if (moment === undefined || Number.isNaN(moment)) {
    throw wrong(flag, `should be a time to come, but is ${JSON.stringify(text)}`);
  }
  if (moment <= nowMs) throw wrong(flag, `lies in the past: ${JSON.stringify(text)}`);
  return moment;
}

function wrong(flag: string, what: string): JobqError {
  return new JobqError('usage', `${flag} ${what}`, {
    field: flag,
    remedy: 'give it as 19:00, 2026-11-24T07:00, 30m, 3h or 2d; times are local',
  });
}

function momentMs(text: string, nowMs: number, clock: LocalClock): number | undefined {
  const span = SPAN.exec(text);
  if (span) return nowMs + Number(span[1]) * (SPAN_MS[span[2] ?? ''] ?? Number.NaN);
  const ofDay = OF_DAY.exec(text);
  if (ofDay) return nextMs(Number(ofDay[1]), Number(ofDay[2]), nowMs, clock);
  const dated = DATED.exec(text);
  return dated ? datedMs(dated, text, clock) : undefined;
}

function nextMs(hour: number, minute: number, nowMs: number, clock: LocalClock): number | undefined {
  const today: WallTime = { ...clock.wallTime(nowMs), hour, minute, second: 0 };
  if (!isOnClock(today)) return undefined;
  const moment = clock.momentOf(today);
  // the next day by the calendar: a day may have 23 or 25 hours
  return moment > nowMs ? moment : clock.momentOf({ ...today, day: today.day + 1 });
}

function datedMs(dated: RegExpExecArray, text: string, clock: LocalClock): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = dated
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const wall: WallTime = { year, month, day, hour, minute, second };
  if (!isOnClock(wall) || !isInCalendar(wall)) return undefined;
  return dated[7] === undefined ? clock.momentOf(wall) : Date.parse(text.replace(' ', 'T'));
}

function isOnClock({ hour, minute, second }: WallTime): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

function isInCalendar({ year, month, day }: WallTime): boolean {
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** `2026-11-24 07:00`, as the clock on the wall will show it. */
export function localText(ms: number, clock: LocalClock): string {
  const { year, month, day, hour, minute } = clock.wallTime(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}
