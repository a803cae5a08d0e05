// Worlds in which a deletion met another change of the same files, and the mirror decided between the two.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const HALF_DELETED: readonly Counterexample[] = [
  {
    story: 'a file is deleted on one side while the other makes it anew, with no index of what was before',
    scenario: quiet(13_009_074, {
      folders: 'one',
      slots: 3,
      scanDelayMs: 10_000,
      jobs: [
        job('resume', {
          atMs: 510.26935083791614,
          runMs: 24699.700081564322,
          releaseMs: 90837.2585327879,
          fields: { on_interrupt: 'resume', max_attempts: 3 },
        }),
        job('failing', {
          id: 'job-20260210-143023-failing',
          atMs: 2273.4193936921656,
          runMs: 4107.363944264544,
          modelBytes: 6000,
          releaseMs: 79550.56212515825,
        }),
      ],
      ...faults(
        { kind: 'mirror', who: 'windows', atMs: 113.89891151338816, forMs: 16803.224064504742, index: 'old' },
        { kind: 'mirror', who: 'windows', atMs: 1857.760059647262, forMs: 2711.584266821992, index: 'none' },
        { kind: 'mirror', who: 'windows', atMs: 34698.77933291287, forMs: 653.9415401808092, index: 'old' },
      ),
      calmMs: 107823.70727214105,
    }),
  },
  {
    story: 'files of a deleted record come back without its seal, to a runner that has lost its ledger',
    scenario: quiet(13_008_334, {
      folders: 'one',
      api: false,
      deletesWin: true,
      slots: 3,
      jobs: [
        job('plain', {
          id: 'job-20260210-143021-plain',
          atMs: 1255.5403306614608,
          runMs: 269.0809982880212,
          modelBytes: 200,
          releaseMs: 64014.3101275787,
        }),
        job('plain', {
          id: 'job-20260210-143023-plain',
          atMs: 587.0133703574538,
          runMs: 319.9865088119792,
          modelBytes: 200,
          releaseMs: 85883.65142787182,
        }),
      ],
      ...faults(
        { kind: 'crash', who: 'runner', atMs: 13924.097251147032, inCalls: 12, downMs: 57508.8428973959 },
        { kind: 'ledger', atMs: 16341.71364363283 },
        { kind: 'power', who: 'linux', atMs: 19789.100512862206, downMs: 1890.2833855448837 },
        { kind: 'rot', atMs: 19997.1126858145, early: false },
      ),
      calmMs: 90860.26998447745,
      endsEarly: true,
    }),
  },
];
