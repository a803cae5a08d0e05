// What follows the end of an attempt: the end of the job, or another attempt; and who may interrupt a run.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/job/order.ts';
import type { Outcome } from '../../src/job/outcome.ts';
import type { MachineSeen } from '../../src/queue/machine.ts';
import { planRunner } from '../../src/queue/plan-runner.ts';
import type {
  AttemptSeen,
  LedgerJob,
  RunnerAction,
  RunnerJob,
  RunnerPolicy,
} from '../../src/queue/runner-snapshot.ts';
import {
  asked,
  attempt,
  exit,
  JOB,
  ledger,
  machine,
  NOW,
  order,
  queuedRecord,
  runnerJob,
  runnerPolicy,
  sealed,
} from '../helpers/snapshots.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const crashed = exit({ ended_by: 'interrupted', exit_code: null, message: 'the machine went down' });
const noLicence = exit({ exit_code: 3, findings: { licence: 'No licenses available' } });
const done = (number: number, outcome: Partial<Outcome>) => ({
  attempt: number,
  outcome: { kind: 'interrupted' as const, message: 'before', ...outcome },
});

interface Given {
  order?: Partial<Order>;
  seen?: Partial<AttemptSeen>;
  ledger?: Partial<LedgerJob>;
  job?: Partial<RunnerJob>;
  policy?: Partial<RunnerPolicy>;
  around?: Partial<MachineSeen>;
}

/** What is planned for one job that runs, or ran. */
function planFor(given: Given) {
  const job = runnerJob({
    ledger: ledger('started', given.ledger),
    accepted: order(given.order),
    attempt: attempt(given.seen),
    work: true,
    ...given.job,
  });
  const snapshot = { jobs: [job], ledgerLost: false, problems: [], machine: machine(given.around) };
  return planRunner(snapshot, NOW, runnerPolicy(given.policy));
}

function only(given: Given): RunnerAction {
  const { actions } = planFor(given);
  expect(actions).toHaveLength(1);
  return actions[0] as RunnerAction;
}

const afterExit = (end = crashed, given: Given = {}) =>
  only({ ...given, seen: { held: false, exit: end, ...given.seen } });

describe('a run that was interrupted', () => {
  test.each<{ name: string; given: Given; how: 'resume' | 'restart' }>([
    {
      name: 'is resumed when its order says so',
      given: { order: { on_interrupt: 'resume' } },
      how: 'resume',
    },
    {
      name: 'is restarted when its order says so',
      given: { order: { on_interrupt: 'restart' } },
      how: 'restart',
    },
    {
      name: 'follows the settings when its order is silent',
      given: { policy: { on_interrupt: 'resume' } },
      how: 'resume',
    },
    {
      name: 'follows its order and not the settings',
      given: { order: { on_interrupt: 'restart' }, policy: { on_interrupt: 'resume' } },
      how: 'restart',
    },
    {
      name: 'is restarted though its work directory is gone',
      given: { order: { on_interrupt: 'restart' }, job: { work: false } },
      how: 'restart',
    },
    {
      name: 'has as many attempts as max_attempts',
      given: { order: { on_interrupt: 'resume', max_attempts: 2 } },
      how: 'resume',
    },
    {
      name: 'does not count attempts that ended for want of a licence',
      given: {
        order: { on_interrupt: 'resume', max_attempts: 2 },
        ledger: { attempt: 2, attempts: [done(1, { kind: 'failed', error_class: 'licence' })] },
      },
      how: 'resume',
    },
    {
      name: 'does not count interruptions that were asked for',
      given: {
        order: { on_interrupt: 'resume', max_attempts: 2 },
        ledger: { attempt: 2, attempts: [done(1, { asked: true })] },
      },
      how: 'resume',
    },
  ])('$name', ({ given, how }) => {
    expect(afterExit(crashed, given)).toMatchObject({
      do: 'again',
      outcome: { kind: 'interrupted' },
      again: { how, why: 'interrupted', not_before: iso(NOW) },
    });
  });

  test.each<{ name: string; given: Given; message: string }>([
    { name: 'fails by default', given: {}, message: 'the machine went down' },
    {
      name: 'fails at the last attempt',
      given: {
        order: { on_interrupt: 'resume', max_attempts: 2 },
        ledger: { attempt: 2, attempts: [done(1, {})] },
      },
      message: 'the machine went down (interrupted 2 times, max_attempts is 2)',
    },
    {
      name: 'cannot be resumed without its work directory',
      given: { order: { on_interrupt: 'resume' }, job: { work: false } },
      message: 'the machine went down',
    },
  ])('$name', ({ given, message }) => {
    expect(afterExit(crashed, given)).toMatchObject({ do: 'end', outcome: { kind: 'interrupted', message } });
  });

  test('is cancelled and not taken up again when it is to be cancelled', () => {
    const given = {
      order: { on_interrupt: 'resume' as const },
      job: { requests: asked.cancelFor('wrong mesh') },
    };
    expect(afterExit(crashed, given)).toMatchObject({
      do: 'end',
      outcome: { kind: 'cancelled', message: 'cancelled: wrong mesh; the machine went down' },
    });
  });

  test('of which not even the attempt is left is interrupted, too', () => {
    const given: Given = { order: { on_interrupt: 'restart' }, job: { attempt: undefined, work: false } };
    expect(only(given)).toMatchObject({ do: 'again', again: { how: 'restart' } });
  });

  test('when it was asked to is told apart, and goes on beyond max_attempts', () => {
    const given: Given = {
      order: { on_interrupt: 'resume', max_attempts: 1 },
      seen: { asked: 'interrupt' },
    };
    expect(afterExit(crashed, given)).toMatchObject({ do: 'again', outcome: { asked: true } });
  });
});

