// What has happened in the queue as a whole: runners, problems, and jobs that nobody knew or that have gone.
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/job/event.ts';
import type { Presence } from '../../src/job/presence.ts';
import type { PoolSight, ProblemSight, RunnerSight } from '../../src/queue/compare-pool.ts';
import { comparePool, settle } from '../../src/queue/compare-pool.ts';
import type { Verdict } from '../../src/queue/liveness.ts';
import type { Pool, RunnerFacts } from '../../src/queue/pool.ts';
import { emptyPool, problemKey, takeIn } from '../../src/queue/pool.ts';
import { AT, ended, HOME, JOB, NOW, SEAL, sight } from './sights.ts';

const QUIET: PoolSight = {
  jobs: [],
  removed: [],
  closed: [],
  runners: [],
  problems: undefined,
  knownUntilMs: Number.POSITIVE_INFINITY,
};

const PRESENCE = { runner_id: 'station', host: 'CAD', version: '1', ledger_id: 'l1' } as Presence;
const SINCE_MS = Date.parse('2026-02-10T14:00:00Z');
const SINCE = new Date(SINCE_MS).toISOString();
const asked = { at: AT, reason: 'meshing' };

function poolOf(fields: { runner?: RunnerFacts; job?: boolean }): Pool {
  const pool = emptyPool();
  if (fields.runner) pool.runners.set('station', fields.runner);
  if (fields.job) pool.jobs.set(JOB, { state: 'running', attempt: 1 });
  return pool;
}

const typesOf = (events: readonly Draft[]) => events.map(({ type }) => type).join(' ');

/** What is told, and that it is told once. */
function told(pool: Pool, seen: Partial<PoolSight>): Draft[] {
  const whole = { ...QUIET, ...seen };
  const difference = comparePool(pool, whole, NOW);
  settle(pool, whole, difference, AT);
  expect(comparePool(pool, whole, NOW).events).toEqual([]);
  return difference.events;
}

describe('of a runner', () => {
  const known: RunnerFacts = { ledger_id: 'l1' };
  const unreachable: Verdict = { is: 'unreachable', sinceMs: SINCE_MS };
  const silent = { how: 'unreachable' as const, since: SINCE };

  test.each<{
    name: string;
    facts?: RunnerFacts;
    presence?: Partial<Presence>;
    seen?: Partial<RunnerSight>;
    told: string;
  }>([
    { name: 'that nobody has seen', told: 'runner-seen' },
    { name: 'that is known', facts: known, told: '' },
    {
      name: 'that is paused when it is seen first',
      presence: { paused: asked },
      told: 'runner-seen runner-paused',
    },
    { name: 'that is paused', facts: known, presence: { paused: asked }, told: 'runner-paused' },
    { name: 'that stays paused', facts: { ...known, paused: true }, presence: { paused: asked }, told: '' },
    { name: 'that is drained', facts: known, presence: { draining: asked }, told: 'runner-draining' },
    {
      name: 'that takes jobs again',
      facts: { ...known, paused: true, draining: true },
      told: 'runner-resumed',
    },
    {
      name: 'that is still drained after its pause',
      facts: { ...known, paused: true, draining: true },
      presence: { draining: asked },
      told: '',
    },
    { name: 'with another ledger', facts: { ledger_id: 'l0' }, told: 'ledger-lost' },
    { name: 'that is silent', facts: known, seen: { verdict: unreachable }, told: 'runner-silent' },
    { name: 'that stays silent', facts: { ...known, silent }, seen: { verdict: unreachable }, told: '' },
    {
      name: 'that is silent for another reason now',
      facts: { ...known, silent },
      seen: { verdict: { is: 'lost', sinceMs: SINCE_MS, reason: 'r' } },
      told: 'runner-silent',
    },
    {
      name: 'of which nothing is known after a restart',
      facts: { ...known, silent },
      seen: { heard_at: undefined },
      told: '',
    },
    {
      name: 'whose last sign is from before its silence',
      facts: { ...known, silent },
      seen: { heard_at: SINCE },
      told: '',
    },
    {
      name: 'that is heard again',
      facts: { ...known, silent },
      seen: { heard_at: AT },
      told: 'runner-heard',
    },
  ])('$name: $told', ({ facts, presence, seen, told: wanted }) => {
    const runner = {
      presence: { ...PRESENCE, ...presence },
      verdict: { is: 'heard' as const },
      heard_at: undefined,
      ...seen,
    };
    expect(typesOf(told(poolOf(facts ? { runner: facts } : {}), { runners: [runner] }))).toBe(wanted);
  });

  test('the event says who, why and since when', () => {
    const paused = { ...asked, until: '2026-02-10T19:00:00Z' };
    const runner = { presence: { ...PRESENCE, paused }, verdict: unreachable, heard_at: undefined };
    expect(told(poolOf({ runner: { ledger_id: 'l0' } }), { runners: [runner] })).toEqual([
      { type: 'ledger-lost', at: AT, job_id: null, runner: 'station', ledger_id: 'l1' },
      {
        type: 'runner-paused',
        at: AT,
        job_id: null,
        runner: 'station',
        reason: 'meshing',
        until: paused.until,
      },
      { type: 'runner-silent', at: AT, job_id: null, runner: 'station', how: 'unreachable', since: SINCE },
    ]);
  });

  test('one that is there no more is forgotten', () => {
    const pool = poolOf({ runner: known });
    expect(told(pool, {})).toEqual([]);
    expect(pool.runners.size).toBe(0);
  });
});

