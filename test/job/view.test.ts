// What `status` shows for each thing that can be seen of a job.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/job/order.ts';
import type { Outcome } from '../../src/job/outcome.ts';
import type { RecordState } from '../../src/job/record.ts';
import { makeRecord } from '../../src/job/record.ts';
import type { Sight, View } from '../../src/job/view.ts';
import { viewOf, viewSchema } from '../../src/job/view.ts';

const ID = 'job-20260210-143022-wfe';
const ORDER: Order = {
  job_id: ID,
  script: 'run.py',
  created_at: '2026-02-10T14:30:22Z',
  created_by: 'me',
  project: 'm1',
  description: 'a mirror',
  args: [],
  priority: 'high',
  depends_on: [],
  hold: false,
  expect: [],
  run_on: 'station',
  metadata: { batch: 3 },
};
const AUTO: Order = { ...ORDER, run_on: 'auto' };
const { run_on: _, ...UNTOLD } = ORDER;
const requested_at = '2026-02-10T14:35:00Z';
const QUEUED = '2026-02-10T14:31:00Z';
const STARTED = '2026-02-10T14:40:00Z';
const FINISHED = '2026-02-10T14:59:00Z';
const LOST = '2026-02-10T14:50:00Z';
const BEAT = '2026-02-10T15:00:00Z';
const COMPLETED: Outcome = { kind: 'completed', message: 'completed' };

function recordOf(state: RecordState) {
  const attempts = state.state === 'queued' ? [] : [{ attempt: 1 }];
  const runner = { id: 'station', host: 'STATION', pid: 9, boot_id: 'b', version: '0.1.0' };
  const facts = { job_id: ID, runner, queued_at: QUEUED, attempts, warnings: [] };
  return makeRecord(ORDER, facts, state, { at: BEAT, seq: 4, interval_s: 30 });
}

const queued = recordOf({ state: 'queued', waiting_for: 'slot' });
const running = recordOf({ state: 'running', started_at: STARTED, progress: { percent: 5 } });
const end = (outcome: Outcome) =>
  recordOf({
    state: 'ended',
    outcome,
    started_at: STARTED,
    finished_at: FINISHED,
    progress: { percent: 100 },
  });
const completed = end(COMPLETED);

const BLIND: Sight = {
  job_id: ID,
  order: undefined,
  requests: {},
  record: undefined,
  orderDir: undefined,
  resultsDir: undefined,
  sealed: false,
  archivedAs: undefined,
  orderSealed: false,
  lost: undefined,
};
const SEEN: Sight = { ...BLIND, order: ORDER, orderSealed: true, orderDir: '/q/outbox/x' };
const WITH_RECORD: Sight = { ...SEEN, resultsDir: '/q/inbox/x' };

const NOTHING: View = {
  job_id: ID,
  status: 'submitted',
  state: 'submitted',
  state_at: null,
  waiting_for: 'a valid job.json',
  project: null,
  description: null,
  priority: null,
  created_at: null,
  created_by: null,
  run_on: null,
  runner: null,
  attempt: 0,
  progress: null,
  outcome: null,
  queued_at: null,
  started_at: null,
  finished_at: null,
  heartbeat_at: null,
  heartbeat_seq: null,
  cancel_requested: false,
  order_dir: null,
  results_dir: null,
  results_sealed: false,
  results_arrived: null,
  archived_as: null,
  late: false,
  unreachable_since: null,
  stale_since: null,
  open_dependencies: [],
  retry_of: null,
  retried_as: null,
  retry_at: null,
  post: null,
  pruned: [],
  metadata: null,
};
const ordered: View = {
  ...NOTHING,
  state_at: '2026-02-10T14:30:22Z',
  waiting_for: 'runner station',
  project: 'm1',
  description: 'a mirror',
  priority: 'high',
  created_at: '2026-02-10T14:30:22Z',
  created_by: 'me',
  run_on: 'station',
  order_dir: '/q/outbox/x',
  metadata: { batch: 3 },
};
const taken: View = {
  ...ordered,
  waiting_for: null,
  runner: 'station',
  attempt: 1,
  queued_at: QUEUED,
  heartbeat_at: BEAT,
  heartbeat_seq: 4,
  results_dir: '/q/inbox/x',
};
const runs: View = {
  ...taken,
  status: 'running',
  state: 'running',
  state_at: STARTED,
  started_at: STARTED,
  progress: { percent: 5 },
};
const done: View = {
  ...taken,
  status: 'completed',
  state: 'completed',
  state_at: FINISHED,
  started_at: STARTED,
  finished_at: FINISHED,
  progress: { percent: 100 },
  outcome: COMPLETED,
};
const lost: Partial<View> = { status: 'failed', state: 'lost', state_at: LOST };

