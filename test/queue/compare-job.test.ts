// What has happened to a job, from what was told of it and what is seen of it now.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/job/event.ts';
import { EVENT_SCHEMAS } from '../../src/job/event.ts';
import type { JobRecord } from '../../src/job/record.ts';
import { compareJob } from '../../src/queue/compare-job.ts';
import type { JobSight } from '../../src/queue/job-sight.ts';
import type { JobFacts } from '../../src/queue/pool.ts';
import { emptyPool, takeIn } from '../../src/queue/pool.ts';
import { AT, ended, HOME, JOB, NOW, QUEUED, RUNNING, record, SEAL, sight } from './sights.ts';

const LOST_AT = '2026-02-10T14:55:00Z';
const LOST = { at: LOST_AT, reason: 'no heartbeat' };
const FACTS: JobFacts = { state: 'submitted', attempt: 0 };
const RAN: JobFacts = { state: 'running', attempt: 1, beat_seq: 3, beat_at: '2026-02-10T14:59:00Z' };
const DONE: JobFacts = { state: 'completed', attempt: 1, seal: SEAL };

const typesOf = (events: readonly Draft[]) => events.map(({ type }) => type).join(' ');
const told = (facts: JobFacts | undefined, seen: JobSight) => typesOf(compareJob(facts, seen, NOW).events);

