// The record: the order's fields first, then what its runner knows, in each of the states that a runner reports.
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/job/outcome.ts';
import type { RecordFacts, RecordState } from '../../src/job/record.ts';
import { makeRecord, parseRecord } from '../../src/job/record.ts';

const ID = 'job-20260210-143022-wfe';
const ORDER = { job_id: ID, script: 'run.py', status: 'submitted', project: 'm1', colour: { deep: 1 } };
const RUNNER = { id: 'station', host: 'STATION', pid: 9, boot_id: 'b', version: '0.1.0' };
const FACTS: RecordFacts = {
  job_id: ID,
  runner: RUNNER,
  queued_at: '2026-02-10T14:31:00Z',
  attempts: [],
  warnings: [],
};
const BEAT = { at: '2026-02-10T15:00:00Z', seq: 4, interval_s: 30 };
const STARTED = '2026-02-10T14:40:00Z';
const FINISHED = '2026-02-10T14:59:00Z';

const heartbeat = { heartbeat_at: BEAT.at, heartbeat_seq: 4, heartbeat_interval_s: 30 };
const known = {
  ...ORDER,
  schema_version: 1,
  runner: RUNNER,
  attempt: 0,
  attempts: [],
  queued_at: FACTS.queued_at,
  ...heartbeat,
};

const ended = (outcome: Outcome): RecordState => ({
  state: 'ended',
  outcome,
  started_at: STARTED,
  finished_at: FINISHED,
  progress: { percent: 100 },
});

describe('a record', () => {
  test.each<{ name: string; state: RecordState; says: object }>([
    {
      name: 'of a job that waits says for what',
      state: { state: 'queued', waiting_for: 'slot' },
      says: { status: 'submitted', state: 'queued', state_at: BEAT.at, waiting_for: 'slot' },
    },
    {
      name: 'of a job that runs says since when and how far',
      state: { state: 'running', started_at: STARTED, progress: { percent: 5 } },
      says: {
        status: 'running',
        state: 'running',
        state_at: STARTED,
        started_at: STARTED,
        progress: { percent: 5 },
      },
    },
    {
      name: 'of a job that is completed says how it ended',
      state: ended({ kind: 'completed', message: 'completed' }),
      says: {
        status: 'completed',
        state: 'completed',
        state_at: FINISHED,
        started_at: STARTED,
        finished_at: FINISHED,
        progress: { percent: 100 },
        outcome: { kind: 'completed', message: 'completed' },
      },
    },
    {
      name: 'of a job that timed out is failed',
      state: ended({ kind: 'timed-out', message: 'x' }),
      says: {
        status: 'failed',
        state: 'failed',
        state_at: FINISHED,
        started_at: STARTED,
        finished_at: FINISHED,
        progress: { percent: 100 },
        outcome: { kind: 'timed-out', message: 'x' },
      },
    },
    {
      name: 'of a job that never started has no start, and cancelled is failed for SYS_19',
      state: {
        state: 'ended',
        outcome: { kind: 'cancelled', message: 'x' },
        finished_at: FINISHED,
        progress: {},
      },
      says: {
        status: 'failed',
        state: 'cancelled',
        state_at: FINISHED,
        finished_at: FINISHED,
        progress: {},
        outcome: { kind: 'cancelled', message: 'x' },
      },
    },
  ])('$name', ({ state, says }) => {
    const record = makeRecord(ORDER, FACTS, state, BEAT);
    expect(record).toEqual({ ...known, ...says });
    expect(parseRecord(Buffer.from(JSON.stringify(record)), ID)).toEqual({ ok: true, value: record });
  });

  test('tells attempts, command, seal and warnings where there are any', () => {
    const facts = {
      ...FACTS,
      attempts: [{ attempt: 1 }, { attempt: 2, started_at: STARTED }],
      command: ['python', 'run.py'],
      order_seal_sha256: 'a'.repeat(64),
      warnings: ['extra file'],
    };
    expect(
      makeRecord(ORDER, facts, { state: 'running', started_at: STARTED, progress: {} }, BEAT),
    ).toMatchObject({
      attempt: 2,
      attempts: facts.attempts,
      command: facts.command,
      order_seal_sha256: facts.order_seal_sha256,
      warnings: facts.warnings,
    });
  });

  test.each([
    'schema_version',
    'warnings',
    'command',
    'started_at',
    'waiting_for',
    'output_notes',
    'results',
  ])('can be read whatever the order has in %s', (field) => {
    for (const value of ['x', 1.5, [5]]) {
      const record = makeRecord(
        { ...ORDER, [field]: value },
        FACTS,
        ended({ kind: 'rejected', message: 'x' }),
        BEAT,
      );
      expect(parseRecord(Buffer.from(JSON.stringify(record)), ID)).toEqual({ ok: true, value: record });
    }
  });

  test('is not taken for one that ended because the order says so', () => {
    const order = {
      ...ORDER,
      finished_at: FINISHED,
      outcome: { kind: 'completed', message: 'x' },
      progress: {},
    };
    const record = makeRecord(order, FACTS, { state: 'queued', waiting_for: 'slot' }, BEAT);
    expect(record).toEqual(makeRecord(ORDER, FACTS, { state: 'queued', waiting_for: 'slot' }, BEAT));
  });

  test('has the id of its directory, whatever the order says', () => {
    expect(makeRecord({ job_id: 5 }, FACTS, { state: 'queued', waiting_for: 'x' }, BEAT).job_id).toBe(ID);
  });
});

