// Worlds in which a rule was broken once, made as small as they go, with what had happened.
import { DYING_WATCHERS } from './dying-watchers.ts';
import { HALF_DELETED } from './half-deleted.ts';
import { LOST_LEDGERS } from './lost-ledgers.ts';
import { MADE_BY_HAND } from './made-by-hand.ts';
import { ONE_FOLDERS } from './one-folders.ts';
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';
import { SILENT_MIRRORS } from './silent-mirrors.ts';

export const COUNTEREXAMPLES: readonly Counterexample[] = [
  {
    story: 'a script is over before the runner looked: its record went from queued to completed',
    scenario: quiet(9, { deafness: 1, jobs: [job('plain', { runMs: 142, atMs: 850 })] }),
  },
  {
    story:
      'the power goes right after the first start: the folder of the ledger was not durable, and every order waited',
    scenario: quiet(48, faults({ kind: 'power', who: 'windows', atMs: 194, downMs: 1887 })),
  },
  {
    story: 'a power cut brings back a record that had come to rest, and the job was called lost',
    scenario: quiet(37, {
      scanDelayMs: 10_000,
      jobs: [
        job('auto', { runMs: 2007, atMs: 2729, fields: { run_on: 'auto' } }),
        job('plain', { runMs: 1616, atMs: 1774 }),
      ],
      faults: [{ kind: 'power', who: 'linux', atMs: 878_819, downMs: 2738 }],
      calmMs: 2_000_000,
    }),
  },
  {
    story: 'the ledger is deleted under the runner, which goes on writing to a file that begins amid it',
    scenario: quiet(131, {
      slots: 1,
      slowness: 0.3,
      scanDelayMs: 10_000,
      jobs: [
        job('resume', { runMs: 3335, atMs: 1118, fields: { on_interrupt: 'resume', max_attempts: 2 } }),
        job('plain', { runMs: 8685, atMs: 1581 }),
      ],
      faults: [
        { kind: 'ledger', atMs: 11_573 },
        { kind: 'crash', who: 'runner', atMs: 75_643, inCalls: 39, downMs: 3251 },
      ],
      calmMs: 76_116,
    }),
  },
  {
    story: 'the receiving end of the mirror loses its index, and finds all its files as if they were new',
    scenario: quiet(43, faults({ kind: 'mirror', who: 'windows', atMs: 7781, forMs: 20_000, index: 'none' })),
  },
  {
    story:
      'the machine that archives loses power while the mirror deletes, in one folder that both sides write',
    scenario: quiet(73, {
      folders: 'one',
      jobs: [job('failing', { runMs: 3642, atMs: 2414 })],
      ...faults({ kind: 'power', who: 'linux', atMs: 20_024, downMs: 14_830 }),
    }),
  },
  {
    story: 'the watcher dies amid a step, and a bit of its verified copy turns before it is filed',
    scenario: quiet(
      150,
      faults(
        { kind: 'crash', who: 'watcher', atMs: 2500, inCalls: 50, downMs: 9000 },
        { kind: 'rot', atMs: 9705, early: false },
      ),
    ),
  },
  {
    story: 'an action fails for long on the runner, which says nothing of the job: it was called lost',
    scenario: quiet(5195, {
      deafness: 1,
      scanDelayMs: 1000,
      ...faults({ kind: 'ledger', atMs: 16_373 }),
      jobs: [job('plain', { runMs: 2478, atMs: 2184, modelBytes: 6000 })],
      calmMs: 663_211,
    }),
  },
  {
    story: 'a runner is gone for hours while nobody can ask the mirror: lost, and not tried again',
    scenario: quiet(11, {
      api: false,
      jobs: [
        job('retried', {
          runMs: 30_000,
          fields: { retry: { max: 1, on: ['lost', 'interrupted'], backoff_s: 1 } },
        }),
      ],
      ...faults({ kind: 'crash', who: 'runner', atMs: 8000, inCalls: 0, downMs: 7_000_000 }),
      calmMs: 8_000_000,
    }),
  },
  {
    story: 'the peer hangs while its connection stands: what it said before is old, and nothing is lost',
    scenario: quiet(12, {
      jobs: [job('plain', { runMs: 30_000 })],
      ...faults({ kind: 'cut', atMs: 5000, forMs: 1_000_000, how: 'half-open' }),
      calmMs: 1_200_000,
    }),
  },
  {
    story: 'a bit of the collected copy turns before it is post-processed, which was tried for ever',
    scenario: quiet(151, faults({ kind: 'rot', atMs: 500, early: true })),
  },
  {
    story: 'the power goes before the results of a script are published, which nobody had synced',
    scenario: quiet(40_012, {
      ntfs: true,
      jobs: [job('plain', { id: 'job-20260210-143022-plain', atMs: 1843.95, runMs: 10_318.4675 })],
      ...faults(
        { kind: 'errors', who: 'runner', atMs: 7269.3, forMs: 300_000, code: 'EPERM', chance: 1 },
        { kind: 'power', who: 'windows', atMs: 49_236.8491266798, downMs: 5_315_210 },
      ),
      calmMs: 81_762,
      endsEarly: true,
    }),
  },
  {
    story: 'the power goes with the directory of an attempt that was begun, which was begun again',
    scenario: quiet(910_068, {
      api: false,
      scanDelayMs: 10_000,
      jobs: [
        job('restart', { atMs: 22_030, runMs: 342, fields: { on_interrupt: 'restart', max_attempts: 3 } }),
        job('flaky', {
          id: 'job-20260210-143022-flaky',
          atMs: 2161,
          runMs: 141,
          fields: { retry: { max: 2, on: ['script'], backoff_s: 12 } },
        }),
      ],
      ...faults(
        { kind: 'cut', atMs: 1158.597, forMs: 6626, how: 'clean' },
        { kind: 'ledger', atMs: 8735.027 },
        { kind: 'power', who: 'windows', atMs: 64_979.19110746769, downMs: 7_158_035 },
      ),
      calmMs: 103_884,
      endsEarly: true,
    }),
  },
  {
    story: 'a file that the mirror took over in a conflict is deleted where it came from, in one folder',
    scenario: quiet(60_224, {
      folders: 'one',
      scanDelayMs: 1000,
      slots: 3,
      jobs: [
        job('held', {
          atMs: 89,
          runMs: 13_063,
          modelBytes: 6000,
          releaseMs: 278_209,
          fields: { hold: true },
        }),
        job('restart', {
          id: 'job-20260210-143022-restart',
          atMs: 1438.61,
          runMs: 1297.7,
          modelBytes: 6000,
          fields: { on_interrupt: 'restart', max_attempts: 99 },
        }),
        job('plain', {
          id: 'job-20260210-143023-plain',
          atMs: 1104.65,
          runMs: 186.1,
          modelBytes: 6000,
          releaseMs: 187_474,
          fields: { expect: ['3_results/study.db'] },
        }),
      ],
      ...faults(
        { kind: 'power', who: 'linux', atMs: 15_719.887344166636, downMs: 827_154 },
        { kind: 'restart', who: 'runner', atMs: 16_314 },
        { kind: 'person', who: 'windows', atMs: 84_771, what: 'copy-record', job: 0 },
        { kind: 'mirror', who: 'linux', atMs: 149_723, forMs: 318, index: 'none' },
        { kind: 'owner', atMs: 275_908.6, forMs: 13_945, interrupt: true },
      ),
      calmMs: 302_101.6,
    }),
  },
  {
    story: 'the runner dies amid a deletion, and its ledger is deleted: what was left of the record stayed',
    scenario: quiet(952_747, {
      ...faults(
        { kind: 'crash', who: 'runner', atMs: 2300, inCalls: 6, downMs: 40_000 },
        { kind: 'ledger', atMs: 30_000 },
      ),
    }),
  },
  {
    story: 'an order that waits cannot be read for long, by a runner that is well: it was called lost',
    scenario: quiet(952_082, {
      jobs: [job('held', { releaseMs: 500_000, fields: { hold: true } })],
      ...faults({
        kind: 'errors',
        who: 'runner',
        atMs: 20_000,
        forMs: 450_000,
        code: 'EIO',
        chance: 1,
        on: '/outbox/job-20260210-143021-held/job.json',
      }),
      calmMs: 500_000,
    }),
  },
  {
    story: 'an acknowledged record is not to be seen for a moment, and its job is closed on that',
    scenario: quiet(5, {
      scanDelayMs: 1000,
      ...faults({ kind: 'absence', who: 'linux', atMs: 4000, forMs: 1500, job: 0 }),
    }),
  },
  ...DYING_WATCHERS,
  ...MADE_BY_HAND,
  ...LOST_LEDGERS,
  ...SILENT_MIRRORS,
  ...ONE_FOLDERS,
  ...HALF_DELETED,
];
