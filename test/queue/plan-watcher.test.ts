// Every decision of the watcher as a described case: the steps by which a job comes home, and what stops each.
import { describe, expect, test } from 'vitest';
import type { State } from '../../src/job/states.ts';
import { STATES } from '../../src/job/states.ts';
import { awaitsSecondLook, planWatcher } from '../../src/queue/plan-watcher.ts';
import type {
  ArchivedJob,
  WatcherAction,
  WatcherJob,
  WatcherSnapshot,
} from '../../src/queue/watcher-snapshot.ts';
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
  order,
  queuedRecord,
  RECORD_SEAL,
  runningRecord,
  sealed,
  unfit,
  unsealed,
  watcherJob,
  watcherPolicy,
} from '../helpers/snapshots.ts';

const quiet = {
  runners: [],
  states: {},
  problems: [],
  nowMs: NOW,
  postFree: 1,
};

const LOOK_MS = 10_000;
const QUIET_MS = 60_000;

/** What is to be done, without the id of the one job. */
type Bare<T> = T extends unknown ? Omit<T, 'job_id'> : never;

interface Case {
  name: string;
  job: Partial<WatcherJob>;
  runners?: string[];
  states?: WatcherSnapshot['states'];
  does?: Bare<WatcherAction>;
}

const collect = { do: 'collect' } as const;
const acknowledge = { do: 'acknowledge', archived_as: ARCHIVED_AS, seal_sha256: RECORD_SEAL } as const;
const moveOrder = { do: 'move-order', archived_as: ARCHIVED_AS } as const;
const removeRequests = { do: 'remove-requests' } as const;
const assign = { do: 'assign', runner: 'station' } as const;

const home = (fields: Partial<ArchivedJob> = {}): ArchivedJob => ({
  archived_as: ARCHIVED_AS,
  sealSha256: RECORD_SEAL,
  hasOrder: false,
  abandoned: false,
  ...fields,
});
const whole: Partial<WatcherJob> = { order: sealed(), record: arrival() };
const gone: Partial<WatcherJob> = {
  order: sealed(),
  requests: asked.archived(),
  archived: [home()],
  recordGoneMs: LOOK_MS,
};
const depending = (more: Partial<WatcherJob> = {}): Partial<WatcherJob> => ({
  order: sealed({ depends_on: ['job-a', 'job-b'] }),
  ...more,
});

