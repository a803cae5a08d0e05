// What `npm run simulate` tells: how fast it was, what was seen, and of a failure the seed and what led to it.
import { COUNTEREXAMPLES } from './counterexamples.ts';
import type { Scenario } from './scenario.ts';
import { scenarioOf } from './scenario.ts';
import { shrunk } from './shrink.ts';
import type { Result } from './simulate.ts';
import { simulate } from './simulate.ts';

export interface Failure {
  seed: number;
  failure: string;
  scenario: Scenario;
}

export interface Runs {
  seeds: number;
  jobs: number;
  ticks: number;
  events: number;
  /** Time in the simulated worlds. */
  ms: number;
  seen: Map<string, number>;
  failures: Failure[];
}

export interface RunOptions {
  base: number;
  seeds: number;
  /** Stops after so many failures. */
  failuresMax: number;
  each?: (seed: number, result: Result) => void;
}

export async function runSeeds({ base, seeds, failuresMax, each }: RunOptions): Promise<Runs> {
  const runs: Runs = { seeds: 0, jobs: 0, ticks: 0, events: 0, ms: 0, seen: new Map(), failures: [] };
  for (let seed = base; seed < base + seeds && runs.failures.length < failuresMax; seed++) {
    const scenario = scenarioOf(seed);
    const result = await simulate(scenario);
    runs.seeds += 1;
    runs.jobs += result.jobs;
    runs.ticks += result.ticks;
    runs.events += result.events;
    runs.ms += result.ms;
    for (const [what, times] of result.seen) runs.seen.set(what, (runs.seen.get(what) ?? 0) + times);
    if (result.failure !== undefined) runs.failures.push({ seed, failure: result.failure, scenario });
    each?.(seed, result);
  }
  return runs;
}

/**
 * The first of the worlds with a story that breaks a rule.
 * @public called by scripts/simulate-mutants.mjs
 */
export async function firstNamedFailure(): Promise<{ story: string; failure: string } | undefined> {
  for (const { story, scenario } of COUNTEREXAMPLES) {
    const { failure } = await simulate(scenario);
    if (failure !== undefined) return { story, failure };
  }
  return undefined;
}

/**
 * The same failure with less: its kind is its text without names and numbers.
 * @public called by scripts/simulate.mjs
 */
export async function smallest({ scenario, failure }: Failure): Promise<Failure> {
  const fails = async (smaller: Scenario) => kindOf((await simulate(smaller)).failure) === kindOf(failure);
  const best = await shrunk(scenario, fails);
  return { seed: scenario.seed, scenario: best, failure: (await simulate(best)).failure ?? failure };
}

export function kindOf(failure: string | undefined): string | undefined {
  return failure
    ?.replace(/job-[\w-]+/g, 'job')
    .replace(/\.jobq-\S+/g, 'temp')
    .replace(/\d+/g, 'n')
    .slice(0, 120);
}

/**
 * What was seen, by the first word of what it is.
 * @public called by scripts/simulate.mjs
 */
export function coverage(seen: ReadonlyMap<string, number>): string {
  return [...seen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${String(times).padStart(8)}  ${what}`)
    .join('\n');
}

/** @public called by scripts/simulate.mjs */
export async function tracedRun(scenario: Scenario): Promise<Result> {
  return simulate(scenario, true);
}

/** @public called by scripts/simulate.mjs */
export function scenarioWith(seed: number): Scenario {
  return scenarioOf(seed);
}