describe('a job', () => {
  test.each<{ name: string; sight: Sight; view: View }>([
    { name: 'whose order cannot be read waits for a valid one', sight: BLIND, view: NOTHING },
    { name: 'that is only ordered waits for its runner', sight: SEEN, view: ordered },
    {
      name: 'without a seal waits for it, whoever is to run it',
      sight: { ...SEEN, orderSealed: false },
      view: { ...ordered, waiting_for: 'its seal' },
    },
    {
      name: 'for any runner waits for its assignment',
      sight: { ...SEEN, order: AUTO },
      view: { ...ordered, run_on: 'auto', waiting_for: 'assignment' },
    },
    {
      name: 'that names no runner waits for its assignment',
      sight: { ...SEEN, order: UNTOLD },
      view: { ...ordered, run_on: null, waiting_for: 'assignment' },
    },
    {
      name: 'that is assigned waits for that runner',
      sight: { ...SEEN, order: AUTO, requests: { assign: { requested_at, runner: 'two' } } },
      view: { ...ordered, run_on: 'auto', runner: 'two', waiting_for: 'runner two' },
    },
    {
      name: 'that is queued says what it waits for',
      sight: { ...WITH_RECORD, record: queued },
      view: { ...taken, attempt: 0, state: 'queued', state_at: BEAT, waiting_for: 'slot' },
    },
    { name: 'that runs shows its progress', sight: { ...WITH_RECORD, record: running }, view: runs },
    {
      name: 'whose order is gone is shown from its record',
      sight: { ...WITH_RECORD, record: running, order: undefined, orderDir: undefined },
      view: { ...runs, order_dir: null },
    },
    {
      name: 'that was assigned shows the runner that runs it',
      sight: { ...WITH_RECORD, record: running, requests: { assign: { requested_at, runner: 'two' } } },
      view: runs,
    },
    {
      name: 'that is to be cancelled runs until it has been',
      sight: { ...WITH_RECORD, record: running, requests: { cancel: { requested_at } } },
      view: { ...runs, cancel_requested: true },
    },
    {
      name: 'that is to be cancelled before it has a record says so',
      sight: { ...SEEN, requests: { cancel: { requested_at } } },
      view: { ...ordered, cancel_requested: true },
    },
    {
      name: 'that is completed may still miss its files',
      sight: { ...WITH_RECORD, record: completed },
      view: { ...done, results_sealed: false },
    },
    {
      name: 'that is whole says so',
      sight: { ...WITH_RECORD, record: completed, sealed: true },
      view: { ...done, results_sealed: true },
    },
    {
      name: 'that was cancelled shows no request any more',
      sight: {
        ...WITH_RECORD,
        record: end({ kind: 'cancelled', message: 'x' }),
        requests: { cancel: { requested_at } },
      },
      view: { ...done, status: 'failed', state: 'cancelled', outcome: { kind: 'cancelled', message: 'x' } },
    },
    {
      name: 'that is archived says where',
      sight: {
        ...SEEN,
        record: completed,
        sealed: true,
        orderDir: '/q/archive/x/order',
        resultsDir: '/q/archive/x',
        archivedAs: 'x',
      },
      view: {
        ...done,
        order_dir: '/q/archive/x/order',
        results_dir: '/q/archive/x',
        results_sealed: true,
        archived_as: 'x',
      },
    },
    {
      name: 'that was called lost before it had a record is lost',
      sight: { ...SEEN, lost: { at: LOST } },
      view: { ...ordered, ...lost },
    },
    {
      name: 'that ran when it was called lost is lost',
      sight: { ...WITH_RECORD, record: running, lost: { at: LOST } },
      view: { ...runs, ...lost },
    },
    {
      name: 'that ended after it had been called lost is late, not lost',
      sight: { ...WITH_RECORD, record: completed, sealed: true, lost: { at: LOST } },
      view: { ...done, results_sealed: true, late: true },
    },
    {
      name: 'that ended after it had been given up is late',
      sight: { ...WITH_RECORD, record: completed, sealed: true, cameAfterAll: true },
      view: { ...done, results_sealed: true, late: true },
    },
    {
      name: 'that is tried again says as what, and when',
      sight: { ...WITH_RECORD, record: completed, retry: { retried_as: 'x-r1', retry_at: LOST } },
      view: { ...done, retried_as: 'x-r1', retry_at: LOST },
    },
    {
      name: 'that is tried again at a time that nobody knows says as what',
      sight: { ...WITH_RECORD, record: completed, retry: { retried_as: 'x-r1', retry_at: undefined } },
      view: { ...done, retried_as: 'x-r1' },
    },
    {
      name: 'that repeats another says which',
      sight: { ...SEEN, order: { ...ORDER, retry_of: 'job-x' } },
      view: { ...ordered, retry_of: 'job-x' },
    },
  ])('$name', ({ sight, view }) => {
    expect(viewOf(sight)).toEqual(view);
    expect(viewSchema.safeParse(view).success).toBe(true);
  });
});

test('a view that says more than is known here is kept', () => {
  const view = { ...NOTHING, colour: 'red' };
  expect(viewSchema.parse(view)).toEqual(view);
});
