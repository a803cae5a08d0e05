// Worlds in which a rule was broken once because the runner's ledger was deleted, made as small as they go.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const LOST_LEDGERS: readonly Counterexample[] = [
  {
    story:
      'what a lost ledger knew to be over is released, and archived.json goes before the order: it began again',
    scenario: quiet(5_000_165, {
      deletesWin: true,
      scanDelayMs: 10_000,
      slots: 1,
      jobs: [
        job('restart', {
          atMs: 2417.6170653663576,
          runMs: 349.6275226370088,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
        job('plain', {
          id: 'job-20260210-143022-plain',
          atMs: 1887.5590728130192,
          runMs: 340.49738416344,
        }),
        job('flaky', {
          id: 'job-20260210-143023-flaky',
          atMs: 1422.1476393286139,
          runMs: 966.2373935623052,
          fields: { retry: { max: 2, on: ['script'], backoff_s: 1.423355428501433 } },
        }),
      ],
      ...faults(
        { kind: 'sleep', who: 'windows', atMs: 10_382.122178561985, forMs: 196_930.01892741452 },
        {
          kind: 'crash',
          who: 'watcher',
          atMs: 12_529.048239812255,
          inCalls: 5,
          downMs: 505.69448975643274,
          inLines: true,
        },
        {
          kind: 'mirror',
          who: 'linux',
          atMs: 17_992.181638255715,
          forMs: 69_059.03640418657,
          index: 'kept',
        },
        { kind: 'ledger', atMs: 217_419.8559897674 },
        { kind: 'power', who: 'linux', atMs: 252_657.23075019958, downMs: 13_978.07154557872 },
      ),
      calmMs: 265_616.0298930753,
      endsEarly: true,
    }),
  },
  {
    story: 'the same while the runner was away: all that it sees is the order, and a release of long ago',
    scenario: quiet(272, {
      scanDelayMs: 10_000,
      jobs: [job('held', { runMs: 500, fields: { hold: true } })],
      ...faults(
        { kind: 'ledger', atMs: 57_381 },
        { kind: 'crash', who: 'runner', atMs: 57_581, inCalls: 0, downMs: 12_000 },
      ),
      calmMs: 120_000,
    }),
  },
  {
    story: 'the runner dies at the very end of a deletion, and comes back when all is over: nothing waits',
    scenario: quiet(5_102_888, {
      folders: 'one',
      deletesWin: true,
      scanDelayMs: 1000,
      jobs: [
        job('plain', {
          atMs: 1894.1278103739023,
          runMs: 3886.8263184864113,
          fields: { expect: ['3_results/study.db'] },
        }),
      ],
      ...faults(
        {
          kind: 'crash',
          who: 'runner',
          atMs: 6836.400800384581,
          inCalls: 10,
          downMs: 7_969_849.881068738,
        },
        { kind: 'ledger', atMs: 21_468.82271457666 },
      ),
      calmMs: 98_907.22643847241,
      endsEarly: true,
    }),
  },
  {
    story:
      'late copies are waited for while a lost ledger holds a queue up for hours: a world of too many looks',
    scenario: quiet(5_102_264, {
      deletesWin: true,
      scanDelayMs: 10_000,
      jobs: [job('plain', { id: 'job-20260210-143023-plain', atMs: 2169.0726403612643, runMs: 122.3 })],
      ...faults(
        { kind: 'return', who: 'windows', atMs: 9441.438363865018, afterMs: 607, job: 0 },
        { kind: 'ledger', atMs: 12_167.836613953114 },
        { kind: 'return', who: 'linux', atMs: 18_808.978898450732, afterMs: 9681, job: 0 },
      ),
      calmMs: 17_230_013,
    }),
  },
  {
    story: 'a runner dies before it seals a record that says completed, and its ledger is deleted',
    scenario: quiet(8_006_142, {
      scanDelayMs: 1000,
      slots: 1,
      jobs: [
        job('plain', { atMs: 1934.906851965934, runMs: 206.29533016113876, releaseMs: 76538.60434938248 }),
        job('retried', {
          id: 'job-20260210-143023-retried',
          atMs: 328.791982261464,
          runMs: 6078.093660927361,
          releaseMs: 72823.2896324506,
          fields: { retry: { max: 1, on: ['lost', 'interrupted'], backoff_s: 3.762098234674009 } },
        }),
      ],
      ...faults(
        { kind: 'crash', who: 'runner', atMs: 5365.402439432966, inCalls: 59, downMs: 192614.84664526166 },
        { kind: 'ledger', atMs: 53371.25033485073 },
      ),
      calmMs: 98985.35264623327,
      endsEarly: true,
    }),
  },
  {
    story:
      'a runner starts twice over a ledger made short, and an order that it had deleted comes back in between',
    scenario: quiet(1, {
      ...faults(
        { kind: 'return', who: 'windows', atMs: 500, afterMs: 1000, job: 0 },
        { kind: 'crash', who: 'runner', atMs: 20_000, inCalls: 1, downMs: 1000 },
        { kind: 'crash', who: 'runner', atMs: 60_000, inCalls: 1, downMs: 200_000 },
      ),
      calmMs: 400_000,
    }),
  },
  {
    story:
      'an index and the ledger are lost: what the mirror brings back of a record is closed once more and filed beside it',
    scenario: quiet(12_004_457, {
      folders: 'one',
      scanDelayMs: 1000,
      deafness: 0.2,
      slots: 3,
      jobs: [
        job('restart', {
          atMs: 184.96621074154973,
          runMs: 2061.3164131787435,
          modelBytes: 6000,
          releaseMs: 2864.1559470484035,
          fields: { on_interrupt: 'restart', max_attempts: 99 },
        }),
        job('plain', {
          id: 'job-20260210-143022-plain',
          atMs: 1479.475705884397,
          runMs: 2457.18242726856,
          modelBytes: 6000,
          releaseMs: 19252.72460811037,
        }),
        job('plain', {
          id: 'job-20260210-143023-plain',
          atMs: 1366.2113193422556,
          runMs: 1120.3020006160866,
          modelBytes: 6000,
          releaseMs: 2252.578567755212,
        }),
      ],
      ...faults(
        { kind: 'mirror', who: 'windows', atMs: 7706.383648328483, forMs: 3329.708618683663, index: 'none' },
        { kind: 'sleep', who: 'linux', atMs: 7814.219440333545, forMs: 2140.094535749559 },
        { kind: 'ledger', atMs: 11841.733418405056 },
      ),
      calmMs: 255807.72579761132,
      endsEarly: true,
    }),
  },
];
