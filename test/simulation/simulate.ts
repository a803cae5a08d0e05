// Runs one world from a seed: first with faults, then without, until everything is at rest. Answers what went wrong.
import { layoutOf } from '../../src/store/layout.ts';
import { makeOrder } from '../helpers/make-order.ts';
import type { Content } from './check.ts';
import { checkEnd, checkStep, contentOf, isAtRest } from './check.ts';
import { randomFrom } from './random.ts';
import type { World } from './world.ts';
import { LINUX, makeWorld } from './world.ts';

export interface SimulationOptions {
  seed: number;
  jobs: number;
  /** Steps with faults before they stop. */
  faultySteps: number;
  /** Instead of crashes by chance: this side dies at this changing operation, once. */
  crashAt?: { side: 'linux' | 'windows'; operation: number };
}

export interface SimulationResult {
  failure: string | undefined;
  steps: number;
  crashes: number;
  operations: { linux: number; windows: number };
}

const LIMIT = 6000;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = randomFrom(options.seed);
  const world = await makeWorld(random);
  const orders = new Map<string, Content>();
  for (let n = 1; n <= options.jobs; n++) {
    const job_id = `job-20260210-14302${n}-sim`;
    await makeOrder(world.linux.disk, layoutOf(LINUX), {
      job_id,
      files: { '1_setup/model.prt': `model ${n}`.repeat(50) },
    });
    orders.set(job_id, contentOf(world.linux.disk.files, layoutOf(LINUX).order(job_id)));
  }
  if (options.crashAt) world[options.crashAt.side].files.crashIn(options.crashAt.operation);
  let crashes = 0;
  const result = (failure: string | undefined, steps: number): SimulationResult => {
    const operations = { linux: world.linux.files.operations(), windows: world.windows.files.operations() };
    return {
      failure: failure && `seed ${options.seed}, step ${steps}: ${failure}`,
      steps,
      crashes,
      operations,
    };
  };
  for (let step = 0; step < LIMIT; step++) {
    const chosen = random.below(10);
    const faulty = step < options.faultySteps && !options.crashAt;
    if (faulty && random.chance(0.1)) {
      random.pick([world.linux, world.windows]).files.crashIn(random.below(25));
      crashes += 1;
    }
    await takeStep(world, chosen, random.below(1500));
    const breach = checkStep(world, orders);
    if (breach) return result(breach, step);
    if (!faulty && isAtRest(world, orders)) return result(await checkEnd(world, orders), step);
  }
  return result('it never came to rest', LIMIT);
}

async function takeStep(world: World, chosen: number, ms: number): Promise<void> {
  const mirror = world.mirrors[chosen];
  if (mirror) await mirror.step();
  else if (chosen === 4 || chosen === 5) await world.tickWatcher();
  else if (chosen === 6 || chosen === 7) await world.tickRunner();
  else if (chosen === 8) await world.processes.step();
  else world.clock.advance(ms);
}
