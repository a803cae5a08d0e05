// Worlds of one folder in which both sides write, and the mirror brought back or took away what it had no business with.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const ONE_FOLDERS: readonly Counterexample[] = [
  {
    story:
      'an index of before: a part of an order comes back after it was archived, and its retry is made of the archived one',
    scenario: quiet(7_000_081, {
      folders: 'one',
      jobs: [
        job('resume', {
          atMs: 1209.3710065819323,
          runMs: 17898.660412973582,
          releaseMs: 64272.814511863966,
          fields: { on_interrupt: 'resume', max_attempts: 2 },
        }),
        job('flaky', {
          id: 'job-20260210-143023-flaky',
          atMs: 2205.0878803711385,
          runMs: 755.7883721709185,
          modelBytes: 6000,
          releaseMs: 1182.8606008342706,
          fields: { retry: { max: 2, on: ['script'], backoff_s: 71.35337961985965 } },
        }),
        job('plain', {
          id: 'job-20260210-143024-plain',
          atMs: 149.8388908803463,
          runMs: 2060.278238479806,
          modelBytes: 6000,
          releaseMs: 32401.419969697716,
          fields: { expect: ['3_results/study.db'] },
        }),
      ],
      ...faults({
        kind: 'mirror',
        who: 'windows',
        atMs: 38842.951593911996,
        forMs: 367.78780359055975,
        index: 'old',
      }),
      calmMs: 66161.75930821651,
      endsEarly: true,
    }),
  },
  {
    story:
      'a copy of an order and a sleep of hours: the job.json of a sealed record is taken away, and its runner puts it back',
    scenario: quiet(7_003_520, {
      folders: 'one',
      api: false,
      deletesWin: true,
      skewMs: { linux: 0, windows: -1099870.3334480524 },
      jobs: [
        job('failing', {
          atMs: 1098.586231470108,
          runMs: 16129.734076894541,
          releaseMs: 414.7945196762551,
          fields: { expect: ['3_results/study.db'] },
        }),
        job('restart', {
          id: 'job-20260210-143022-restart',
          atMs: 49957.23259209276,
          runMs: 5702.960075527509,
          releaseMs: 2292.2360977723265,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
        job('failing', {
          id: 'job-20260210-143023-failing',
          atMs: 875.8219932205975,
          runMs: 1232.5188878822387,
          modelBytes: 6000,
          releaseMs: 115673.75799474189,
        }),
        job('restart', {
          id: 'job-20260210-143024-restart',
          atMs: 485.7617346569896,
          runMs: 18755.06453313971,
          releaseMs: 4800.125561003009,
          fields: { on_interrupt: 'restart', max_attempts: 99 },
        }),
      ],
      ...faults(
        { kind: 'mirror', who: 'windows', atMs: 4905.040818266571, forMs: 1326.0963565482896, index: 'kept' },
        { kind: 'sleep', who: 'windows', atMs: 5940.908817574382, forMs: 157577.4093716109 },
        { kind: 'person', who: 'linux', atMs: 7281.932914629579, what: 'copy-order', job: 2 },
      ),
      calmMs: 129383.57526806761,
      endsEarly: true,
    }),
  },
  {
    story:
      'an index that was lost and a clock set back: an older job.json is put over that of a sealed record, and its runner puts it right',
    scenario: quiet(7_005_300, {
      folders: 'one',
      deletesWin: true,
      scanDelayMs: 1000,
      slots: 3,
      jobs: [
        job('held', {
          id: 'job-20260210-143024-held',
          atMs: 1865.9226475283504,
          runMs: 25820.300905782322,
          releaseMs: 8227.39458913745,
          fields: { hold: true },
        }),
      ],
      ...faults(
        { kind: 'clock', who: 'windows', atMs: 17555.44844083488, byMs: -2238481.944054365 },
        { kind: 'power', who: 'windows', atMs: 18379.027536138892, downMs: 549.7739867325711 },
        { kind: 'mirror', who: 'linux', atMs: 18565.51274191588, forMs: 12645.749545458431, index: 'none' },
      ),
      calmMs: 63017.89440102596,
      endsEarly: true,
    }),
  },
  {
    story:
      'an index that was lost: what the mirror left half brought of a record holds its closing up until the mirror removes it',
    scenario: quiet(7_006_055, {
      folders: 'one',
      slowness: 0.1,
      deafness: 0.2,
      slots: 3,
      jobs: [
        job('plain', {
          atMs: 2220.601333072409,
          runMs: 2776.8660426955526,
          modelBytes: 6000,
          releaseMs: 87402.20096959802,
        }),
        job('unlicensed', {
          id: 'job-20260210-143022-unlicensed',
          atMs: 1300.9227979928255,
          runMs: 2374.923441810291,
          releaseMs: 50505.804752065385,
          fields: { on_interrupt: 'restart', max_attempts: 99 },
        }),
        job('restart', {
          id: 'job-20260210-143023-restart',
          atMs: 1310.7628379948437,
          runMs: 924.1989457280614,
          releaseMs: 61466.94933779024,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
        job('restart', {
          id: 'job-20260210-143024-restart',
          atMs: 2514.6449021995068,
          runMs: 2047.1286831511038,
          releaseMs: 90527.15543276792,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
      ],
      ...faults({
        kind: 'mirror',
        who: 'linux',
        atMs: 6332.086334004998,
        forMs: 687.5363435634023,
        index: 'none',
      }),
      calmMs: 108734.5175993634,
      endsEarly: true,
    }),
  },
  {
    story:
      'a runner dies right after it made the directory of a record, and a person gives the job up: an empty directory is left',
    scenario: quiet(9_009_114, {
      folders: 'one',
      api: false,
      slowness: 0.3,
      jobs: [
        job('plain', { atMs: 154609.70650270043, runMs: 755.8193399168775, releaseMs: 370530.3798716835 }),
      ],
      ...faults(
        { kind: 'crash', who: 'runner', atMs: 17531.055225990713, inCalls: 20, downMs: 173157.7874545653 },
        { kind: 'person', who: 'windows', atMs: 230252.32513637506, what: 'abandon', job: 0 },
      ),
      calmMs: 427851.92460256396,
    }),
  },
  {
    story: 'a person deletes the half of an order that had arrived: what depends on it is for people',
    scenario: quiet(12_000_210, {
      folders: 'one',
      deletesWin: true,
      scanDelayMs: 10000,
      slots: 1,
      jobs: [
        job('held', {
          id: 'job-20260210-143022-held',
          atMs: 1176.1259129270911,
          runMs: 22640.619910004163,
          modelBytes: 6000,
          releaseMs: 98547.19924883157,
          fields: { hold: true },
        }),
        job('dependent', {
          id: 'job-20260210-143023-dependent',
          atMs: 1225.4870496690273,
          runMs: 467.9238034986347,
          releaseMs: 88754.85245807051,
          fields: { depends_on: ['job-20260210-143022-held'], on_dependency_failure: 'cancel' },
        }),
        job('by-hand', {
          id: 'job-20260210-143024-by-hand',
          atMs: 1265.5776673927903,
          runMs: 1657.0295882860823,
          releaseMs: 117786.40075338594,
        }),
      ],
      ...faults({ kind: 'person', who: 'windows', atMs: 10906.848688609898, what: 'delete-order', job: 0 }),
      calmMs: 187846.0592614412,
      endsEarly: true,
    }),
  },
  {
    story:
      'two indexes that were lost: the mirror keeps a record that its runner deleted, until somebody removes it',
    scenario: quiet(12_002_216, {
      folders: 'one',
      jobs: [
        job('flaky', {
          atMs: 1260.575263760984,
          runMs: 29238.972126667857,
          releaseMs: 161819.2192660773,
          fields: { retry: { max: 2, on: ['script'], backoff_s: 55.195340938162374 } },
        }),
      ],
      ...faults(
        { kind: 'mirror', who: 'linux', atMs: 5925.919200921232, forMs: 14400.696986426201, index: 'none' },
        {
          kind: 'errors',
          who: 'watcher',
          atMs: 17132.759052328765,
          forMs: 240487.51543027436,
          code: 'EIO',
          chance: 0.1,
        },
        { kind: 'mirror', who: 'windows', atMs: 67183.98029861215, forMs: 4659.014438158463, index: 'none' },
      ),
      calmMs: 171387.44893011343,
      endsEarly: true,
    }),
  },
];
