// Every decision about retries as a described case: what is tried again, as what, when, and what keeps it from that.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/job/outcome.ts';
import { LINK_STATES } from '../../src/queue/liveness.ts';
import type { PendingRetry, RetryPolicy } from '../../src/queue/retry.ts';
import { delayS, isToBeRetried, planRetry, planSupersede } from '../../src/queue/retry.ts';
import type { WatcherJob } from '../../src/queue/watcher-snapshot.ts';
import {
  ARCHIVED_AS,
  arrival,
  arriving,
  asked,
  endedRecord,
  illegible,
  JOB,
  NOW,
  OTHER_SEAL,
  RECORD_SEAL,
  retryPolicy,
  runningRecord,
  sealed,
  watcherJob,
} from '../helpers/snapshots.ts';

const ended = (outcome: Partial<Outcome>) =>
  arrival(endedRecord(RECORD_SEAL, { kind: 'failed', message: '', ...outcome } as Outcome));
const interrupted = ended({ kind: 'interrupted', error_class: 'interrupted' });
const retry = { max: 2, on: ['interrupted'] };
const NEW = `${JOB}-r1`;
const failed: Partial<WatcherJob> = { order: sealed({ retry }), record: interrupted, retryId: NEW };
const lost: Partial<WatcherJob> = {
  order: sealed({ retry: { max: 1, on: ['lost'] } }),
  record: arrival(runningRecord(), false),
  retryId: NEW,
  lost: true,
};
const archived = [{ archived_as: ARCHIVED_AS, sealSha256: OTHER_SEAL, hasOrder: false, abandoned: false }];

interface Case {
  name: string;
  job: Partial<WatcherJob>;
  policy?: Partial<RetryPolicy>;
  link?: (typeof LINK_STATES)[number];
  /** The reason, where it is tried again. */
  again?: string;
}

const FIRST = 'retry 1 of 2 after an end of class interrupted';

const decisions: Case[] = [
  { name: 'a job that failed in a way its order names', job: failed, again: FIRST },
  { name: 'a job that failed in another way', job: { ...failed, record: ended({ error_class: 'script' }) } },
  {
    name: 'a job that completed',
    job: { ...failed, record: ended({ kind: 'completed', error_class: 'interrupted' }) },
  },
  {
    name: 'a job that was cancelled',
    job: { ...failed, record: ended({ kind: 'cancelled', error_class: 'interrupted' }) },
  },
  {
    name: 'a job that its runner refused, where the order names that',
    job: {
      ...failed,
      order: sealed({ retry: { max: 1, on: ['inputs'] } }),
      record: ended({ kind: 'rejected', error_class: 'inputs' }),
    },
    again: 'retry 1 of 1 after an end of class inputs',
  },
  { name: 'a job that runs', job: { ...failed, record: arrival(runningRecord(), false) } },
  {
    name: 'a job that says that it failed, before its seal has arrived',
    job: { ...failed, record: { ...interrupted, sealSha256: undefined, complete: false } },
  },
  {
    name: 'a job that failed, before every file has arrived',
    job: { ...failed, record: { ...interrupted, complete: false } },
  },
  { name: 'a job that somebody asked to be cancelled', job: { ...failed, requests: asked.cancel } },
  { name: 'a job of which an earlier record is archived', job: { ...failed, archived } },
  { name: 'a job whose order is gone', job: { ...failed, order: undefined } },
  { name: 'a job whose order is not whole', job: { ...failed, order: arriving({ retry }) } },
  { name: 'a job whose order cannot be read', job: { ...failed, order: illegible({ retry }) } },
  {
    name: 'a retry, while there may be another',
    job: {
      ...failed,
      job_id: NEW,
      order: sealed({ job_id: NEW, retry_of: JOB, retry }),
      retryId: `${JOB}-r2`,
    },
    again: 'retry 2 of 2 after an end of class interrupted',
  },
  {
    name: 'the last retry',
    job: { ...failed, job_id: `${JOB}-r2`, order: sealed({ retry_of: NEW, retry }), retryId: `${JOB}-r3` },
  },
  {
    name: 'a job that is only called like a retry',
    job: { ...failed, job_id: `${JOB}-r2`, retryId: `${JOB}-r2-r1` },
    again: FIRST,
  },
  { name: 'a job without a word of retries', job: { ...failed, order: sealed() } },
  {
    name: 'a job without a word of retries, where the settings want them',
    job: { ...failed, order: sealed() },
    policy: { retry_max: 3 },
    again: 'retry 1 of 3 after an end of class interrupted',
  },
  {
    name: 'a job that wants no retries, where the settings want them',
    job: { ...failed, order: sealed({ retry: { max: 0 } }) },
    policy: { retry_max: 3 },
  },
  {
    name: 'a job that says how often, and leaves it to the settings after what',
    job: { ...failed, order: sealed({ retry: { max: 2 } }) },
    again: FIRST,
  },
  {
    name: 'a job that says after what, and leaves it to the settings how often',
    job: { ...failed, order: sealed({ retry: { on: ['interrupted'] } }) },
  },
  ...LINK_STATES.map((link) => {
    const isSure = link === 'local' || link === 'up';
    return {
      name: `a lost job whose order names that, while the link is ${link}`,
      job: lost,
      link,
      ...(isSure && { again: 'retry 1 of 1 after an end of class lost' }),
    };
  }),
  { name: 'a lost job, as long as it is heard of', job: { ...lost, lost: false }, link: 'local' },
  {
    name: 'a lost job whose order does not name that',
    job: { ...lost, order: sealed({ retry }) },
    link: 'local',
  },
  {
    name: 'a lost job of which a seal has come',
    job: { ...lost, record: { ...interrupted, complete: false } },
    link: 'local',
  },
  {
    name: 'a job that nobody has heard of and that somebody gave up',
    job: { ...lost, requests: asked.cancel },
    link: 'local',
  },
];

