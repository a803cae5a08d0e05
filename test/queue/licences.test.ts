// Seats as the licence command prints them, and why an order waits for one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { freeSeats, readLicences } from '../../src/queue/licences.ts';
import type { LicencesSeen } from '../../src/queue/machine.ts';
import { WAITING } from '../../src/settings/table/waiting.ts';

const PATTERN = WAITING.licence_pattern.default;
const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/programs/lmstat/${name}`, import.meta.url)), 'utf8');

const read = (output: string, pattern: string = PATTERN) => readLicences(output, pattern, 1000);

describe('the output of the licence command', () => {
  test.each(['all-features.txt', 'all-features-crlf.txt'])('%s tells the seats of every feature', (name) => {
    expect(read(fixture(name))).toEqual({
      state: 'known',
      seenAtMs: 1000,
      seats: {
        NX_NASTRAN: { total: 4, used: 4 },
        NX_MECH: { total: 28, used: 18 },
        'SC_DESIGN SPACE': { total: 1, used: 0 },
        gateway: { total: 2, used: 1 },
        NX_LOCAL: { total: Number.POSITIVE_INFINITY, used: 0 },
      },
    });
  });

  test('the fixture with Windows line ends has them', () => {
    expect(fixture('all-features-crlf.txt')).toContain('in use)\r\n');
  });

  test('a feature that two servers have counts for both', () => {
    expect(read(fixture('two-servers.txt'))).toMatchObject({ seats: { NX_NASTRAN: { total: 6, used: 5 } } });
  });

  test('a pattern of one’s own is held against it line by line', () => {
    const output = 'nastran 2/5\r\nnastran\n3/9\rmech 1/1';
    expect(read(output, '^(?<feature>\\w+) (?<used>\\d+)/(?<total>\\d+)$')).toMatchObject({
      seats: { nastran: { total: 5, used: 2 }, mech: { total: 1, used: 1 } },
    });
  });

  test.each([
    { output: '', problem: 'its output names no seats, it printed nothing' },
    { output: ' \r\n\n', problem: 'its output names no seats, it printed nothing' },
    {
      output: fixture('server-down.txt'),
      problem:
        'its output names no seats, no line of it is one: Error: the licence server on 29000@licence-host gives no answer',
    },
    {
      output: '\u0000\u0001\u0002',
      problem: 'its output names no seats, no line of it is one: \u0000\u0001\u0002',
    },
    { output: `${'x'.repeat(5000)}\nno`, problem: 'its output names no seats, no line of it is one: no' },
  ])('$output is a problem', ({ output, problem }) => {
    expect(read(output)).toEqual({ state: 'problem', problem });
  });

  test.each([
    { name: 'no group', pattern: '^Users of' },
    { name: 'no used', pattern: '^Users of (?<feature>.*?): .*of (?<total>\\d+)' },
    { name: 'a total that is no number', pattern: '^(?<total>Users) of (?<feature>.*?): .*of (?<used>\\d+)' },
    { name: 'no feature', pattern: '^Users of (?<feature>x?).*of (?<total>\\d+).*of (?<used>\\d+)' },
  ])('a pattern that gives $name is told', ({ pattern }) => {
    const seen = read('Users of A:  (Total of 2 licenses issued;  Total of 1 license in use)', pattern);
    expect(seen.state).toBe('problem');
  });
});

describe('an order waits', () => {
  const known: LicencesSeen = {
    state: 'known',
    seenAtMs: 0,
    seats: {
      NX_NASTRAN: { total: 4, used: 3 },
      NX_MECH: { total: 2, used: 2 },
      NX_LOCAL: { total: Number.POSITIVE_INFINITY, used: 0 },
      OVER: { total: 1, used: 3 },
    },
  };
  const cases: {
    name: string;
    requires: Record<string, number>;
    licences?: LicencesSeen;
    since?: Record<string, number>;
    wait: string | undefined;
  }[] = [
    {
      name: 'not, when it needs none',
      requires: {},
      licences: { state: 'problem', problem: 'x' },
      wait: undefined,
    },
    { name: 'not, when it needs 0', requires: { NX_MECH: 0, OTHER: 0 }, wait: undefined },
    { name: 'not, when nobody looks', requires: { A: 1 }, licences: { state: 'unchecked' }, wait: undefined },
    { name: 'not, when a seat is free', requires: { NX_NASTRAN: 1 }, wait: undefined },
    { name: 'not, for what nobody counts', requires: { NX_LOCAL: 50 }, wait: undefined },
    {
      name: 'when all seats are taken',
      requires: { NX_MECH: 1 },
      wait: 'licence NX_MECH (0 of 2 free, 1 needed)',
    },
    {
      name: 'when too few are free',
      requires: { NX_NASTRAN: 2 },
      wait: 'licence NX_NASTRAN (1 of 4 free, 2 needed)',
    },
    {
      name: 'for the one of several that is missing',
      requires: { NX_NASTRAN: 1, NX_MECH: 1 },
      wait: 'licence NX_MECH (0 of 2 free, 1 needed)',
    },
    {
      name: 'when a job that started since takes the last one',
      requires: { NX_NASTRAN: 1 },
      since: { NX_NASTRAN: 1 },
      wait: 'licence NX_NASTRAN (0 of 4 free, 1 needed)',
    },
    {
      name: 'not for seats of another feature that were taken since',
      requires: { NX_NASTRAN: 1 },
      since: { NX_MECH: 1 },
      wait: undefined,
    },
    {
      name: 'when more are used than there are',
      requires: { OVER: 1 },
      wait: 'licence OVER (0 of 1 free, 1 needed)',
    },
    {
      name: 'for a feature that is not named',
      requires: { constructor: 1 },
      wait: 'licence constructor (the licence command names no such feature)',
    },
    {
      name: 'when the command failed',
      requires: { NX_MECH: 1 },
      licences: { state: 'problem', problem: 'exit code 1' },
      wait: 'licence (the licence command failed: exit code 1)',
    },
    {
      name: 'until somebody has looked',
      requires: { NX_MECH: 1 },
      licences: { state: 'unknown' },
      wait: 'licence (not looked at yet)',
    },
  ];

  test.each(cases)('$name', ({ requires, licences = known, since = {}, wait }) => {
    expect(freeSeats(requires, licences, since)).toBe(wait);
  });
});