describe('of a job', () => {
  test.each<{ name: string; facts?: JobFacts; seen: Partial<JobSight>; told: string }>([
    // beginning
    { name: 'whose order is there', seen: {}, told: 'submitted' },
    {
      name: 'of which only requests are there',
      seen: { order: undefined, requests: { release: {} } },
      told: '',
    },
    { name: 'that is known and has not moved', facts: FACTS, seen: {}, told: '' },
    { name: 'that repeats another', seen: { order: { retry_of: 'job-old' } }, told: 'submitted retried' },
    {
      name: 'that repeats another, told before',
      facts: { ...FACTS, retry_told: true },
      seen: { order: { retry_of: 'job-old' } },
      told: '',
    },
    // requests
    {
      name: 'that is assigned',
      facts: FACTS,
      seen: { requests: { assign: { runner: 'station' } } },
      told: 'assigned',
    },
    {
      name: 'that is assigned to the same',
      facts: { ...FACTS, assigned: 'station' },
      seen: { requests: { assign: { runner: 'station' } } },
      told: '',
    },
    { name: 'that is released', facts: FACTS, seen: { requests: { release: {} } }, told: 'released' },
    {
      name: 'that was released',
      facts: { ...FACTS, released: true },
      seen: { requests: { release: {} } },
      told: '',
    },
    {
      name: 'that is to be cancelled',
      facts: FACTS,
      seen: { requests: { cancel: {} } },
      told: 'cancel-requested',
    },
    {
      name: 'that was to be cancelled',
      facts: { ...FACTS, cancel: true },
      seen: { requests: { cancel: {} } },
      told: '',
    },
    // the runner
    { name: 'that its runner knows', facts: FACTS, seen: { record: QUEUED }, told: 'queued' },
    {
      name: 'that waits for the same as before',
      facts: { ...FACTS, state: 'queued', waiting_for: 'slot' },
      seen: { record: QUEUED },
      told: '',
    },
    {
      name: 'that waits for more of the same',
      facts: { ...FACTS, state: 'queued', waiting_for: 'inputs' },
      seen: { record: record({ state: 'queued', waiting_for: 'inputs 412/980 MB' }) },
      told: '',
    },
    {
      name: 'that waits for something else',
      facts: { ...FACTS, state: 'queued', waiting_for: 'inputs' },
      seen: { record: QUEUED },
      told: 'waiting',
    },
    { name: 'that starts', facts: { ...FACTS, state: 'queued' }, seen: { record: RUNNING }, told: 'started' },
    { name: 'that was not seen to wait', facts: FACTS, seen: { record: RUNNING }, told: 'queued started' },
    {
      name: 'that was interrupted and waits',
      facts: RAN,
      seen: { record: record({ state: 'queued', waiting_for: 'slot', attempt: 1 }) },
      told: 'queued',
    },
    {
      name: 'that waits after a run nobody saw',
      facts: { ...FACTS, state: 'queued', waiting_for: 'inputs' },
      seen: { record: record({ state: 'queued', waiting_for: 'slot', attempt: 1 }) },
      told: 'started queued',
    },
    {
      name: 'that runs a second time',
      facts: { ...RAN, state: 'queued', waiting_for: 'slot' },
      seen: { record: record({ state: 'running', attempt: 2 }) },
      told: 'started',
    },
    {
      name: 'that runs a second time unseen',
      facts: RAN,
      seen: { record: record({ state: 'running', attempt: 2 }) },
      told: 'started',
    },
    { name: 'whose record is being replaced', facts: RAN, seen: { record: undefined }, told: '' },
    // signs of life
    {
      name: 'with a new heartbeat too soon after the last',
      facts: RAN,
      seen: { record: { ...RUNNING, heartbeat_seq: 4 } },
      told: '',
    },
    {
      name: 'with a new heartbeat',
      facts: { ...RAN, beat_at: '2026-02-10T14:55:00Z' },
      seen: { record: { ...RUNNING, heartbeat_seq: 4 } },
      told: 'heartbeat',
    },
    {
      name: 'with the same heartbeat for long',
      facts: { ...RAN, beat_at: '2026-02-10T12:00:00Z' },
      seen: { record: RUNNING },
      told: '',
    },
    {
      name: 'whose last heartbeat is from the future: the clock was set back',
      facts: { ...RAN, beat_at: '2026-02-11T00:00:00Z' },
      seen: { record: { ...RUNNING, heartbeat_seq: 4 } },
      told: 'heartbeat',
    },
    {
      name: 'that gets further',
      facts: RAN,
      seen: { record: { ...RUNNING, progress: { trial: 3 } } },
      told: 'progress',
    },
    {
      name: 'that gets further too soon',
      facts: { ...RAN, progress: { trial: 2 }, progress_at: '2026-02-10T14:59:30Z' },
      seen: { record: { ...RUNNING, progress: { trial: 3 } } },
      told: '',
    },
    {
      name: 'that only has less time left',
      facts: { ...RAN, progress: { trial: 3, eta_s: 9 } },
      seen: { record: { ...RUNNING, progress: { trial: 3, eta_s: 5 } } },
      told: '',
    },
    {
      name: 'that tells nothing of its progress',
      facts: RAN,
      seen: { record: { ...RUNNING, progress: {} } },
      told: '',
    },
    // lost
    { name: 'that is lost', facts: RAN, seen: { record: RUNNING, lost: LOST }, told: 'lost' },
    {
      name: 'that stays lost',
      facts: { ...RAN, lost_at: LOST_AT },
      seen: { record: RUNNING, lost: LOST },
      told: '',
    },
    {
      name: 'that is heard again',
      facts: { ...RAN, lost_at: LOST_AT },
      seen: { record: RUNNING, lost: { ...LOST, recovered_at: AT } },
      told: 'recovered',
    },
    {
      name: 'that was lost and heard again between two looks',
      facts: RAN,
      seen: { record: RUNNING, lost: { ...LOST, recovered_at: AT } },
      told: 'lost recovered',
    },
    {
      name: 'that was heard again, told before',
      facts: { ...RAN, lost_at: LOST_AT, recovered: true },
      seen: { record: RUNNING, lost: { ...LOST, recovered_at: AT } },
      told: '',
    },
    {
      name: 'that is lost a second time',
      facts: { ...RAN, lost_at: LOST_AT, recovered: true },
      seen: { record: RUNNING, lost: { ...LOST, at: AT } },
      told: 'lost',
    },
    // the end
    {
      name: 'that has ended and whose files are still on their way',
      facts: RAN,
      seen: { record: ended('completed') },
      told: '',
    },
    {
      name: 'that has ended and is whole',
      facts: RAN,
      seen: { record: ended('completed'), seal: SEAL },
      told: 'finished',
    },
    {
      name: 'that was refused',
      facts: FACTS,
      seen: { record: ended('failed', { attempt: 0 }), seal: SEAL },
      told: 'queued finished',
    },
    {
      name: 'that was cancelled while it waited for its second run',
      facts: { ...RAN, state: 'queued' },
      seen: { record: ended('cancelled'), seal: SEAL },
      told: 'finished',
    },
    {
      name: 'that ended though it was called lost',
      facts: { ...RAN, lost_at: LOST_AT },
      seen: { record: ended('completed'), seal: SEAL, lost: LOST },
      told: 'finished late',
    },
    {
      name: 'that ended as it had been told',
      facts: DONE,
      seen: { record: ended('completed'), seal: SEAL },
      told: '',
    },
    {
      name: 'that is sealed but says of itself that it runs',
      facts: RAN,
      seen: { record: RUNNING, seal: SEAL },
      told: '',
    },
    {
      name: 'of which another record has come',
      facts: { ...DONE, post: 'completed', archived_as: HOME },
      seen: { record: ended('failed'), seal: 'b'.repeat(64), archived_as: HOME },
      told: 'finished',
    },
    {
      name: 'that had been given up and ended after all',
      facts: { ...RAN, given_up: true, archived_as: HOME },
      seen: { record: ended('completed'), seal: SEAL, archived_as: HOME },
      told: 'finished late',
    },
    // home
    {
      name: 'that is post-processed',
      facts: DONE,
      seen: { record: ended('completed'), seal: SEAL, post: 'failed' },
      told: 'post-processed',
    },
    {
      name: 'that was post-processed',
      facts: { ...DONE, post: 'failed' },
      seen: { record: ended('completed'), seal: SEAL, post: 'failed' },
      told: '',
    },
    {
      name: 'that is archived',
      facts: DONE,
      seen: { record: ended('completed'), seal: SEAL, archived_as: HOME },
      told: 'archived',
    },
    {
      name: 'that lies where it was told to lie',
      facts: { ...DONE, archived_as: HOME },
      seen: { order: undefined, archived_as: HOME },
      told: '',
    },
    {
      name: 'that was given up',
      facts: RAN,
      seen: { record: RUNNING, archived_as: HOME, abandoned: true },
      told: 'archived',
    },
    {
      name: 'of which nobody has told anything',
      seen: {
        order: undefined,
        record: ended('completed', { retry_of: 'job-old' }),
        requests: { assign: { runner: 'station' } },
        seal: SEAL,
        lost: LOST,
        post: 'completed',
        archived_as: HOME,
      },
      told: 'submitted retried assigned queued started lost finished late post-processed archived',
    },
  ])('$name: $told', ({ facts, seen, told: wanted }) => {
    expect(told(facts, sight(seen))).toBe(wanted);
  });

  test('a policy of zero tells every sign of life', () => {
    const every = { at: AT, policy: { events_heartbeat_s: 0, events_progress_s: 0 } };
    const facts = { ...RAN, beat_at: AT, progress_at: AT };
    const seen = sight({ record: { ...RUNNING, heartbeat_seq: 4, progress: { trial: 3 } } });
    expect(typesOf(compareJob(facts, seen, every).events)).toBe('heartbeat progress');
  });
});

