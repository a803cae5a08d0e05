// Closing a job that was given up: each step, and who has to have said what before its requests go.
import { describe, expect, test } from 'vitest';
import type { Presence } from '../../src/job/presence.ts';
import { isCleared, planAbandoned } from '../../src/queue/abandonment.ts';
import { planWatcher } from '../../src/queue/plan-watcher.ts';
import type { ArchivedJob, WatcherJob } from '../../src/queue/watcher-snapshot.ts';
import {
  ARCHIVED_AS,
  arrival,
  arriving,
  asked,
  endedRecord,
  JOB,
  NOW,
  RECORD_SEAL,
  runningRecord,
  sealed,
  unsealed,
  watcherJob,
  watcherPolicy,
} from '../helpers/snapshots.ts';

const asItWas = (fields: Partial<ArchivedJob> = {}): ArchivedJob => ({
  archived_as: ARCHIVED_AS,
  sealSha256: undefined,
  hasOrder: false,
  abandoned: true,
  ...fields,
});
const LATER = `${JOB}_20260212-020311`;
const late: ArchivedJob = { archived_as: LATER, sealSha256: RECORD_SEAL, hasOrder: false, abandoned: false };
const acting = {
  retry_as: `${JOB}-r1`,
  notBeforeMs: NOW,
  isMade: false,
  stopped: false,
  acting: true,
  busy: true,
};
const given: Partial<WatcherJob> = {
  order: sealed(),
  requests: { cancel: { ...asked.cancel.cancel, abandoned: true } },
  abandoned: true,
  recordGoneMs: 10_000,
};
const partly = arrival(endedRecord(), false);

const abandon = { do: 'abandon' };
const moveOrder = { do: 'move-order', archived_as: ARCHIVED_AS };
const removeRequests = { do: 'remove-requests' };

describe('a job that was given up', () => {
  test.each<{ name: string; job: Partial<WatcherJob>; does?: object }>([
    { name: 'is archived as it is', job: given, does: abandon },
    {
      name: 'is archived as it is, while it runs',
      job: { ...given, record: arrival(runningRecord(), false) },
      does: abandon,
    },
    {
      name: 'is archived as it is, though a seal has come without its files',
      job: { ...given, record: partly },
      does: abandon,
    },
    { name: 'is archived as it is, whole or not', job: { ...given, order: arriving() }, does: abandon },
    { name: 'is archived as it is, sealed or not', job: { ...given, order: unsealed() }, does: abandon },
    {
      name: 'is archived as it is, rather than assigned',
      job: { ...given, order: sealed({ run_on: 'auto' }) },
      does: abandon,
    },
    {
      name: 'comes home as any other when its whole record is here',
      job: { ...given, record: arrival() },
      does: { do: 'collect' },
    },
    {
      name: 'is not archived as it is once its record is in the archive',
      job: {
        ...given,
        record: arrival(),
        requests: { ...given.requests, ...asked.archived(RECORD_SEAL, LATER) },
        archived: [late],
      },
    },
    { name: 'is followed by its order', job: { ...given, archived: [asItWas()] }, does: moveOrder },
    {
      name: 'is followed by its order though its record is still there',
      job: { ...given, record: arrival(runningRecord(), false), archived: [asItWas()] },
      does: moveOrder,
    },
    {
      name: 'is not followed by its order while that is copied for a retry',
      job: { ...given, archived: [asItWas()], retry: acting },
    },
    {
      name: 'keeps an order that came back where it is',
      job: { ...given, archived: [asItWas({ hasOrder: true })] },
    },
    {
      name: 'keeps its requests while a runner may take it up',
      job: { ...given, order: undefined, archived: [asItWas({ hasOrder: true })] },
    },
    {
      name: 'loses its requests when no runner can take it up',
      job: { ...given, order: undefined, archived: [asItWas({ hasOrder: true })], cleared: true },
      does: removeRequests,
    },
    {
      name: 'loses its requests though it never had an order',
      job: { ...given, order: undefined, archived: [asItWas()], cleared: true },
      does: removeRequests,
    },
    {
      name: 'loses what is left of its requests when their removal was cut off',
      job: {
        requests: {},
        asked: 'empty',
        archived: [asItWas({ hasOrder: true })],
        recordGoneMs: 10_000,
      },
      does: removeRequests,
    },
    {
      name: 'keeps its requests while they cannot be read',
      job: { requests: {}, archived: [asItWas({ hasOrder: true })], recordGoneMs: 10_000 },
    },
    {
      name: 'keeps its requests until the second look at its record',
      job: {
        ...given,
        order: undefined,
        archived: [asItWas({ hasOrder: true })],
        cleared: true,
        recordGoneMs: 0,
      },
    },
    {
      name: 'keeps its requests while there is a record of it',
      job: {
        ...given,
        order: undefined,
        record: arrival(runningRecord(), false),
        archived: [asItWas({ hasOrder: true })],
        cleared: true,
      },
    },
    {
      name: 'has nothing more to close when it is gone from everywhere else',
      job: { archived: [asItWas({ hasOrder: true })], asked: 'no', cleared: true, recordGoneMs: 10_000 },
    },
    {
      name: 'has results that came late collected',
      job: { ...given, order: undefined, record: arrival(), archived: [asItWas({ hasOrder: true })] },
      does: { do: 'collect' },
    },
    {
      name: 'has results that came late acknowledged under their own name',
      job: { ...given, order: undefined, record: arrival(), archived: [asItWas({ hasOrder: true }), late] },
      does: { do: 'acknowledge', archived_as: LATER, seal_sha256: RECORD_SEAL },
    },
    {
      name: 'loses its requests when its runner has deleted results that came late, whatever presence says',
      job: {
        ...given,
        order: undefined,
        requests: { ...given.requests, ...asked.archived(RECORD_SEAL, LATER) },
        archived: [asItWas({ hasOrder: true }), late],
      },
      does: removeRequests,
    },
    {
      name: 'stays given up after the note of it is gone',
      job: { ...given, abandoned: false, order: undefined, archived: [asItWas({ hasOrder: true })] },
    },
  ])('$name', ({ job, does }) => {
    const snapshot = {
      runners: ['station'],
      states: {},
      problems: [],
      nowMs: NOW,
      postFree: 1,
    };
    const actions = planWatcher({ ...snapshot, jobs: [watcherJob(job)] }, watcherPolicy());
    expect(actions).toEqual(does ? [{ ...does, job_id: JOB }] : []);
  });

  test('is no job that nobody gave up', () => {
    expect(planAbandoned(watcherJob({ ...given, abandoned: false }))).toBeUndefined();
  });
});