test.each([
  { name: 'what every record says is enough', fields: {} },
  { name: 'progress may say anything or nothing', fields: { progress: { mesh: 5 } } },
  { name: 'an attempt may say no more than its number', fields: { attempts: [{ attempt: 1, pid: 5 }] } },
  { name: 'the runner may say more of itself', fields: { runner: { ...RUNNER, cores: 8 } } },
  {
    name: 'an output may be noted without a name',
    fields: { output_notes: [{ path: 'a:b', reason: 'x', size: 5 }] },
  },
  { name: 'fields nobody knows are kept', fields: { colour: { deep: 1 } } },
])('$name', ({ fields }) => {
  const record = { job_id: ID, status: 'running', state: 'running', state_at: STARTED, ...fields };
  expect(parseRecord(Buffer.from(JSON.stringify(record)), ID)).toEqual({ ok: true, value: record });
});

describe('a record is refused', () => {
  const record = makeRecord(ORDER, FACTS, { state: 'queued', waiting_for: 'slot' }, BEAT);
  test.each([
    { name: 'with a word SYS_19 does not have', fields: { status: 'queued' }, field: 'status' },
    { name: 'in a state nobody knows', fields: { state: 'paused' }, field: 'state' },
    { name: 'without the moment of its state', fields: { state_at: undefined }, field: 'state_at' },
    {
      name: 'with a runner without an id',
      fields: { runner: { ...RUNNER, id: undefined } },
      field: 'runner.id',
    },
    { name: 'with a negative heartbeat', fields: { heartbeat_seq: -1 }, field: 'heartbeat_seq' },
    { name: 'with a seal that is no digest', fields: { order_seal_sha256: 'x' }, field: 'order_seal_sha256' },
    {
      name: 'with an outcome nobody knows',
      fields: { outcome: { kind: 'good', message: '' } },
      field: 'outcome.kind',
    },
    {
      name: 'with an output published under a name that is not portable',
      fields: { output_notes: [{ path: 'a:b', published_as: 'a:b', reason: 'x' }] },
      field: 'output_notes[0].published_as',
    },
    { name: 'of another job', fields: { job_id: 'job-other' }, field: 'job_id' },
  ])('$name', ({ fields, field }) => {
    expect(parseRecord(Buffer.from(JSON.stringify({ ...record, ...fields })), ID)).toMatchObject({
      ok: false,
      problems: [{ field }],
    });
  });

  test("and says whose directory it lies in when it is another job's", () => {
    expect(parseRecord(Buffer.from(JSON.stringify(record)), 'job-here')).toEqual({
      ok: false,
      problems: [{ field: 'job_id', reason: `should be the directory's name "job-here", but is "${ID}"` }],
    });
  });
});