describe('tried again is', () => {
  test.each(decisions)('$name: $again', ({ job, policy = {}, link = 'unknown', again }) => {
    const seen = watcherJob({ ...job, link });
    const action = planSupersede(seen, { nowMs: NOW }, retryPolicy(policy));
    const decided = { do: 'supersede', job_id: seen.job_id, superseded_by: seen.retryId, reason: again };
    const { retry_at: _, ...made } = { retry_at: '', ...action };
    expect(made).toEqual(again === undefined ? {} : decided);
    expect(isToBeRetried(seen, { nowMs: NOW }, retryPolicy(policy))).toBe(again !== undefined);
  });

  test('at a time that counts from now and is the same however often it is asked for', () => {
    const plan = () => planSupersede(watcherJob(failed), { nowMs: NOW }, retryPolicy());
    const action = plan();
    if (action?.do !== 'supersede') throw new Error('it should be tried again');
    const waitS = (Date.parse(action.retry_at) - NOW) / 1000;
    expect(waitS).toBeGreaterThanOrEqual(48);
    expect(waitS).toBeLessThanOrEqual(72);
    expect(plan()).toEqual(action);
  });

  test('at a time that the order says, where it does', () => {
    const order = sealed({ retry: { ...retry, backoff_s: 0 } });
    const action = planSupersede(watcherJob({ ...failed, order }), { nowMs: NOW }, retryPolicy());
    expect(action).toMatchObject({ retry_at: new Date(NOW).toISOString() });
  });

  test('never before now, whatever the order says', () => {
    const order = sealed({ retry: { ...retry, backoff_s: -500, multiplier: -3 } });
    const action = planSupersede(watcherJob({ ...failed, order }), { nowMs: NOW }, retryPolicy());
    expect(action).toMatchObject({ retry_at: new Date(NOW).toISOString() });
  });
});

