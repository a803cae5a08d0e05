// When a runner's jobs count as lost: by the observer's own clock and by what the link proves, never by what the runner
// says of the time.
import { describe, expect, test } from 'vitest';
import type { Presence } from '../../src/job/presence.ts';
import type { LinkState, Look, Observed } from '../../src/queue/liveness.ts';
import { judge, LINK_STATES, nextLook, observe, vouches } from '../../src/queue/liveness.ts';

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
const WALL = Date.parse('2026-02-10T14:00:00Z');

/** A look so many seconds after the one before. */
function lookAfter(seconds: number, fields: Partial<Look> = {}): Look {
  const nowMs = 1_000_000 + seconds * 1000;
  const look = {
    nowMs,
    wallMs: WALL + seconds * 1000,
    link: 'local',
    countedMs: seconds * 1000,
    fresh: false,
  };
  return { ...look, ...fields } as Look;
}

const BEFORE: Observed = {
  seq: 7,
  bootId: 'boot-1',
  quietMs: 10_000,
  heardMs: 990_000,
  heardWallMs: WALL - 10_000,
  intervalS: 30,
  heard: true,
};

describe('one look after another', () => {
  const first: Look = lookAfter(0, { countedMs: 0, fresh: true });
  const next = (link: LinkState, before: LinkState, passedS = 5, wallS = passedS) => {
    const now = { nowMs: first.nowMs + passedS * 1000, wallMs: first.wallMs + wallS * 1000, link };
    const { fresh, countedMs } = nextLook({ ...first, link: before }, now);
    return fresh ? 'begins again' : `counts ${countedMs / 1000} s`;
  };

  test('the first begins every age', () => {
    const now = { nowMs: 5, wallMs: WALL, link: 'up' as const };
    expect(nextLook(undefined, now)).toEqual({ ...now, countedMs: 0, fresh: true });
  });

  test.each<{
    name: string;
    link: LinkState;
    before: LinkState;
    passedS?: number;
    wallS?: number;
    says: string;
  }>([
    { name: 'on one machine time counts', link: 'local', before: 'local', says: 'counts 5 s' },
    { name: 'while the link is up and quiet time counts', link: 'up', before: 'up', says: 'counts 5 s' },
    { name: 'while nothing is known time counts', link: 'unknown', before: 'unknown', says: 'counts 5 s' },
    {
      name: 'time with a link that was known goes on when it is not',
      link: 'unknown',
      before: 'up',
      says: 'counts 5 s',
    },
    { name: 'a link that is down counts nothing', link: 'disconnected', before: 'up', says: 'counts 0 s' },
    {
      name: 'a link that stays down counts nothing',
      link: 'half-open',
      before: 'disconnected',
      says: 'counts 0 s',
    },
    { name: 'bytes that move count nothing', link: 'pulling', before: 'pulling', says: 'counts 0 s' },
    { name: 'a link that comes back begins again', link: 'up', before: 'disconnected', says: 'begins again' },
    {
      name: 'a link that has become quiet goes on, without the time in which bytes moved',
      link: 'up',
      before: 'pulling',
      says: 'counts 0 s',
    },
    {
      name: 'a link that is known at last begins again',
      link: 'up',
      before: 'unknown',
      says: 'begins again',
    },
    {
      name: 'a link of which nothing is known any more after a cut begins again',
      link: 'unknown',
      before: 'half-open',
      says: 'begins again',
    },
    {
      name: 'two looks a minute apart are continuous',
      link: 'up',
      before: 'up',
      passedS: 60,
      says: 'counts 60 s',
    },
    {
      name: 'a gap between two looks begins again',
      link: 'up',
      before: 'up',
      passedS: 61,
      says: 'begins again',
    },
    {
      name: 'a machine that slept, by the clock on the wall, begins again',
      link: 'up',
      before: 'up',
      passedS: 5,
      wallS: 70,
      says: 'begins again',
    },
    {
      name: 'a clock that was set back does not',
      link: 'up',
      before: 'up',
      passedS: 5,
      wallS: -3600,
      says: 'counts 5 s',
    },
  ])('$name', ({ link, before, passedS, wallS, says }) => {
    expect(next(link, before, passedS, wallS)).toBe(says);
  });
});

