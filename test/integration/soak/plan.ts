// What one soak does: its jobs, its kills and the moments at which its disk is full, chosen by a seed.
import { randomFrom } from '../../simulation/random.ts';
import type { JobPlan, KillPlan } from '../crash/plan.ts';
import { killPlan } from '../crash/plan.ts';

export interface FillPlan {
  afterMs: number;
  holdMs: number;
}

export interface SoakPlan {
  jobs: JobPlan[];
  kills: KillPlan[];
  fills: FillPlan[];
}

const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Four jobs to a kill; the disk is full for a quarter of the time. */
export function soakPlan(seed: number, jobs: number): SoakPlan {
  const random = randomFrom(seed);
  return {
    jobs: many(jobs, (index) => ({
      name: `s${index + 1}`,
      language: 'python',
      onInterrupt: random.pick(['fail', 'restart', 'resume']),
      maxAttempts: random.pick([2, 3, 5]),
      steps: 1 + random.below(3),
      pauseS: random.pick([0.01, 0.02, 0.03]),
      company: 'none',
      exit: random.chance(0.15) ? 3 : 0,
      submitAfterMs: random.below(200),
    })),
    kills: many(Math.ceil(jobs / 4), () => killPlan(random)).filter(({ victim }) => victim !== 'child'),
    fills: many(Math.ceil(jobs / 2), () => ({
      afterMs: 100 + random.below(1200),
      holdMs: 100 + random.below(400),
    })),
  };
}
