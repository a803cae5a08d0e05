// Windows of local time: when they are open, and when the next one opens.
import { describe, expect, test } from 'vitest';
import { closedUntil, windowProblem } from '../../src/job/schedule.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `wed 14:30` as a minute of the week. */
function at(text: string): number {
  const [day = '', clock = ''] = text.split(' ');
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return (DAYS.indexOf(day) * 24 + hour) * 60 + minute;
}

const NIGHTS = ['mon-fri 19:00-07:00', 'sat-sun 00:00-24:00'];

const cases: { name: string; windows: string[]; now: string; until: string | undefined }[] = [
  { name: 'no window is always open', windows: [], now: 'wed 14:30', until: undefined },
  // one a day
  { name: 'in a window', windows: ['08:00-18:00'], now: 'wed 14:30', until: undefined },
  { name: 'at its first minute', windows: ['08:00-18:00'], now: 'wed 08:00', until: undefined },
  { name: 'at its last minute', windows: ['08:00-18:00'], now: 'wed 17:59', until: undefined },
  { name: 'at its end', windows: ['08:00-18:00'], now: 'wed 18:00', until: 'thu 08:00' },
  { name: 'before it, today', windows: ['08:00-18:00'], now: 'wed 07:59', until: '08:00' },
  { name: 'after it, tomorrow', windows: ['08:00-18:00'], now: 'wed 23:59', until: 'thu 08:00' },
  { name: 'after the one of Saturday', windows: ['08:00-18:00'], now: 'sat 20:00', until: 'sun 08:00' },
  // over midnight
  { name: 'before midnight', windows: ['22:00-06:00'], now: 'tue 23:59', until: undefined },
  { name: 'at midnight', windows: ['22:00-06:00'], now: 'wed 00:00', until: undefined },
  { name: 'after midnight', windows: ['22:00-06:00'], now: 'wed 05:59', until: undefined },
  { name: 'when the night is over', windows: ['22:00-06:00'], now: 'wed 06:00', until: '22:00' },
  { name: 'up to midnight, as 24:00', windows: ['22:00-24:00'], now: 'wed 23:59', until: undefined },
  { name: 'up to midnight, as 00:00', windows: ['22:00-00:00'], now: 'wed 23:59', until: undefined },
  { name: 'at the midnight that ends it', windows: ['22:00-24:00'], now: 'thu 00:00', until: '22:00' },
  // over the end of the week
  { name: 'Saturday night on Saturday', windows: ['sat 22:00-06:00'], now: 'sat 23:59', until: undefined },
  { name: 'Saturday night on Sunday', windows: ['sat 22:00-06:00'], now: 'sun 05:59', until: undefined },
  { name: 'Saturday night is over', windows: ['sat 22:00-06:00'], now: 'sun 06:00', until: 'sat 22:00' },
  { name: 'Sunday has no such night', windows: ['sat 22:00-06:00'], now: 'mon 00:00', until: 'sat 22:00' },
  { name: 'the next one is next week', windows: ['mon 08:00-09:00'], now: 'mon 10:00', until: 'mon 08:00' },
  { name: 'the next one is Sunday', windows: ['sun 08:00-09:00'], now: 'sat 23:00', until: 'sun 08:00' },
  // days
  { name: 'a day that is listed', windows: ['mon,wed 08:00-18:00'], now: 'wed 12:00', until: undefined },
  {
    name: 'a day between those listed',
    windows: ['mon,wed 08:00-18:00'],
    now: 'tue 12:00',
    until: 'wed 08:00',
  },
  {
    name: 'a range over the end of the week',
    windows: ['fri-mon 08:00-18:00'],
    now: 'sun 12:00',
    until: undefined,
  },
  {
    name: 'the day after such a range',
    windows: ['fri-mon 08:00-18:00'],
    now: 'tue 12:00',
    until: 'fri 08:00',
  },
  { name: 'a list with a range', windows: ['mon-tue,fri 08:00-18:00'], now: 'fri 12:00', until: undefined },
  { name: 'a range of one day', windows: ['wed-wed 08:00-18:00'], now: 'thu 12:00', until: 'wed 08:00' },
  { name: 'capitals and blanks', windows: ['  Mon-Fri  8:00-18:00 '], now: 'wed 12:00', until: undefined },
  // whole days, and several windows
  {
    name: 'a whole day at its first minute',
    windows: ['sat-sun 00:00-24:00'],
    now: 'sat 00:00',
    until: undefined,
  },
  { name: 'between two whole days', windows: ['sat-sun 00:00-24:00'], now: 'sun 00:00', until: undefined },
  { name: 'after whole days', windows: ['sat-sun 00:00-24:00'], now: 'mon 00:00', until: 'sat 00:00' },
  { name: 'nights and weekends, at work', windows: NIGHTS, now: 'fri 12:00', until: '19:00' },
  { name: 'nights and weekends, Monday morning', windows: NIGHTS, now: 'mon 06:00', until: '19:00' },
  { name: 'nights and weekends, Saturday', windows: NIGHTS, now: 'sat 12:00', until: undefined },
  { name: 'nights and weekends, Friday night', windows: NIGHTS, now: 'fri 23:00', until: undefined },
  {
    name: 'the nearest of several',
    windows: ['20:00-21:00', '13:00-14:00'],
    now: 'wed 12:00',
    until: '13:00',
  },
  {
    name: 'the nearest of several, later',
    windows: ['20:00-21:00', '13:00-14:00'],
    now: 'wed 14:00',
    until: '20:00',
  },
  // what is no window
  { name: 'nothing but nonsense', windows: ['always'], now: 'wed 12:00', until: 'never' },
  { name: 'nonsense beside a window', windows: ['always', '13:00-14:00'], now: 'wed 12:00', until: '13:00' },
];

test.each(cases)('$name: $now', ({ windows, now, until }) => {
  expect(closedUntil(windows, at(now))).toBe(until);
});

describe('a window', () => {
  test.each([
    '19:00-07:00',
    'mon-fri 19:00-07:00',
    'sat,sun 00:00-24:00',
    'fri-mon,wed 7:30-24:00',
    'MON 00:00-00:01',
  ])('may be %s', (text) => {
    expect(windowProblem(text)).toBeUndefined();
  });

  test.each([
    { text: '', problem: 'should be like' },
    { text: 'always', problem: 'should be like' },
    { text: 'mon-fri', problem: 'should be like' },
    { text: 'mon-fri 19-07', problem: 'should be like' },
    { text: 'mon, tue 08:00-18:00', problem: 'should be like' },
    { text: 'mon-fri 08:00-18:00 20:00-21:00', problem: 'should be like' },
    { text: 'mon-fry 08:00-18:00', problem: 'has "mon-fry" where days' },
    { text: 'day 08:00-18:00', problem: 'has "day" where days' },
    { text: 'mon-wed-fri 08:00-18:00', problem: 'has "mon-wed-fri" where days' },
    { text: '08:60-18:00', problem: 'no clock shows' },
    { text: '08:00-24:01', problem: 'no clock shows' },
    { text: '25:00-26:00', problem: 'no clock shows' },
    { text: '24:00-08:00', problem: 'no clock shows' },
    { text: '08:00-08:00', problem: 'for a whole day write 00:00-24:00' },
  ])('may not be "$text"', ({ text, problem }) => {
    expect(windowProblem(text)).toContain(problem);
  });
});