const handshake: Case[] = [
  { name: 'a whole record is collected', job: whole, does: collect },
  { name: 'a record whose order is gone is collected as well', job: { record: arrival() }, does: collect },
  {
    name: 'a record that still runs is left where it is',
    job: { ...whole, record: arrival(runningRecord(), false) },
  },
  {
    name: 'a record that says completed is left where it is until its seal has arrived',
    job: { ...whole, record: arrival({ ...endedRecord(), sealSha256: undefined }, false) },
  },
  {
    name: 'a sealed record is left where it is until every file has arrived',
    job: { ...whole, record: arrival(endedRecord(), false) },
  },
  {
    name: 'a copy that was verified is post-processed',
    job: { ...whole, collected: { sealSha256: RECORD_SEAL, processed: false } },
    does: { do: 'process' },
  },
  {
    name: 'a copy that was post-processed is archived',
    job: { ...whole, collected: { sealSha256: RECORD_SEAL, processed: true } },
    does: { do: 'archive' },
  },
  {
    name: 'a copy whose post-processor is tried again later is left where it is',
    job: { ...whole, collected: { sealSha256: RECORD_SEAL, processed: false, waits: true } },
  },
  {
    name: 'a job that was given up while its post-processor is tried again later is not archived without a record',
    job: { ...whole, abandoned: true, collected: { sealSha256: RECORD_SEAL, processed: false, waits: true } },
  },
  {
    name: 'a copy of which the seal was not written yet is collected again',
    job: { ...whole, collected: { sealSha256: undefined, processed: false } },
    does: collect,
  },
  {
    name: 'a copy of another record is collected again, though it was post-processed',
    job: { ...whole, collected: { sealSha256: OTHER_SEAL, processed: true } },
    does: collect,
  },
  {
    name: 'a verified copy goes on though files of the record are missing again in the mirror',
    job: {
      ...whole,
      record: arrival(endedRecord(), false),
      collected: { sealSha256: RECORD_SEAL, processed: true },
    },
    does: { do: 'archive' },
  },
  {
    name: 'a record that is archived is acknowledged with the digest of its seal',
    job: { ...whole, archived: [home()] },
    does: acknowledge,
  },
  {
    name: 'a record that is archived already is only acknowledged, not collected again',
    job: { ...whole, archived: [home({ hasOrder: true })], order: undefined },
    does: acknowledge,
  },
  {
    name: 'a record that is archived is acknowledged though files of it are missing in the mirror',
    job: { ...whole, record: arrival(endedRecord(), false), archived: [home()] },
    does: acknowledge,
  },
  {
    name: 'a copy that is left over is not archived a second time',
    job: { ...whole, archived: [home()], collected: { sealSha256: RECORD_SEAL, processed: true } },
    does: acknowledge,
  },
  {
    name: 'an acknowledgement of another record is replaced',
    job: { ...whole, archived: [home()], requests: asked.archived(OTHER_SEAL) },
    does: acknowledge,
  },
  {
    name: 'the place in the archive with the same seal is acknowledged',
    job: { ...whole, archived: [home({ archived_as: 'older', sealSha256: OTHER_SEAL }), home()] },
    does: acknowledge,
  },
  {
    name: 'a record with another seal than the one in the archive is collected',
    job: { ...whole, archived: [home({ sealSha256: OTHER_SEAL })] },
    does: collect,
  },
  {
    name: 'a record with another seal is collected though the archive has one without a seal',
    job: { ...whole, archived: [home({ sealSha256: undefined })] },
    does: collect,
  },
  {
    name: 'the order stays while the runner has not deleted the acknowledged record',
    job: { ...whole, archived: [home()], requests: asked.archived() },
  },
  { name: 'the order stays on the first look at a record that is gone', job: { ...gone, recordGoneMs: 0 } },
  { name: 'the order stays until the second look', job: { ...gone, recordGoneMs: LOOK_MS - 1 } },
  { name: 'the order follows its record into the archive at the second look', job: gone, does: moveOrder },
  {
    name: 'the order stays when its record is not where the acknowledgement says',
    job: { ...gone, requests: asked.archived(RECORD_SEAL, 'elsewhere') },
  },
  { name: 'the order stays when nothing is in the archive', job: { ...gone, archived: [] } },
  {
    name: 'the order stays when nothing was acknowledged',
    job: { ...gone, requests: {} },
  },
  {
    name: 'the order goes to the place that was acknowledged, not to the newest',
    job: { ...gone, archived: [home(), home({ archived_as: 'newer' })] },
    does: moveOrder,
  },
  {
    name: 'an order that came back is not moved over the one in the archive, and its requests stay',
    job: { ...gone, archived: [home({ hasOrder: true })] },
  },
  {
    name: 'the requests go once the order is in the archive',
    job: { ...gone, order: undefined, archived: [home({ hasOrder: true })] },
    does: removeRequests,
  },
  {
    name: 'the requests stay until the second look',
    job: { ...gone, order: undefined, archived: [home({ hasOrder: true })], recordGoneMs: LOOK_MS - 1 },
  },
  {
    name: 'the requests of a job whose order was never there go as well',
    job: { ...gone, order: undefined },
    does: removeRequests,
  },
  {
    name: 'a removal of which only archived.json was done is finished',
    job: { requests: asked.cancel, archived: [home({ hasOrder: true })], recordGoneMs: LOOK_MS },
    does: removeRequests,
  },
  {
    name: 'requests of a job that is only archived without its order stay',
    job: { requests: asked.cancel, archived: [home()], recordGoneMs: LOOK_MS },
  },
  {
    name: 'requests that came before their order stay',
    job: { requests: asked.cancel, recordGoneMs: LOOK_MS },
  },
  {
    name: 'a job whose retry is to come, and that is archived for good, is left alone',
    job: { archived: [home({ hasOrder: true })], asked: 'no', recordGoneMs: LOOK_MS },
  },
  {
    name: 'the order stays while it is copied for a retry',
    job: {
      ...gone,
      retry: { retry_as: 'r', notBeforeMs: 0, isMade: false, stopped: false, acting: true, busy: true },
    },
  },
  { name: 'a job on which something is under way is left alone', job: { ...whole, busy: true } },
];