describe('events', () => {
  const only = (facts: JobFacts | undefined, seen: Partial<JobSight>) =>
    compareJob(facts, sight(seen), NOW).events[0];

  test('an order says what it is for', () => {
    const order = {
      project: 'wfe',
      type: 'optimization',
      description: 'd'.repeat(900),
      hold: true,
      depends_on: ['job-x'],
      created_by: 'ada',
    };
    expect(only(undefined, { order })).toEqual({
      type: 'submitted',
      at: AT,
      job_id: JOB,
      project: 'wfe',
      job_type: 'optimization',
      description: `${'d'.repeat(499)}…`,
      created_by: 'ada',
      hold: true,
      depends_on: ['job-x'],
    });
  });

  test('a retry is told of the old job', () => {
    const { events } = compareJob(undefined, sight({ order: { retry_of: 'job-old' } }), NOW);
    expect(events[1]).toEqual({ type: 'retried', at: AT, job_id: 'job-old', retried_as: JOB });
  });

  test('an end tells everything but what the script said', () => {
    const progress = { trial: 9, trials: 10, best: 3.2, message: 'SCRIPT SAYS' };
    const outcome = {
      kind: 'failed' as const,
      error_class: 'script' as const,
      exit_code: 3,
      signal: null,
      message: 'SCRIPT SAYS',
      log_tail: ['SCRIPT SAYS'],
    };
    const facts = { ...RAN, lost_at: LOST_AT, late: true, seal: SEAL, post: 'failed' as const };
    const seen = {
      record: ended('failed', { progress, outcome, project: 'wfe' }),
      seal: SEAL,
      archived_as: HOME,
      retry: { retried_as: 'job-r1', not_before: AT },
    };
    const event = only(facts, seen);
    expect(event).toEqual({
      type: 'archived',
      at: AT,
      job_id: JOB,
      archived_as: HOME,
      state: 'failed',
      attempt: 1,
      runner: 'station',
      outcome: { kind: 'failed', error_class: 'script', exit_code: 3, signal: null },
      finished_at: '2026-02-10T14:50:00Z',
      best: 3.2,
      trial: 9,
      trials: 10,
      project: 'wfe',
      late: true,
      lost_at: LOST_AT,
      post: 'failed',
      retried_as: 'job-r1',
      retry_at: AT,
    });
    expect(JSON.stringify(event)).not.toContain('SCRIPT');
  });

  test('a job that was given up has failed, whatever its record says', () => {
    const seen = { record: ended('completed'), archived_as: HOME, abandoned: true };
    expect(only(RAN, seen)).toMatchObject({ state: 'failed', outcome: { kind: 'abandoned' } });
  });

  test('of progress a long message is cut, and is the same the next time', () => {
    const seen = sight({ record: { ...RUNNING, progress: { message: 'm'.repeat(2000) } } });
    const { events, facts } = compareJob(RAN, seen, NOW);
    expect(events).toMatchObject([{ type: 'progress', progress: { message: `${'m'.repeat(499)}…` } }]);
    expect(told({ ...(facts as JobFacts), progress_at: undefined }, seen)).toBe('');
  });
});