describe('the age of a presence', () => {
  const look = lookAfter(5);

  test.each([
    { name: 'goes on while the number stands still', now: {}, quietMs: 15_000 },
    { name: 'begins again when the number moves', now: { seq: 8 }, quietMs: 0 },
    { name: 'begins again when the number falls back', now: { seq: 1 }, quietMs: 0 },
    {
      name: 'begins again when the machine started anew with the same number',
      now: { boot_id: 'boot-2' },
      quietMs: 0,
    },
    {
      name: "goes on whatever the runner's clock says",
      now: { clock: '2030-01-01T00:00:00Z' },
      quietMs: 15_000,
    },
  ])('$name', ({ now, quietMs }) => {
    const observed = observe(BEFORE, { ...PRESENCE, ...now }, look);
    expect(observed.quietMs).toBe(quietMs);
    expect(observed.heardWallMs).toBe(quietMs === 0 ? look.wallMs : BEFORE.heardWallMs);
  });

  test('begins at the first look, however old the file, and nobody has been heard by that', () => {
    const observed = observe(undefined, PRESENCE, look);
    expect(observed).toMatchObject({
      seq: 7,
      bootId: 'boot-1',
      quietMs: 0,
      heardMs: look.nowMs,
      heard: false,
    });
    expect(observe(observed, { ...PRESENCE, seq: 8 }, lookAfter(10)).heard).toBe(true);
  });

  test('begins again with a fresh look, but remembers when it was heard', () => {
    const observed = observe(BEFORE, PRESENCE, lookAfter(5, { fresh: true, countedMs: 0 }));
    expect(observed).toEqual({ ...BEFORE, quietMs: 0 });
  });

  test('goes on when there is no presence, and adds only the time that counts', () => {
    expect(observe(BEFORE, undefined, look).quietMs).toBe(15_000);
    expect(observe(BEFORE, undefined, lookAfter(5, { countedMs: 0 })).quietMs).toBe(10_000);
    expect(observe(undefined, undefined, look)).toMatchObject({
      seq: -1,
      bootId: '',
      quietMs: 0,
      intervalS: 30,
    });
  });

  test('a presence counts for the jobs that it lists', () => {
    expect(['job-a', 'job-b', 'job-c'].map((job) => vouches(PRESENCE, job))).toEqual([true, true, false]);
    expect(vouches(undefined, 'job-a')).toBe(false);
  });
});

describe('what is silent', () => {
  const at = (link: LinkState, quietS: number, silentS = quietS) => {
    const observed = { ...BEFORE, quietMs: quietS * 1000, heardMs: 1_000_000 - silentS * 1000 };
    return judge(observed, lookAfter(0, { link }), POLICY);
  };
  const sinceMs = BEFORE.heardWallMs;
  const gone = (quietS: number, limitS: number, link: LinkState) => ({
    is: 'lost',
    sinceMs,
    reason: `no heartbeat of its runner for ${quietS} s (limit ${limitS} s, link ${link})`,
  });

  test.each<{ link: LinkState; quietS: number; is: unknown }>([
    { link: 'local', quietS: 299.999, is: { is: 'heard' } },
    { link: 'local', quietS: 300, is: gone(300, 300, 'local') },
    { link: 'up', quietS: 299, is: { is: 'heard' } },
    { link: 'up', quietS: 301, is: gone(301, 300, 'up') },
    { link: 'unknown', quietS: 299, is: { is: 'heard' } },
    { link: 'unknown', quietS: 300, is: { is: 'stale', sinceMs } },
    { link: 'unknown', quietS: 3599, is: { is: 'stale', sinceMs } },
    { link: 'unknown', quietS: 3600.4, is: gone(3600, 3600, 'unknown') },
    { link: 'disconnected', quietS: 0, is: { is: 'unreachable', sinceMs } },
    { link: 'own-daemon-down', quietS: 0, is: { is: 'unreachable', sinceMs } },
  ])('for $quietS s, link $link', ({ link, quietS, is }) => {
    expect(at(link, quietS)).toEqual(is);
  });

  test.each(['half-open', 'pulling'] as const)(
    'while the link is %s it may still be heard: unreachable only after three heartbeats',
    (link) => {
      expect(at(link, 0, 89)).toEqual({ is: 'heard' });
      expect(at(link, 0, 90)).toEqual({ is: 'unreachable', sinceMs });
    },
  );

  test('is lost only where the link proves it, however long it lasts', () => {
    const lost = LINK_STATES.filter((link) => at(link, 1_000_000).is === 'lost');
    expect(lost).toEqual(['local', 'up', 'unknown']);
  });
});

/** A night as the watcher lives it: a look every five seconds. */
function night(links: readonly [link: LinkState, seconds: number][], heardEveryS?: number): string[] {
  let look: Look | undefined;
  let observed: Observed | undefined;
  let seconds = 0;
  let seq = 0;
  const told: string[] = [];
  for (const [link, lastsS] of links) {
    for (let passed = 0; passed < lastsS; passed += 5, seconds += 5) {
      if (heardEveryS !== undefined && seconds % heardEveryS === 0) seq += 1;
      look = nextLook(look, { nowMs: seconds * 1000, wallMs: WALL + seconds * 1000, link });
      observed = observe(observed, { ...PRESENCE, seq }, look);
      const { is } = judge(observed, look, POLICY);
      if (is !== (told.at(-1) ?? '').split(' ')[0]) told.push(`${is} ${seconds}`);
    }
  }
  return told;
}

describe('a night', () => {
  test('with a link that goes and comes: its time is not held against the runner', () => {
    const links = [
      ['up', 250],
      ['disconnected', 8 * 3600],
      ['up', 400],
    ] as const;
    expect(night(links.map(([link, s]) => [link, s]))).toEqual([
      'heard 0',
      'unreachable 250',
      'heard 29050',
      'lost 29350',
    ]);
  });

  test('with a link that flickers every four minutes calls nobody lost who is heard in between', () => {
    const links = Array.from({ length: 40 }, (_, n): [LinkState, number] => [n % 2 ? 'pulling' : 'up', 240]);
    expect(night(links, 480).some((told) => told.startsWith('lost'))).toBe(false);
    // quiet for 240 s, and again for 60 s and one look: that is not held back by what moves now and then
    expect(night(links)).toContain('lost 545');
  });

  test('with heartbeats that come behind moving bytes is quiet', () => {
    expect(night([['pulling', 7200]], 60)).toEqual(['heard 0']);
  });
});