const handMade: Case[] = [
  {
    name: 'an order made by hand is sealed when it has not changed for a while',
    job: { order: unsealed(), quietMs: QUIET_MS },
    does: { do: 'seal' },
  },
  {
    name: 'an order made by hand is left alone while it may still change',
    job: { order: unsealed(), quietMs: QUIET_MS - 1 },
  },
  {
    name: 'an order made by hand is not assigned before it is sealed',
    job: { order: unsealed({}) },
    runners: ['station'],
  },
  {
    name: 'an order without a seal is not sealed when its job is archived',
    job: { order: unsealed(), quietMs: QUIET_MS, archived: [home()] },
  },
  {
    name: 'an order without a seal is not sealed when its record was acknowledged',
    job: { order: unsealed(), quietMs: QUIET_MS, requests: asked.archived() },
  },
  {
    name: 'an order whose seal does not fit is not sealed again',
    job: { order: unfit(), quietMs: QUIET_MS },
  },
];

const assignments: Case[] = [
  {
    name: 'an order for any runner goes to the only one',
    job: { order: sealed({ run_on: 'auto' }) },
    runners: ['station'],
    does: assign,
  },
  {
    name: 'an order that names no runner goes to the only one',
    job: { order: sealed({}, { fields: withoutRunner() }) },
    runners: ['station'],
    does: assign,
  },
  {
    name: 'an order for any runner goes to the only one while it arrives',
    job: { order: arriving({ run_on: 'auto' }) },
    runners: ['station'],
    does: assign,
  },
  {
    name: 'an order for any runner waits while no runner is known',
    job: { order: sealed({ run_on: 'auto' }) },
    runners: [],
  },
  {
    name: 'an order for any runner waits while there are two',
    job: { order: sealed({ run_on: 'auto' }) },
    runners: ['station', 'other'],
  },
  {
    name: 'an order for a runner is not given to another',
    job: { order: sealed({ run_on: 'other' }) },
    runners: ['station'],
  },
  {
    name: 'an assignment is final',
    job: { order: sealed({ run_on: 'auto' }), requests: asked.assign('other') },
    runners: ['station'],
  },
  {
    name: 'an order that a runner has taken up is not assigned',
    job: { order: sealed({ run_on: 'auto' }), record: arrival(queuedRecord('slot'), false) },
    runners: ['station'],
  },
  {
    name: 'an order that cannot be read is assigned, so that its runner can reject it',
    job: { order: illegible({ run_on: undefined }) },
    runners: ['station'],
    does: assign,
  },
  ...[5, null, 'my station'].map((run_on) => ({
    name: `an order whose run_on cannot be the id of a runner (${run_on}) counts as one for any runner`,
    job: { order: illegible({ run_on }) },
    runners: ['station'],
    does: assign,
  })),
  {
    name: 'an order that cannot be read but names its runner is left to it',
    job: { order: illegible({ run_on: 'other' }) },
    runners: ['station'],
  },
  {
    name: 'an order whose seal does not fit is assigned, so that its runner can reject it',
    job: { order: unfit({}) },
    runners: ['station'],
    does: assign,
  },
  {
    name: 'an order that is archived is not assigned again',
    job: { order: sealed({ run_on: 'auto' }), archived: [home()] },
    runners: ['station'],
  },
];

const broken = (state: State) => ({ do: 'cancel' as const, reason: `dependency job-b ${state}` });
const whatFollows: Record<State, Bare<WatcherAction> | undefined> = {
  submitted: undefined,
  queued: undefined,
  running: undefined,
  completed: { do: 'release' },
  failed: broken('failed'),
  cancelled: broken('cancelled'),
  lost: undefined,
};
const says = (action: Bare<WatcherAction> | undefined) => action?.do ?? 'nothing';

