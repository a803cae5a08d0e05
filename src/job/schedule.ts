// Windows of local time in which jobs may start: `mon-fri 19:00-07:00`, `sat,sun 00:00-24:00`. Pure; knows no clock.

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MIN = 1440;
const WEEK_MIN = 7 * DAY_MIN;

/** A moment of the week as the wall clock shows it: minutes since Sunday 00:00. */
export type WeekMinute = number;

/** From the first minute up to the second one, which may lie in the next week. */
interface Span {
  from: WeekMinute;
  to: WeekMinute;
}

const WINDOW = /^(?:([a-z]{3}(?:[-,][a-z]{3})*) +)?(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/;

function daysOf(text: string | undefined): number[] | string {
  if (text === undefined) return DAYS.map((_, day) => day);
  const days: number[] = [];
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const [from, to] = [first, last].map((name) => (DAYS as readonly string[]).indexOf(name));
    if (from === undefined || to === undefined || from < 0 || to < 0 || more.length > 0)
      return `has "${part}" where days such as mon or mon-fri should be`;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

function minuteOf(hours: string | undefined, minutes: string | undefined): number | undefined {
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute <= DAY_MIN ? minute : undefined;
}

/** The spans of a window, one for each day it begins on; a text that is none gives what is wrong with it. */
function spansOf(text: string): Span[] | string {
  const match = WINDOW.exec(text.trim().toLowerCase());
  if (!match) return 'should be like "mon-fri 19:00-07:00"';
  const days = daysOf(match[1]);
  if (typeof days === 'string') return days;
  const from = minuteOf(match[2], match[3]);
  const to = minuteOf(match[4], match[5]);
  if (from === undefined || to === undefined || from === DAY_MIN) return 'has a time that no clock shows';
  if (from === to) return 'begins and ends at the same time: for a whole day write 00:00-24:00';
  const length = to > from ? to - from : to - from + DAY_MIN;
  return days.map((day) => ({ from: day * DAY_MIN + from, to: day * DAY_MIN + from + length }));
}

/** What is wrong with a window, or undefined. */
export function windowProblem(text: string): string | undefined {
  const spans = spansOf(text);
  return typeof spans === 'string' ? spans : undefined;
}

function isIn({ from, to }: Span, now: WeekMinute): boolean {
  return (now >= from && now < to) || now + WEEK_MIN < to;
}

function label(minute: WeekMinute): string {
  const inWeek = minute % WEEK_MIN;
  const clock = [Math.floor((inWeek % DAY_MIN) / 60), inWeek % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${DAYS[Math.floor(inWeek / DAY_MIN)]} ${clock.join(':')}`;
}

/**
 * Undefined while a window is open, or when there is none at all; else when the next one opens, as the wall clock will
 * show it: `19:00` for today, `sat 00:00` for another day. Windows that are no windows count as never open.
 */
export function closedUntil(windows: readonly string[], now: WeekMinute): string | undefined {
  if (windows.length === 0) return undefined;
  const spans = windows.flatMap((text) => {
    const found = spansOf(text);
    return typeof found === 'string' ? [] : found;
  });
  if (spans.some((span) => isIn(span, now))) return undefined;
  const next = Math.min(...spans.map(({ from }) => (from > now ? from : from + WEEK_MIN)));
  if (!Number.isFinite(next)) return 'never';
  const today = Math.floor(next / DAY_MIN) === Math.floor(now / DAY_MIN);
  return today ? label(next).slice(4) : label(next);
}