const records: fc.Arbitrary<JobRecord | undefined> = fc.oneof(
  fc.constant(undefined),
  fc
    .record({ wait: fc.constantFrom('slot', 'inputs 1/2 MB', 'release'), attempt: fc.nat(2) })
    .map(({ wait, attempt }) => record({ state: 'queued', waiting_for: wait, attempt })),
  fc
    .record({ attempt: fc.integer({ min: 1, max: 3 }), seq: fc.nat(5), trial: fc.nat(3) })
    .map(({ attempt, seq, trial }) =>
      record({ state: 'running', attempt, heartbeat_seq: seq, progress: { trial } }),
    ),
  fc
    .constantFrom('completed', 'failed', 'cancelled')
    .chain((state) => fc.nat(3).map((attempt) => ended(state as 'failed', { attempt }))),
);
const maybe = <T>(value: T) => fc.constantFrom(undefined, value);
const sights: fc.Arbitrary<JobSight> = fc
  .record({
    order: fc.constantFrom(undefined, { priority: 'low' as const }, { retry_of: 'job-old', hold: true }),
    requests: fc.record({
      assign: maybe({ runner: 'station' }),
      release: maybe({}),
      cancel: maybe({ reason: 'r' }),
    }),
    record: records,
    seal: fc.constantFrom(undefined, SEAL, 'b'.repeat(64)),
    lost: fc.constantFrom(undefined, LOST, { ...LOST, recovered_at: AT }, { ...LOST, at: AT }),
    post: fc.constantFrom(undefined, 'completed' as const, 'failed' as const),
    archived_as: fc.constantFrom(undefined, HOME, `${HOME}-2`),
    abandoned: fc.boolean(),
  })
  .map((fields) => {
    const requests = Object.fromEntries(Object.entries(fields.requests).filter(([, request]) => request));
    return sight({ ...fields, requests });
  });

/** The facts that are known once these events are read again. */
function replayed(events: readonly Draft[]): JobFacts | undefined {
  const pool = emptyPool();
  for (const event of JSON.parse(JSON.stringify(events)) as Draft[]) takeIn(pool, event);
  return pool.jobs.get(JOB);
}

describe('whatever is seen, in whatever order', () => {
  test('events read again make known what was known, and nothing is told twice', () => {
    fc.assert(
      fc.property(fc.array(sights, { minLength: 1, maxLength: 6 }), (seen) => {
        const all: Draft[] = [];
        let facts: JobFacts | undefined;
        for (const each of seen) {
          const now = compareJob(facts, each, NOW);
          all.push(...now.events);
          facts = now.facts;
          expect(told(facts, each)).toBe('');
          expect(replayed(all)).toEqual(facts);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a batch that was cut off anywhere is completed by the next look', () => {
    fc.assert(
      fc.property(sights, sights, fc.nat(20), (first, second, cut) => {
        const before = compareJob(undefined, first, NOW);
        const whole = compareJob(before.facts, second, NOW).events;
        const written = whole.slice(0, cut);
        const facts = replayed([...before.events, ...written]);
        expect([...written, ...compareJob(facts, second, NOW).events]).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  test('every event fits the schema of its type', () => {
    fc.assert(
      fc.property(sights, (seen) => {
        for (const event of compareJob(undefined, seen, NOW).events) {
          const parsed = EVENT_SCHEMAS[event.type].safeParse({ seq: 1, ...event });
          expect(parsed.error?.issues ?? []).toEqual([]);
        }
      }),
    );
  });
});