const dependencies: Case[] = [
  ...STATES.map((state) => ({
    name: `the order after one that is completed and one that is ${state}: ${says(whatFollows[state])}`,
    job: depending(),
    states: { 'job-a': 'completed' as const, 'job-b': state },
    ...(whatFollows[state] && { does: whatFollows[state] }),
  })),
  {
    name: 'an order after one of which nothing is known waits',
    job: depending(),
    states: { 'job-a': 'completed' },
  },
  {
    name: 'an order is cancelled as soon as one of those before it failed, whatever the others do',
    job: depending(),
    states: { 'job-a': 'running', 'job-b': 'failed' },
    does: broken('failed'),
  },
  {
    name: 'an order that is queued is released as well',
    job: depending({ record: arrival(queuedRecord('dependency job-a, job-b'), false) }),
    states: { 'job-a': 'completed', 'job-b': 'completed' },
    does: { do: 'release' },
  },
  {
    name: 'a release is not given twice',
    job: depending({ requests: asked.release }),
    states: { 'job-a': 'completed', 'job-b': 'completed' },
  },
  {
    name: 'an order that a person released is not cancelled',
    job: depending({ requests: asked.release }),
    states: { 'job-a': 'completed', 'job-b': 'failed' },
  },
  {
    name: 'an order that is cancelled is not released',
    job: depending({ requests: asked.cancel }),
    states: { 'job-a': 'completed', 'job-b': 'completed' },
  },
  {
    name: 'a cancel is not given twice',
    job: depending({ requests: asked.cancel }),
    states: { 'job-a': 'completed', 'job-b': 'failed' },
  },
  { name: 'an order on hold is for a person to release', job: { order: sealed({ hold: true }) } },
  {
    name: 'an order on hold is for a person to release, though all before it are completed',
    job: { order: sealed({ hold: true, depends_on: ['job-a'] }) },
    states: { 'job-a': 'completed' },
  },
  { name: 'an order that depends on nothing needs no release', job: { order: sealed() } },
  {
    name: 'an order is assigned before it is released',
    job: { order: sealed({ run_on: 'auto', depends_on: ['job-a'] }) },
    runners: ['station'],
    states: { 'job-a': 'completed' },
    does: assign,
  },
  {
    name: 'an order that no runner can be given to is released all the same',
    job: { order: sealed({ run_on: 'auto', depends_on: ['job-a'] }) },
    runners: ['station', 'other'],
    states: { 'job-a': 'completed' },
    does: { do: 'release' },
  },
  {
    name: 'an order that is archived is not released',
    job: depending({ archived: [home()] }),
    states: { 'job-a': 'completed', 'job-b': 'completed' },
  },
];

function withoutRunner() {
  const { run_on: _, ...rest } = order();
  return rest;
}

describe.each([
  { about: 'bringing a record home', cases: handshake },
  { about: 'orders made by hand', cases: handMade },
  { about: 'giving orders to runners', cases: assignments },
  { about: 'orders that depend on others', cases: dependencies },
])('$about', ({ cases }) => {
  test.each(cases)('$name', ({ job, runners = [], states = {}, does }) => {
    const snapshot = { ...quiet, jobs: [watcherJob(job)], runners, states };
    expect(planWatcher(snapshot, watcherPolicy())).toEqual(does ? [{ ...does, job_id: JOB }] : []);
  });
});

describe('a job that failed and is tried again', () => {
  const interrupted = { kind: 'interrupted', error_class: 'interrupted', message: '' } as const;
  const record = arrival(endedRecord(RECORD_SEAL, interrupted));
  const failed: Partial<WatcherJob> = {
    order: sealed({ retry: { max: 1, on: ['interrupted'] } }),
    record,
    retryId: `${JOB}-r1`,
  };
  const superseded = { cancel: { superseded_by: `${JOB}-r1`, retry_at: '2026-02-10T16:01:00Z' } };
  const pending = {
    retry_as: `${JOB}-r1`,
    notBeforeMs: NOW,
    isMade: false,
    stopped: false,
    acting: false,
    busy: false,
  };
  const doings = (job: Partial<WatcherJob>) =>
    planWatcher({ ...quiet, jobs: [watcherJob(job)] }, watcherPolicy()).map((action) => action.do);

  test.each<{ name: string; job: Partial<WatcherJob>; does: string[] }>([
    { name: 'is told before its record is collected', job: failed, does: ['supersede'] },
    {
      name: 'is told before its record is archived, however far that is',
      job: { ...failed, collected: { sealSha256: RECORD_SEAL, processed: true } },
      does: ['supersede'],
    },
    {
      name: 'is not told any more when its record is in the archive',
      job: { ...failed, archived: [home()] },
      does: ['acknowledge'],
    },
    {
      name: 'comes home once it is told, and is tried again beside that',
      job: { ...failed, requests: superseded, retry: pending },
      does: ['retry', 'collect'],
    },
    {
      name: 'is tried again though something is under way on the old job',
      job: { ...failed, requests: superseded, retry: pending, busy: true },
      does: ['retry'],
    },
    {
      name: 'is tried again before its order goes into the archive',
      job: { ...gone, retry: pending },
      does: ['retry'],
    },
    {
      name: 'has its order archived while the time of its retry has not come',
      job: { ...gone, retry: { ...pending, notBeforeMs: NOW + 1 } },
      does: ['move-order'],
    },
    {
      name: 'is tried again from the archive',
      job: { archived: [home({ hasOrder: true })], asked: 'no', recordGoneMs: LOOK_MS, retry: pending },
      does: ['retry'],
    },
  ])('$name', ({ job, does }) => {
    expect(doings(job)).toEqual(does);
  });
});

