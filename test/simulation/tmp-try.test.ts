import { expect, test } from 'vitest';
import { simulate } from '/work/main/test/simulation/simulate.ts';
const FLAKY = { name: 'flaky', fields: { retry: { max: 2, on: ['script'], backoff_s: 2 } } };
test('x', async () => {
  let t = performance.now();
  const r = await simulate({ seed: 7, jobs: 1, faultySteps: 0, policies: [FLAKY] });
  console.log(r, performance.now() - t);
  for (let seed = 1; seed < 8; seed++) {
    t = performance.now();
    const r = await simulate({ seed, jobs: 2, faultySteps: 600, policies: [FLAKY, { name: 'sim', fields: {} }], abandons: true });
    console.log(seed, r.failure, r.steps, r.crashes, r.jobs, r.abandoned, performance.now() - t);
  }
}, 300000);
