// When a runner's jobs count as lost: by the observer's own clock, never by what the runner says of the time.
import { describe, expect, test } from 'vitest';
import type { Presence } from '../../src/job/presence.ts';
import type { LinkState } from '../../src/queue/liveness.ts';
import { lostReason, observe } from '../../src/queue/liveness.ts';

const PRESENCE: Presence = {
  runner_id: 'station',
  seq: 7,
  boot_id: 'boot-1',
  ledger_id: 'ledger-1',
  host: 'STATION',
  pid: 9,
  version: '0.1.0',
  slots: 1,
  running: [{ job_id: 'job-a', heartbeat_seq: 3 }],
  waiting: [{ job_id: 'job-b', for: 'slot' }],
  clock: '2026-02-10T14:30:22Z',
  heartbeat_interval_s: 30,
};
const POLICY = { lost_after_s: 300, lost_unknown_after_s: 3600 };
const FIRST = { seq: 7, bootId: 'boot-1', movedAtMs: 1000 };

describe('the age of a presence', () => {
  test.each([
    { name: 'begins at the first look, however old the file', before: undefined, now: {}, movedAtMs: 5000 },
    { name: 'goes on while the number stands still', before: FIRST, now: {}, movedAtMs: 1000 },
    { name: 'begins again when the number moves', before: FIRST, now: { seq: 8 }, movedAtMs: 5000 },
    { name: 'begins again when the number falls back', before: FIRST, now: { seq: 1 }, movedAtMs: 5000 },
    {
      name: 'begins again when the machine started anew with the same number',
      before: FIRST,
      now: { boot_id: 'boot-2' },
      movedAtMs: 5000,
    },
    {
      name: "goes on whatever the runner's clock says",
      before: FIRST,
      now: { clock: '2030-01-01T00:00:00Z' },
      movedAtMs: 1000,
    },
  ])('$name', ({ before, now, movedAtMs }) => {
    const presence = { ...PRESENCE, ...now };
    const bootId = presence.boot_id;
    for (const job of ['job-a', 'job-b']) {
      expect(observe(before, presence, job, 5000)).toEqual({ seq: presence.seq, bootId, movedAtMs });
    }
  });

  test.each([
    { name: 'does not list the job', presence: { ...PRESENCE, seq: 8 } },
    { name: 'is not there', presence: undefined },
  ])('goes on when the presence $name', ({ presence }) => {
    expect(observe(FIRST, presence, 'job-c', 5000)).toBe(FIRST);
    expect(observe(undefined, presence, 'job-c', 5000)).toEqual({ seq: -1, bootId: '', movedAtMs: 5000 });
  });
});

describe('what runs on a runner', () => {
  test.each<{ name: string; ageS: number; link: LinkState; says: string | undefined }>([
    { name: 'is not lost just after a heartbeat', ageS: 0, link: 'local', says: undefined },
    { name: 'is not lost before the limit', ageS: 299.999, link: 'local', says: undefined },
    {
      name: 'is lost at the limit while nothing lies between',
      ageS: 300,
      link: 'local',
      says: 'no heartbeat of its runner for 300 s (limit 300 s, link local)',
    },
    {
      name: 'is not lost so soon when nothing is known of the link',
      ageS: 3599,
      link: 'unknown',
      says: undefined,
    },
    {
      name: 'is lost at the longer limit when nothing is known of the link',
      ageS: 3600.4,
      link: 'unknown',
      says: 'no heartbeat of its runner for 3600 s (limit 3600 s, link unknown)',
    },
  ])('$name', ({ ageS, link, says }) => {
    expect(lostReason(FIRST, FIRST.movedAtMs + ageS * 1000, link, POLICY)).toBe(says);
  });
});
