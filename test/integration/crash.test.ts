// Kills any process of the queue at any moment, with the built program and real scripts, and holds what is left when
// all is at rest against what the runner promises. CRASH_SEED chooses the first seed, CRASH_ROUNDS how many follow.
import { beforeEach, describe, expect, test } from 'vitest';
import { assault } from './crash/assault.ts';
import { breachesOf } from './crash/checks.ts';
import { lastTurn, stopBoth } from './crash/ending.ts';
import { failuresTold, gather, leftovers, processesLeft, workLeft, wrongEnds } from './crash/evidence.ts';
import type { JobPlan, RoundPlan } from './crash/plan.ts';
import { roundPlan, submitOptions } from './crash/plan.ts';
import type { World } from './crash/world.ts';
import { openWorld } from './crash/world.ts';

beforeEach((context) => context.skip(process.platform !== 'linux', 'finds its victims in /proc'));

const firstSeed = Number(process.env['CRASH_SEED'] ?? 1);
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 10);
const lastSeed = firstSeed + rounds - 1;
/** Two rounds at a time: most of a round is waiting. */
const pairs = Array.from({ length: Math.ceil(rounds / 2) }, (_, index) => {
  const seed = firstSeed + 2 * index;
  return [seed, seed + 1] as const;
});

/** Submits the jobs, each at its time. Answers which is which. */
async function submitAll(w: World, jobs: readonly JobPlan[]): Promise<Map<string, JobPlan>> {
  const submitted = jobs.map(async (job) => {
    await new Promise((resolve) => setTimeout(resolve, job.submitAfterMs));
    return [await w.submit(...submitOptions(job)), job] as const;
  });
  return new Map(await Promise.all(submitted));
}

/** What all rounds together came to: a test that never hits anything proves nothing. */
const seen = { killed: new Set<string>(), attempts: 0, rounds: 0 };

/** Everything that is wrong after the round, in words. */
async function breachesIn(w: World, plan: RoundPlan): Promise<string[]> {
  for (const role of ['runner', 'watcher'] as const) w.start(role);
  let jobs: ReadonlyMap<string, JobPlan> = new Map();
  const isOver = () => jobs.size > 0 && [...jobs.keys()].every((job) => w.isAtRest(job));
  const submitting = submitAll(w, plan.jobs).then((all) => {
    jobs = all;
  });
  const killed = await assault(w, plan.kills, isOver);
  await submitting;
  await w.until('every job is at rest', isOver, 45_000);
  await w.until('no process is left', () => processesLeft(w).length === 0, 5000);
  await w.until('the work directories are gone', () => workLeft(w).length === 0);
  const evidence = gather(w, jobs, killed);
  for (const { what } of killed) seen.killed.add(what);
  seen.attempts = Math.max(
    seen.attempts,
    ...evidence.flatMap(({ archived }) => archived[0]?.record.attempt ?? 0),
  );
  seen.rounds += 1;
  await stopBoth(w);
  return [
    ...evidence.flatMap(breachesOf),
    ...wrongEnds(w),
    ...failuresTold(w),
    ...(await lastTurn(w)),
    ...leftovers(w).map((file) => `left: ${file}`),
  ];
}

async function round(seed: number): Promise<{ breaches: string[]; story: string }> {
  const plan = roundPlan(seed);
  const world = await openWorld({ slots: plan.slots, post: plan.post });
  try {
    const breaches = await breachesIn(world, plan).catch((error: unknown) => [String(error)]);
    const told = breaches.map((breach) => `CRASH_SEED=${seed}: ${breach}`);
    return {
      breaches: told,
      story: `--- the round of seed ${seed}: ${JSON.stringify(plan)}\n${world.story()}`,
    };
  } finally {
    await world.close();
  }
}

describe('whatever is killed and when', () => {
  test.each(pairs)('the promises hold (seeds %i and %i)', async (...pair) => {
    const results = await Promise.all(pair.filter((seed) => seed <= lastSeed).map(round));
    const stories = results.filter(({ breaches }) => breaches.length > 0).map(({ story }) => story);
    expect(
      results.flatMap(({ breaches }) => breaches),
      `${stories.join('\n')}`,
    ).toEqual([]);
  });

  test('every kind of process was killed, and interrupted runs were taken up again', (context) => {
    if (seen.rounds < 10) return context.skip(`too few rounds to tell: ${seen.rounds}`);
    expect([...seen.killed].sort()).toEqual(['child', 'runner', 'script', 'supervisor', 'watcher']);
    expect(seen.attempts).toBeGreaterThan(1);
  });
});
