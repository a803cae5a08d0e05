// Worlds in which a mirror brought nothing for a while, and a rule was held against what follows from that.
import type { Counterexample } from './quiet.ts';
import { faults, job, quiet } from './quiet.ts';

export const SILENT_MIRRORS: readonly Counterexample[] = [
  {
    story:
      'the mirror stops for hours amid an order: half of it came, and it was refused as the settings say',
    scenario: quiet(5_110_171, {
      jobs: [
        job('unlicensed', {
          atMs: 1742.9110030643642,
          runMs: 16_631.5,
          modelBytes: 6000,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
        job('by-hand', { id: 'job-20260210-143022-by-hand', atMs: 98.34218211472034, runMs: 1579.5 }),
      ],
      ...faults({
        kind: 'mirror',
        who: 'windows',
        atMs: 11_797.516751103103,
        forMs: 7_381_242,
        index: 'kept',
      }),
      calmMs: 16_271_763,
      endsEarly: true,
    }),
  },
  {
    story:
      'an index of before and a clock set back: for a while nothing that the runner says counts as new, and its job is called lost',
    scenario: quiet(1135, {
      scanDelayMs: 1000,
      slots: 3,
      jobs: [
        job('restart', {
          atMs: 466.5,
          runMs: 209.5,
          releaseMs: 309_995,
          fields: { on_interrupt: 'restart', max_attempts: 2 },
        }),
        job('held', {
          id: 'job-20260210-143022-held',
          atMs: 281_517.36634701985,
          runMs: 10_002,
          releaseMs: 126_611,
          fields: { hold: true },
        }),
        job('plain', { id: 'job-20260210-143023-plain', atMs: 1254.5, runMs: 968.6, releaseMs: 242_909 }),
      ],
      ...faults(
        { kind: 'clock', who: 'windows', atMs: 9506.925260648131, byMs: -5_308_378.831297159 },
        {
          kind: 'mirror',
          who: 'windows',
          atMs: 189_227.2036672861,
          forMs: 14_804.513932763384,
          index: 'old',
        },
      ),
      calmMs: 770_397,
    }),
  },
];