describe('a run that got no licence', () => {
  const licence = { kind: 'failed', error_class: 'licence' } as const;

  test.each([
    { before: [], waitsS: 60 },
    { before: [done(1, licence)], waitsS: 120 },
    { before: [done(1, licence), done(2, licence)], waitsS: 240 },
    { before: [1, 2, 3, 4, 5, 6].map((number) => done(number, licence)), waitsS: 600 },
    { before: [done(1, licence), done(2, { kind: 'interrupted' })], waitsS: 60 },
  ])('waits $waitsS s after $before.length others', ({ before, waitsS }) => {
    expect(afterExit(noLicence, { ledger: { attempt: before.length + 1, attempts: before } })).toMatchObject({
      do: 'again',
      outcome: { error_class: 'licence' },
      again: { why: 'licence', how: 'restart', not_before: iso(NOW + waitsS * 1000) },
    });
  });

  test('is resumed where its order can be', () => {
    expect(afterExit(noLicence, { order: { on_interrupt: 'resume' } })).toMatchObject({
      again: { how: 'resume' },
    });
  });

  test('and completed all the same is completed', () => {
    const fine = exit({ findings: { licence: 'No licenses available' } });
    expect(afterExit(fine)).toMatchObject({ do: 'end', outcome: { kind: 'completed' } });
  });
});