describe('no runner can take up an abandoned job', () => {
  const presence = (fields: Partial<Presence> = {}): Presence => ({
    runner_id: 'station',
    seq: 7,
    boot_id: 'b',
    ledger_id: 'l',
    host: 'h',
    pid: 1,
    version: '1',
    slots: 1,
    running: [],
    waiting: [],
    clock: '2026-02-10T16:00:00Z',
    heartbeat_interval_s: 30,
    ...fields,
  });
  const cleared = [JOB];

  test.each<{ name: string; runner: string | undefined; presences: Presence[]; is: boolean }>([
    { name: 'when it was for no runner', runner: undefined, presences: [], is: true },
    { name: 'not before its runner is heard of', runner: 'station', presences: [], is: false },
    {
      name: 'not while its runner says nothing of it',
      runner: 'station',
      presences: [presence()],
      is: false,
    },
    {
      name: 'when its runner has read the cancel and has nothing',
      runner: 'station',
      presences: [presence({ cleared })],
      is: true,
    },
    {
      name: 'not when its runner clears another job',
      runner: 'station',
      presences: [presence({ cleared: ['job-other'] })],
      is: false,
    },
    {
      name: 'not when another runner clears it',
      runner: 'station',
      presences: [presence(), presence({ runner_id: 'other', cleared })],
      is: false,
    },
    {
      name: 'not while its runner runs it',
      runner: 'station',
      presences: [presence({ cleared, running: [{ job_id: JOB, heartbeat_seq: 1 }] })],
      is: false,
    },
    {
      name: 'not while another runner has it waiting, though it was for none',
      runner: undefined,
      presences: [presence({ waiting: [{ job_id: JOB, for: 'slot' }] })],
      is: false,
    },
  ])('$name', ({ runner, presences, is }) => {
    expect(isCleared(JOB, runner, presences)).toBe(is);
  });
});
