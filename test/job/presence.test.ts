// A runner's presence: what it must say so that others can judge it.
import { describe, expect, test } from 'vitest';
import { checkWith } from '../../src/job/parsed.ts';
import { presenceSchema } from '../../src/job/presence.ts';

const PRESENCE = {
  runner_id: 'station',
  seq: 7,
  boot_id: 'boot-1',
  ledger_id: 'ledger-1',
  host: 'STATION',
  pid: 99,
  version: '0.1.0',
  slots: 1,
  running: [{ job_id: 'job-a', heartbeat_seq: 3 }],
  waiting: [{ job_id: 'job-b', for: 'slot' }],
  clock: '2026-02-10T14:30:22Z',
  heartbeat_interval_s: 30,
};

test('is read, and what nobody knows is kept', () => {
  const waiting = [{ job_id: 'job-b', for: 'slot', since: 'noon' }];
  const value = { ...PRESENCE, disk_free: 5, waiting, running: [{ ...PRESENCE.running[0], percent: 4 }] };
  expect(checkWith(presenceSchema, value)).toEqual({ ok: true, value });
});

test('may say what keeps jobs from starting, and how much space they have', () => {
  const asked = { at: '2026-02-10T14:00:00Z', by: 'ada@desk', reason: 'meshing' };
  const value = {
    ...PRESENCE,
    paused: { ...asked, until: '2026-02-10T19:00:00Z' },
    draining: asked,
    schedule: 'closed until 19:00',
    disk_free_mb: 1234.5,
  };
  expect(checkWith(presenceSchema, value)).toEqual({ ok: true, value });
});

describe('is refused', () => {
  test.each(Object.keys(PRESENCE))('without %s', (field) => {
    const value = { ...PRESENCE, [field]: undefined };
    expect(checkWith(presenceSchema, value)).toEqual({
      ok: false,
      problems: [{ field, reason: 'is missing' }],
    });
  });

  test.each([
    { fields: { runner_id: '../x' }, field: 'runner_id' },
    { fields: { seq: -1 }, field: 'seq' },
    { fields: { seq: 1.5 }, field: 'seq' },
    { fields: { slots: -1 }, field: 'slots' },
    { fields: { running: [{ job_id: 'a/b', heartbeat_seq: 1 }] }, field: 'running[0].job_id' },
    { fields: { running: [{ job_id: 'a' }] }, field: 'running[0].heartbeat_seq' },
    { fields: { waiting: [{ job_id: 'a' }] }, field: 'waiting[0].for' },
    { fields: { clock: 'noon' }, field: 'clock' },
    { fields: { paused: {} }, field: 'paused.at' },
    { fields: { paused: { at: '2026-02-10T14:00:00Z', until: 'noon' } }, field: 'paused.until' },
    { fields: { draining: true }, field: 'draining' },
    { fields: { schedule: null }, field: 'schedule' },
    { fields: { disk_free_mb: '5' }, field: 'disk_free_mb' },
  ])('with $fields', ({ fields, field }) => {
    expect(checkWith(presenceSchema, { ...PRESENCE, ...fields })).toMatchObject({
      ok: false,
      problems: [{ field }],
    });
  });
});
