// What keeps an order that could start from starting: the owner, the clock, and room on the machine.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/job/order.ts';
import type { MachineSeen } from '../../src/queue/machine.ts';
import { planRunner } from '../../src/queue/plan-runner.ts';
import type { RunnerJob, RunnerPolicy } from '../../src/queue/runner-snapshot.ts';
import {
  attempt,
  endedRecord,
  ledger,
  machine,
  NOW,
  order,
  runnerJob,
  runnerPolicy,
  sealed,
} from '../helpers/snapshots.ts';

const at = '2026-02-10T15:00:00Z';

/** An order that is copied and could start. */
const ready = (job_id: string, wishes: Partial<Order> = {}, fields: Partial<RunnerJob> = {}): RunnerJob =>
  runnerJob({ job_id, order: sealed({ job_id, ...wishes }), staged: true, work: true, ...fields });

/** A job whose script runs. */
const running = (job_id: string, wishes: Partial<Order> = {}, fields: Partial<RunnerJob> = {}): RunnerJob =>
  runnerJob({
    job_id,
    ledger: ledger('started'),
    accepted: order({ job_id, ...wishes }),
    attempt: attempt(),
    work: true,
    ...fields,
  });

function planned(jobs: RunnerJob[], around: Partial<MachineSeen> = {}, policy: Partial<RunnerPolicy> = {}) {
  const snapshot = { jobs, ledgerLost: false, problems: [], machine: machine(around) };
  const plan = planRunner(snapshot, NOW, runnerPolicy({ slots: 4, ...policy }));
  return {
    starts: plan.actions.flatMap((action) => (action.do === 'start' ? [action.job_id] : [])),
    waits: Object.fromEntries(plan.waiting.map((wait) => [wait.job_id, wait.for])),
    wantsLicences: plan.wantsLicences,
  };
}

interface Case {
  name: string;
  wishes?: Partial<Order>;
  fields?: Partial<RunnerJob>;
  around?: Partial<MachineSeen>;
  policy?: Partial<RunnerPolicy>;
  waits?: string;
}

const seats = (used: number) =>
  ({ state: 'known', seats: { NX_NASTRAN: { total: 4, used } }, seenAtMs: NOW - 1000 }) as const;

describe.each<{ about: string; cases: Case[] }>([
  {
    about: 'the owner',
    cases: [
      { name: 'pauses', around: { owner: { paused: { at } } }, waits: 'paused by owner' },
      {
        name: 'pauses with a reason, for a time',
        around: { owner: { paused: { at, reason: 'meshing', until: '2026-02-10T19:00:00Z' } } },
        waits: 'paused by owner until 2026-02-10T19:00:00Z (meshing)',
      },
      { name: 'has paused long enough', around: { owner: { paused: { at, until: at } } } },
      { name: 'drains', around: { owner: { draining: { at } } }, waits: 'drained by owner' },
      { name: 'stops the runner', around: { stopping: true }, waits: 'runner (it stops)' },
    ],
  },
  {
    about: 'the schedule',
    cases: [
      { name: 'is open', policy: { schedule: ['mon-fri 12:00-13:00'] } },
      { name: 'opens later today', policy: { schedule: ['mon 19:00-07:00'] }, waits: 'schedule until 19:00' },
      {
        name: 'opens on another day',
        policy: { schedule: ['sat,sun 00:00-24:00'] },
        waits: 'schedule until sat 00:00',
      },
    ],
  },
  {
    about: 'the disk',
    cases: [
      { name: 'has what must stay free', around: { freeMb: 2000 } },
      { name: 'has less', around: { freeMb: 1999.5 }, waits: 'disk (1999 MB free, 2000 MB needed)' },
      {
        name: 'has not what the order requires besides',
        wishes: { requires: { disk_mb: 500 } },
        around: { freeMb: 2400 },
        waits: 'disk (2400 MB free, 2500 MB needed)',
      },
      {
        name: 'has no room for the inputs',
        wishes: { inputs: { files: 1, bytes: 980_000_000 } },
        fields: { staged: false },
        around: { freeMb: 2900 },
        waits: 'disk (2900 MB free, 2980 MB needed)',
      },
      {
        name: 'has the inputs already',
        wishes: { inputs: { files: 1, bytes: 980_000_000 } },
        around: { freeMb: 2900 },
      },
      { name: 'tells nothing', around: { freeMb: undefined } },
    ],
  },
  {
    about: 'memory and processors',
    cases: [
      { name: 'nobody asked for any', around: { memoryMb: 1 } },
      { name: 'are enough', wishes: { requires: { memory_mb: 31_500, cpu: 8 } } },
      {
        name: 'memory is short',
        wishes: { requires: { memory_mb: 31_501 } },
        waits: 'memory (32000 MB free, 32001 MB needed)',
      },
    ],
  },
  {
    about: 'licences',
    cases: [
      {
        name: 'are free',
        wishes: { requires: { licences: { NX_NASTRAN: 2 } } },
        around: { licences: seats(2) },
      },
      {
        name: 'are in use',
        wishes: { requires: { licences: { NX_NASTRAN: 2 } } },
        around: { licences: seats(3) },
        waits: 'licence NX_NASTRAN (1 of 4 free, 2 needed)',
      },
      { name: 'are not looked at', wishes: { requires: { licences: { NX_NASTRAN: 2 } } } },
      { name: 'are in use and not needed', around: { licences: seats(4) } },
    ],
  },
])('$about', ({ cases }) => {
  test.each(cases)('$name', ({ wishes, fields, around, policy, waits }) => {
    const plan = planned([ready('a', wishes, fields)], around, policy);
    expect(plan.waits).toEqual(waits === undefined ? {} : { a: waits });
    expect(plan.starts).toEqual(waits === undefined ? ['a'] : []);
  });
});