describe('of problems', () => {
  const problem: ProblemSight = {
    kind: 'conflict-copy',
    file: 'inbox/x',
    reason: 'r'.repeat(900),
    remedy: 'compare',
  };
  const later = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();

  test('each is told once, and again when it was gone for an hour', () => {
    const pool = emptyPool();
    const seen = { ...QUIET, problems: [problem] };
    const at = (minutes: number, problems: readonly ProblemSight[] | undefined) => {
      const now = { ...NOW, at: later(minutes) };
      const whole = { ...QUIET, problems };
      const difference = comparePool(pool, whole, now);
      settle(pool, whole, difference, now.at);
      return difference.events.length;
    };
    expect(told(pool, seen)).toEqual([
      { ...problem, type: 'problem', at: AT, job_id: null, reason: `${'r'.repeat(499)}…` },
    ]);
    expect([at(30, [problem]), at(40, []), at(89, [problem])]).toEqual([0, 0, 0]);
    expect([at(150, undefined), at(151, [problem])]).toEqual([0, 1]);
  });

  test('one that an event told is known from then on', () => {
    const pool = emptyPool();
    const short = { ...problem, reason: 'r' };
    const [event] = comparePool(pool, { ...QUIET, problems: [short] }, NOW).events;
    takeIn(pool, event as Draft);
    expect([...pool.problems.keys()]).toEqual([problemKey(short)]);
  });
});

describe('of jobs', () => {
  const archived = sight({ order: undefined, record: ended('completed'), seal: SEAL, archived_as: HOME });
  const archivedMs = Date.parse('2026-02-10T15:00:00Z');

  test('what was archived before anybody looked is known and not told', () => {
    const pool = emptyPool();
    expect(told(pool, { jobs: [archived], knownUntilMs: archivedMs + 1 })).toEqual([]);
    expect(pool.jobs.get(JOB)).toMatchObject({ state: 'completed', seal: SEAL, archived_as: HOME });
  });

  test('what was archived since the checkpoint is told, with all that led there', () => {
    const events = told(emptyPool(), { jobs: [archived], knownUntilMs: archivedMs });
    expect(typesOf(events)).toBe('submitted queued started finished archived');
  });

  test('a name that tells no time was archived before', () => {
    const jobs = [{ ...archived, archived_as: 'by-hand' }];
    expect(told(emptyPool(), { jobs, knownUntilMs: 0 })).toEqual([]);
  });

  test('one of which nothing is left is told and forgotten', () => {
    const pool = poolOf({ job: true });
    const [event] = comparePool(pool, { ...QUIET, removed: [JOB] }, NOW).events;
    expect(event).toEqual({ type: 'removed', at: AT, job_id: JOB });
    takeIn(pool, event as Draft);
    expect(pool.jobs.size).toBe(0);
  });

  test('one that is closed is forgotten without a word', () => {
    const pool = poolOf({ job: true });
    expect(told(pool, { closed: [JOB] })).toEqual([]);
    expect(pool.jobs.size).toBe(0);
  });

  test('runners are told of before jobs', () => {
    const runner = { presence: PRESENCE, verdict: { is: 'heard' as const }, heard_at: undefined };
    expect(typesOf(told(emptyPool(), { jobs: [sight()], runners: [runner] }))).toBe('runner-seen submitted');
  });
});

test('a job or a runner that cannot be compared is left alone, and the others are not', () => {
  const broken = (fields: object, name: string) =>
    Object.defineProperty({ ...fields }, name, {
      get: () => {
        throw new Error(`nobody thought of ${name}`);
      },
    });
  const said: unknown[] = [];
  const failed = (id: string, error: unknown) => void said.push([id, (error as Error).message]);
  const seen = {
    jobs: [broken({ ...sight(), job_id: 'job-bad' }, 'record'), sight()],
    runners: [broken({ presence: { runner_id: 'cad', host: 'h', version: '1', ledger_id: 'l' } }, 'verdict')],
    removed: [],
    closed: [],
    problems: undefined,
    knownUntilMs: Number.POSITIVE_INFINITY,
  } as unknown as PoolSight;
  const { events } = comparePool(emptyPool(), seen, NOW, failed);
  expect(events.map(({ job_id }) => job_id)).toContain(JOB);
  expect(said).toEqual([
    ['cad', 'nobody thought of verdict'],
    ['job-bad', 'nobody thought of record'],
  ]);
  expect(() => comparePool(emptyPool(), seen, NOW)).toThrow('nobody thought of verdict');
});
