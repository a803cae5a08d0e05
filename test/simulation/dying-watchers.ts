// Worlds in which a rule was broken once because a watcher died amid a step, and the next one went on from there.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const DYING_WATCHERS: readonly Counterexample[] = [
  {
    story:
      'a watcher dies before the place that it gave a record in the archive is durable, and the next one acknowledges it',
    scenario: quiet(11_004_862, {
      api: false,
      deletesWin: true,
      slowness: 0.02,
      slots: 1,
      jobs: [
        job('plain', { atMs: 1069.3372862879187, runMs: 247.83121662469162, releaseMs: 295208.1705928801 }),
        job('plain', {
          id: 'job-20260210-143022-plain',
          atMs: 1010.1787182502449,
          runMs: 117.2448874798894,
          releaseMs: 285101.37863352784,
          fields: { expect: ['3_results/study.db'] },
        }),
        job('resume', {
          id: 'job-20260210-143024-resume',
          atMs: 807.5257879681885,
          runMs: 293.37057712766153,
          releaseMs: 229530.05265580045,
          fields: { on_interrupt: 'resume', max_attempts: 3 },
        }),
        job('plain', {
          id: 'job-20260210-143025-plain',
          atMs: 765.3977607842535,
          runMs: 2576.310548171239,
          releaseMs: 300685.0430378877,
        }),
      ],
      ...faults(
        { kind: 'owner', atMs: 4098.453391343355, forMs: 1619.391640970997, interrupt: false },
        { kind: 'crash', who: 'watcher', atMs: 7238.696687854826, inCalls: 42, downMs: 419.64821178196974 },
      ),
      calmMs: 434853.0775335173,
      endsEarly: true,
    }),
  },
];