describe('among several jobs', () => {
  test('what one takes is gone for the next', () => {
    const wishes = { requires: { cpu: 5, memory_mb: 20_000, disk_mb: 60_000 } };
    const plan = (wish: object) => planned([ready('a', wishes), ready('b', wish)]).waits;
    expect(plan({ requires: { cpu: 4 } })).toEqual({ b: 'processors (3 of 8 free, 4 needed)' });
    expect(plan({ requires: { memory_mb: 11_600 } })).toEqual({
      b: 'memory (12000 MB free, 12100 MB needed)',
    });
    expect(plan({ requires: { disk_mb: 39_000 } })).toEqual({ b: 'disk (40000 MB free, 41000 MB needed)' });
  });

  test('processors of what runs are taken', () => {
    const jobs = [running('a', { requires: { cpu: 6 } }), ready('b', { requires: { cpu: 3 } })];
    expect(planned(jobs).waits).toEqual({ b: 'processors (2 of 8 free, 3 needed)' });
  });

  test('a job that waits for something takes no slot from the others', () => {
    const jobs = [ready('a', { priority: 'critical', requires: { disk_mb: 1e6 } }), ready('b')];
    expect(planned(jobs, {}, { slots: 1 })).toMatchObject({
      starts: ['b'],
      waits: { a: expect.stringContaining('disk') as string },
    });
  });

  test('a seat of a job that started after the look, or shortly before it, counts as taken', () => {
    const wishes = { requires: { licences: { NX_NASTRAN: 2 } } };
    const since = (ms: number) => running('a', wishes, { ledger: ledger('started', { at: NOW - ms }) });
    const waits = (ms: number) => planned([since(ms), ready('b', wishes)], { licences: seats(1) }).waits;
    expect(waits(500)).toEqual({ b: 'licence NX_NASTRAN (1 of 4 free, 2 needed)' });
    expect(waits(60_500)).toEqual({ b: 'licence NX_NASTRAN (1 of 4 free, 2 needed)' });
    expect(waits(61_500)).toEqual({});
  });

  test('seats are looked at only for an order that could use them', () => {
    const wishes = { requires: { licences: { NX_NASTRAN: 1 } } };
    expect(planned([ready('a', wishes)]).wantsLicences).toBe(true);
    expect(planned([ready('a', { ...wishes, hold: true }), running('b', wishes)]).wantsLicences).toBe(false);
  });
});

describe('a fixed work path', () => {
  const policy = { work_path: 'C:\\jq\\{project}' };
  const m1 = { project: 'M1' };

  test.each<{ name: string; other: RunnerJob; waits: boolean }>([
    { name: 'is used by a job that runs', other: running('a', m1), waits: true },
    {
      name: 'is used between two attempts',
      other: running('a', m1, { ledger: ledger('again'), attempt: undefined }),
      waits: true,
    },
    {
      name: 'is used until the record is sealed',
      other: running('a', m1, { ledger: ledger('ended') }),
      waits: true,
    },
    {
      name: 'is free once the record is sealed',
      other: running('a', m1, { ledger: ledger('ended'), record: endedRecord() }),
      waits: false,
    },
    { name: 'of another project is another one', other: running('a', { project: 'M2' }), waits: false },
    {
      name: 'is the same whatever the case of its letters',
      other: running('a', { project: 'm1' }),
      waits: true,
    },
  ])('$name', ({ other, waits }) => {
    const plan = planned([other, ready('b', m1)], {}, policy);
    const { b } = plan.waits;
    expect(b).toBe(waits ? 'work path (C:\\jq\\M1 is used by a)' : undefined);
  });

  test('is given to one of two orders', () => {
    expect(planned([ready('a', m1), ready('b', m1)], {}, policy)).toMatchObject({
      starts: ['a'],
      waits: { b: 'work path (C:\\jq\\M1 is used by a)' },
    });
  });
});

test.each([
  {
    requires: { tags: ['nx2512', 'gpu'] },
    message: 'job.json, requires.tags: this runner has no "gpu" (runner.tags: nx2512)',
  },
  { requires: { cpu: 9 }, message: 'job.json, requires.cpu: 9 processors, but this machine has 8' },
  {
    requires: { memory_mb: 64_001 },
    message: 'job.json, requires.memory_mb: 64001 MB, but this machine has 64000 MB in all',
  },
])('an order that this machine can never run is rejected: $message', ({ requires, message }) => {
  const snapshot = { jobs: [ready('a', { requires })], ledgerLost: false, problems: [], machine: machine() };
  expect(planRunner(snapshot, NOW, runnerPolicy()).actions).toEqual([
    { do: 'end', job_id: 'a', outcome: { kind: 'rejected', error_class: 'inputs', message } },
  ]);
});

test.each([
  { waitedMs: 59_999, ends: false },
  { waitedMs: 60_000, ends: true },
])('an order that waited $waitedMs ms of the 60 s it may wait ends: $ends', ({ waitedMs, ends }) => {
  const job = ready('a', { queue_timeout_s: 60, hold: true }, { waitedMs });
  const { actions } = planRunner(
    { jobs: [job], ledgerLost: false, problems: [], machine: machine() },
    NOW,
    runnerPolicy(),
  );
  const outcome = {
    kind: 'timed-out',
    error_class: 'timeout',
    message: 'waited longer than queue_timeout_s (60 s) to be started',
  };
  expect(actions).toMatchObject([ends ? { do: 'end', outcome } : { do: 'queue', waiting_for: 'release' }]);
});
