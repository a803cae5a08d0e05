// The simulator over the queue as it is: worlds that broke a rule once, fixed ones, and new ones each time.
import { describe, expect, test } from 'vitest';
import { COUNTEREXAMPLES } from './counterexamples.ts';
import type { Fault } from './fault-kinds.ts';
import { quiet } from './quiet.ts';
import { kindOf, runSeeds } from './report.ts';
import type { JobPlan, Scenario } from './scenario.ts';
import { scenarioOf } from './scenario.ts';
import { shrunk } from './shrink.ts';
import { simulate } from './simulate.ts';

// thousands of small steps: slow where the machine is busy
const LIMIT_MS = 120_000;
const FIXED = { base: 1, seeds: 40 };
/** New worlds each time: one that fails is run again with `npm run simulate -- --seed N --trace`. */
const NEW = { base: Number(process.hrtime.bigint() % 1_000_000_000n), seeds: 20 };

describe('no job is lost, run twice by accident, or announced before it is whole', {
  timeout: LIMIT_MS,
}, () => {
  test.each(COUNTEREXAMPLES)('$story', async ({ scenario }) => {
    expect((await simulate(scenario)).failure).toBeUndefined();
  });

  test('in worlds that are the same each time, with every kind of fault among them', async () => {
    const { failures, jobs, seen } = await runSeeds({ ...FIXED, failuresMax: 3 });
    expect(failures.map(({ seed, failure }) => `seed ${seed}: ${failure}`)).toEqual([]);
    expect(jobs).toBeGreaterThan(2 * FIXED.seeds);
    const kinds = ['crash of the runner', 'crash of the watcher', 'power of linux', 'power of windows'];
    expect(kinds.filter((kind) => !seen.has(`fault: ${kind}`))).toEqual([]);
  });

  test('in new worlds, each told with its seed when it fails', async () => {
    const { failures, seeds } = await runSeeds({ ...NEW, failuresMax: 3 });
    const told = failures.map(
      ({ seed, failure }) => `npm run simulate -- --seed ${seed} --trace: ${failure}`,
    );
    expect(told).toEqual([]);
    expect(seeds).toBe(NEW.seeds);
  });

  const SIDES = [
    { who: 'watcher', step: 9 },
    { who: 'runner', step: 9 },
  ] as const;

  test.each(SIDES)('when the $who dies at every ninth of its calls', async ({ who, step }) => {
    for (let inCalls = 0; inCalls < 160; inCalls += step) {
      const crash: Fault = { kind: 'crash', who, atMs: 1001, inCalls, downMs: 2000 };
      const { failure } = await simulate(quiet(7, { faults: [crash] }));
      expect(failure && `dies at call ${inCalls}: ${failure}`).toBeUndefined();
    }
  });
});

describe('the simulator', { timeout: LIMIT_MS }, () => {
  test('does the same for the same seed', async () => {
    const [one, other] = [await simulate(scenarioOf(12), true), await simulate(scenarioOf(12), true)];
    expect(other.trace).toEqual(one.trace);
    expect(one.trace.length).toBeGreaterThan(100);
  });

  test('makes a failure smaller by leaving out what it does not need', async () => {
    const scenario = scenarioOf(3);
    const needed: Fault = { kind: 'rot', atMs: 1, early: false };
    const fails = async ({ faults }: typeof scenario) => faults.includes(needed);
    const small = await shrunk({ ...scenario, faults: [...scenario.faults, needed] }, fails);
    expect(small.faults).toEqual([needed]);
    expect(small.jobs).toHaveLength(1);
  });

  test('keeps the job that a deed is done to when it leaves others out', async () => {
    const jobs = ['a', 'b', 'c'].map((id) => ({ ...quiet(1).jobs[0], id }) as JobPlan);
    const deed: Fault = { kind: 'person', who: 'linux', atMs: 1, what: 'cancel', job: 2 };
    const fails = async ({ faults, jobs: left }: Scenario) =>
      faults.some((fault) => 'job' in fault && left[fault.job]?.id === 'c');
    const small = await shrunk(quiet(1, { jobs, faults: [{ ...deed, job: 0 }, deed] }), fails);
    expect(small.jobs.map(({ id }) => id)).toEqual(['c']);
    expect(small.faults).toEqual([{ ...deed, job: 0 }]);
  });

  test('takes failures that differ only in names and numbers as the same', () => {
    expect(kindOf('job-20260210-1-a ended 3 times')).toBe(kindOf('job-20260210-2-b ended 14 times'));
  });
});
