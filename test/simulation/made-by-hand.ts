// Worlds in which a rule was broken once over an order that a person writes file by file, and the watcher seals.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const MADE_BY_HAND: readonly Counterexample[] = [
  {
    story: 'a person gives an order up before it was sealed: nobody was told what became of it',
    scenario: quiet(40_018, {
      jobs: [job('by-hand')],
      ...faults({ kind: 'person', who: 'linux', atMs: 30_000, what: 'abandon', job: 0 }),
      calmMs: 300_000,
    }),
  },
  {
    story: 'a watcher dies between job.json and the seal of an order made by hand, and then the power fails',
    scenario: quiet(8_000_833, {
      deafness: 1,
      slots: 3,
      jobs: [
        job('by-hand', {
          id: 'job-20260210-143023-by-hand',
          atMs: 4.394196672365069,
          runMs: 11043.430921249774,
          releaseMs: 94053.29216701335,
        }),
        job('by-hand', {
          id: 'job-20260210-143025-by-hand',
          atMs: 2082.8115188051015,
          runMs: 8852.545783231895,
          modelBytes: 6000,
          releaseMs: 13210.378001763705,
          fields: { expect: ['3_results/study.db'] },
        }),
      ],
      ...faults(
        { kind: 'crash', who: 'watcher', atMs: 16574.133783578873, inCalls: 47, downMs: 3138905.1904221796 },
        { kind: 'power', who: 'linux', atMs: 99686.47255565951, downMs: 7052.647630430245 },
      ),
      calmMs: 104416.870618793,
      endsEarly: true,
    }),
  },
];