test('each job has at most one action, and none keeps another from its own', () => {
  const jobs = [
    watcherJob({ ...whole, job_id: 'a', busy: true }),
    watcherJob({ ...gone, job_id: 'b', order: undefined }),
    watcherJob({ job_id: 'c' }),
    watcherJob({ ...whole, job_id: 'd' }),
  ];
  const snapshot = { ...quiet, jobs, runners: ['station'] };
  expect(planWatcher(snapshot, watcherPolicy())).toEqual([
    { do: 'remove-requests', job_id: 'b' },
    { do: 'collect', job_id: 'd' },
  ]);
});

test.each([
  { postFree: 2, processed: ['a', 'b'] },
  { postFree: 1, processed: ['a'] },
  { postFree: 0, processed: [] },
  { postFree: -1, processed: [] },
])('of three jobs, $processed.length are post-processed when $postFree more may be', (given) => {
  const collected = { sealSha256: RECORD_SEAL, processed: false };
  const jobs = ['a', 'b', 'c'].map((job_id) => watcherJob({ ...whole, job_id, collected }));
  const archived = watcherJob({ ...whole, job_id: 'd', collected: { ...collected, processed: true } });
  const snapshot = { ...quiet, postFree: given.postFree, jobs: [...jobs, archived] };
  expect(planWatcher(snapshot, watcherPolicy())).toEqual([
    ...given.processed.map((job_id) => ({ do: 'process', job_id })),
    { do: 'archive', job_id: 'd' },
  ]);
});

test.each<{ name: string; job: Partial<WatcherJob>; awaits: boolean }>([
  { name: 'whose record is gone after it was acknowledged', job: { ...gone, recordGoneMs: 0 }, awaits: true },
  {
    name: 'of which only the order in the archive is left',
    job: { archived: [home({ hasOrder: true })] },
    awaits: true,
  },
  { name: 'whose record is still there', job: { ...gone, record: arrival() }, awaits: false },
  { name: 'that is not archived', job: { order: sealed() }, awaits: false },
  {
    name: 'that is in the archive for good',
    job: { archived: [home({ hasOrder: true })], asked: 'no' },
    awaits: false,
  },
  { name: 'whose place in the archive is not there', job: { ...gone, archived: [] }, awaits: false },
])('a job $name waits for the second look alone: $awaits', ({ job, awaits }) => {
  expect(awaitsSecondLook(watcherJob(job))).toBe(awaits);
});

test('a job for which nothing can be planned is left alone, and the others are not', () => {
  const BAD = 'job-20260210-143000-bad';
  const bad = {
    ...watcherJob({ job_id: BAD }),
    get retry(): never {
      throw new Error('nobody thought of this');
    },
  };
  const good = watcherJob({ order: unsealed(), quietMs: 60_000 });
  const said: unknown[] = [];
  const failed = (id: string, error: unknown) => void said.push([id, (error as Error).message]);
  expect(planWatcher({ ...quiet, jobs: [bad, good] }, watcherPolicy(), failed)).toEqual([
    { do: 'seal', job_id: JOB },
  ]);
  expect(said).toEqual([[BAD, 'nobody thought of this']]);
  expect(() => planWatcher({ ...quiet, jobs: [bad] }, watcherPolicy())).toThrow('nobody thought of this');
});