describe('the time before a retry', () => {
  const pace = { backoffS: 60, multiplier: 2, maxS: 3600 };

  test('grows, stays within a fifth of what is wanted, and never passes the longest', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (id, number) => {
        const wanted = Math.min(60 * 2 ** number, 3600 / 1.2);
        const delay = delayS(id, number, pace);
        expect(delay).toBeGreaterThanOrEqual(wanted * 0.8);
        expect(delay).toBeLessThanOrEqual(Math.min(wanted * 1.2, 3600));
      }),
    );
  });

  test.each([
    {
      what: 'nothing, multiplied without end',
      number: 999_999_999,
      of: { backoffS: 0, multiplier: 1000 },
      is: 0,
    },
    { what: 'a longest time beyond all time', number: 2000, of: { maxS: 1e300 }, is: 366 * 86_400 },
  ])('is a time that can be written: $what', ({ number, of, is }) => {
    const delay = delayS('job-a-r1', number, { ...pace, ...of });
    expect(delay).toBeGreaterThanOrEqual(is * 0.6);
    expect(delay).toBeLessThanOrEqual(is);
    expect(new Date(NOW + delay * 1000).toISOString()).toMatch(/^20/);
  });

  test('is spread over jobs that failed together, also where it is the longest', () => {
    const ids = Array.from({ length: 200 }, (_, n) => `job-20260210-1430${n}-wfe-r1`);
    for (const number of [0, 30]) {
      const delays = ids.map((id) => delayS(id, number, pace) / delayS('', number, pace));
      const [min, max] = [Math.min(...delays), Math.max(...delays)];
      expect(max / min).toBeGreaterThan(1.4);
      expect(new Set(delays).size).toBeGreaterThan(190);
    }
  });
});

describe('a retry that is decided', () => {
  const pending = (fields: Partial<PendingRetry> = {}): PendingRetry => ({
    retry_as: NEW,
    notBeforeMs: NOW,
    isMade: false,
    stopped: false,
    acting: false,
    busy: false,
    ...fields,
  });
  const make = { do: 'retry', job_id: NEW, retry_of: JOB };

  test.each<{ name: string; job: Partial<WatcherJob>; does?: object }>([
    { name: 'is made when its time has come', job: { link: 'local', retry: pending() }, does: make },
    { name: 'waits for its time', job: { retry: pending({ notBeforeMs: NOW + 1 }) } },
    {
      name: 'is noted when it is there, whatever its time',
      job: { retry: pending({ notBeforeMs: NOW + 1, isMade: true }) },
      does: make,
    },
    { name: 'is not made twice at once', job: { retry: pending({ acting: true, busy: true }) } },
    { name: 'waits after it could not be made', job: { retry: pending({ busy: true }) } },
    {
      name: 'does not wait for the old job to be archived',
      job: { ...failed, busy: true, retry: pending() },
      does: make,
    },
    {
      name: 'is not made when the lost job has completed after all',
      job: { record: ended({ kind: 'completed' }), retry: pending() },
    },
    {
      name: 'is made when the lost job was heard of again and obeyed its cancel',
      job: { record: ended({ kind: 'cancelled', error_class: 'cancelled' }), retry: pending() },
      does: make,
    },
    { name: 'of a lost job waits until the link is known again', job: { link: 'unknown', retry: pending() } },
    { name: 'of a lost job waits while the link is down', job: { link: 'disconnected', retry: pending() } },
    {
      name: 'of a lost job is noted when it is there, whatever the link',
      job: { link: 'unknown', retry: pending({ isMade: true }) },
      does: make,
    },
    {
      name: 'of a job with an end is made whatever the link',
      job: { ...failed, link: 'unknown', retry: pending() },
      does: make,
    },
    { name: 'is none when none is', job: { retry: undefined } },
  ])('$name', ({ job, does }) => {
    expect(planRetry(watcherJob(job), NOW)).toEqual(does);
  });

  test.each<{ name: string; job: Partial<WatcherJob>; waited: boolean }>([
    { name: 'that is to come', job: { retry: pending({ notBeforeMs: NOW + 1 }) }, waited: true },
    { name: 'that is made', job: { retry: pending({ isMade: true }) }, waited: false },
    {
      name: 'that nobody needs any more',
      job: { record: ended({ kind: 'completed' }), retry: pending() },
      waited: false,
    },
  ])('$name is waited for by those who depend on the old job: $waited', ({ job, waited }) => {
    const around = { nowMs: NOW };
    expect(isToBeRetried(watcherJob(job), around, retryPolicy())).toBe(waited);
  });
});