describe('between two attempts', () => {
  const waiting = (how: 'resume' | 'restart', given: Given = {}, inMs = 0): Given => ({
    ...given,
    job: {
      ledger: ledger('again', {
        again: { how, why: 'licence', not_before: iso(NOW + inMs) },
        attempts: [done(1, {})],
      }),
      record: queuedRecord('licence (the last run got none; tried again at some time)'),
      attempt: undefined,
      staged: how === 'resume',
      order: sealed(),
      ...given.job,
    },
  });

  test.each<{ name: string; given: Given; does: object[]; waits?: string }>([
    { name: 'a resumed job starts', given: waiting('resume'), does: [{ do: 'start', attempt: 2 }] },
    {
      name: 'a restarted job is copied first',
      given: waiting('restart'),
      does: [{ do: 'stage', attempt: 2 }],
    },
    {
      name: 'a restarted job starts once it is copied',
      given: waiting('restart', { job: { staged: true } }),
      does: [{ do: 'start', attempt: 2 }],
    },
    {
      name: 'nothing starts before its time',
      given: waiting('resume', {}, 1),
      does: [],
      waits: `licence (the last run got none; tried again at ${iso(NOW + 1)})`,
    },
    {
      name: 'a job waits for its slot again',
      given: waiting('resume', { policy: { slots: 0 } }),
      does: [{ do: 'queue', waiting_for: 'slot' }],
      waits: 'slot',
    },
    {
      name: 'a job is cancelled',
      given: waiting('resume', { job: { requests: asked.cancel } }),
      does: [{ do: 'end', outcome: { message: 'cancelled before it started again' } }],
    },
    {
      name: 'a job that waits too long ends',
      given: waiting('resume', { order: { queue_timeout_s: 60 }, job: { waitedMs: 60_000 } }, 1),
      does: [{ do: 'end', outcome: { kind: 'timed-out' } }],
    },
    {
      name: 'an order that is not there any more is waited for',
      given: waiting('restart', { job: { order: undefined } }),
      does: [{ do: 'queue', waiting_for: 'inputs (the order is not there to be copied again)' }],
      waits: 'inputs (the order is not there to be copied again)',
    },
    {
      name: 'an order that stays away ends the job',
      given: waiting('restart', { job: { order: undefined, quietMs: 600_000 } }),
      does: [{ do: 'end', outcome: { kind: 'rejected' } }],
    },
    {
      name: 'a work directory that is gone cannot be resumed',
      given: { ...waiting('resume'), job: { ...waiting('resume').job, accepted: undefined } },
      does: [{ do: 'end', outcome: { kind: 'interrupted' } }],
    },
  ])('$name', ({ given, does, waits }) => {
    const plan = planFor(given);
    expect(plan.actions).toMatchObject(does);
    expect(plan.actions).toHaveLength(does.length);
    expect(plan.waiting).toEqual(waits === undefined ? [] : [{ job_id: JOB, for: waits }]);
    expect(plan.running).toEqual([]);
  });
});

describe('what interrupts a run', () => {
  const at = '2026-02-10T15:00:00Z';
  const closed = { schedule: ['sat 00:00-24:00'], schedule_end: 'interrupt' } as const;

  test.each<{ name: string; given: Given; reason?: string }>([
    { name: 'nothing', given: {} },
    { name: 'the runner that stops', given: { around: { stopping: true } }, reason: 'the runner stops' },
    {
      name: 'the owner who wants the machine',
      given: { around: { owner: { paused: { at, interrupt: true, reason: 'meshing' } } } },
      reason: 'the owner paused the runner: meshing',
    },
    { name: 'not a pause that lets it finish', given: { around: { owner: { paused: { at } } } } },
    {
      name: 'not a pause that is over',
      given: { around: { owner: { paused: { at, interrupt: true, until: iso(NOW) } } } },
    },
    { name: 'not that the owner drains the runner', given: { around: { owner: { draining: { at } } } } },
    {
      name: 'the end of the window where the settings say so',
      given: { policy: closed },
      reason: 'the window of the schedule has ended',
    },
    { name: 'not the end of the window otherwise', given: { policy: { ...closed, schedule_end: 'finish' } } },
    { name: 'nothing twice', given: { around: { stopping: true }, seen: { asked: 'interrupt' } } },
    { name: 'not what its supervisor ends', given: { around: { stopping: true }, seen: { asked: 'limit' } } },
    { name: 'not what is being cancelled', given: { around: { stopping: true }, seen: { asked: 'cancel' } } },
  ])('$name', ({ given, reason }) => {
    const action = { do: 'ask-interrupt', job_id: JOB, attempt: 1, reason };
    expect(planFor(given).actions).toEqual(reason === undefined ? [] : [action]);
  });

  test.each(['interrupt', 'limit'] as const)('a cancel comes through after %s', (asked_) => {
    const given = { seen: { asked: asked_ }, job: { requests: asked.cancel } };
    expect(only(given)).toMatchObject({ do: 'ask-cancel' });
  });
});
