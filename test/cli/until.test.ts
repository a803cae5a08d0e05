// Moments to come as people write them, by the clock on the wall.
import { describe, expect, test, vi } from 'vitest';
import { localText, untilMs } from '../../src/cli/until.ts';
import { systemMachine } from '../../src/system/machine.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';

/** A Tuesday; 16:30:22 where the clock is two hours ahead. */
const NOW = Date.parse('2026-02-10T14:30:22Z');

function clockAhead(hoursAhead: number) {
  const machine = fakeMachine();
  machine.has.hoursAhead = hoursAhead;
  return machine;
}

const until = (text: string, hoursAhead = 2, now = NOW) =>
  new Date(untilMs('--until', text, now, clockAhead(hoursAhead))).toISOString();

describe('a time', () => {
  test.each([
    { name: 'of today that is to come', text: '19:00', moment: '2026-02-10T17:00:00.000Z' },
    { name: 'of today with one digit', text: '7:05', moment: '2026-02-11T05:05:00.000Z' },
    { name: 'of today that has passed is tomorrow’s', text: '16:29', moment: '2026-02-11T14:29:00.000Z' },
    { name: 'of the minute that has begun is tomorrow’s', text: '16:30', moment: '2026-02-11T14:30:00.000Z' },
    { name: 'of midnight', text: '00:00', moment: '2026-02-10T22:00:00.000Z' },
    { name: 'of a day', text: '2026-11-24T07:00', moment: '2026-11-24T05:00:00.000Z' },
    {
      name: 'of a day with seconds and a blank',
      text: '2026-11-24 07:00:30',
      moment: '2026-11-24T05:00:30.000Z',
    },
    { name: 'of a day in UTC', text: '2026-11-24T07:00Z', moment: '2026-11-24T07:00:00.000Z' },
    { name: 'of a day in another zone', text: '2026-11-24T07:00-05:00', moment: '2026-11-24T12:00:00.000Z' },
    { name: 'in minutes', text: '30m', moment: '2026-02-10T15:00:22.000Z' },
    { name: 'in hours', text: ' 1.5h ', moment: '2026-02-10T16:00:22.000Z' },
    { name: 'in days', text: '2d', moment: '2026-02-12T14:30:22.000Z' },
  ])('$name: $text', ({ text, moment }) => {
    expect(until(text)).toBe(moment);
  });

  test('is the local one, whatever day it is in UTC', () => {
    expect(until('19:00', -8, Date.parse('2026-02-11T02:30:00Z'))).toBe('2026-02-11T03:00:00.000Z');
    expect(until('01:00', -8, Date.parse('2026-02-11T02:30:00Z'))).toBe('2026-02-11T09:00:00.000Z');
    expect(until('00:30', 12, Date.parse('2026-12-31T11:00:00Z'))).toBe('2026-12-31T12:30:00.000Z');
  });
});

describe('is refused', () => {
  test.each([
    { text: '24:00', what: 'should be a time to come' },
    { text: '12:60', what: 'should be' },
    { text: '7', what: 'should be' },
    { text: '', what: 'should be' },
    { text: 'tomorrow', what: 'should be' },
    { text: '3w', what: 'should be' },
    { text: '-3h', what: 'should be' },
    { text: '0h', what: 'lies in the past' },
    { text: '2026-11-24', what: 'should be' },
    { text: '2026-02-30T07:00', what: 'should be' },
    { text: '2026-13-01T07:00', what: 'should be' },
    { text: '2026-11-24T24:00', what: 'should be' },
    { text: '2026-02-10T16:30', what: 'lies in the past' },
    { text: '2025-11-24T07:00', what: 'lies in the past' },
  ])('$text', ({ text, what }) => {
    expect(() => until(text)).toThrow(what);
  });
});

test('a moment is shown as the wall clock will show it', () => {
  expect(localText(NOW, clockAhead(2))).toBe('2026-02-10 16:30');
  expect(localText(NOW, clockAhead(-15))).toBe('2026-02-09 23:30');
});

test('a day that is 23 hours long ends at the same time of the wall clock', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  const evening = Date.parse('2026-03-28T20:00:00+01:00');
  expect(new Date(untilMs('--until', '19:00', evening, systemMachine)).toISOString()).toBe(
    '2026-03-29T17:00:00.000Z',
  );
  vi.unstubAllEnvs();
});
