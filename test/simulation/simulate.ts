// Runs one world from a seed: first with faults, then without, until everything is at rest. Answers what went wrong.
import { layoutOf } from '../../src/store/layout.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { checkEnd, checkStep, isAtRest } from './check.ts';
import type { Content } from './contents.ts';
import { contentOf } from './contents.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';
import { giveUp, newSeen, watchRetries } from './retries.ts';
import type { World } from './world.ts';
import { LINUX, makeWorld } from './world.ts';

export interface SimulationOptions {
  seed: number;
  jobs: number;
  /** Steps with faults before they stop. */
  faultySteps: number;
  /** What the jobs say of interruptions; without it the first ones say nothing. */
  policies?: readonly Policy[];
  /** The machine of the runner goes down now and then, with everything that runs on it. */
  reboots?: boolean;
  /** A fixed path for the files of runs. */
  workPath?: string;
  /** People give jobs up while there are faults. */
  abandons?: boolean;
  /** Instead of crashes by chance: this side dies at this changing operation, once. */
  crashAt?: { side: 'linux' | 'windows'; operation: number };
}

export interface Policy {
  name: string;
  fields: Record<string, unknown>;
}

export interface SimulationResult {
  failure: string | undefined;
  steps: number;
  crashes: number;
  /** All that there were in the end. */
  jobs: string[];
  abandoned: string[];
  /** Scripts that were started. */
  attempts: number;
  operations: { linux: number; windows: number };
}

const LIMIT = 6000;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = randomFrom(options.seed);
  const world = await makeWorld(random, options.workPath);
  const orders = await submitted(world, options);
  if (options.crashAt) world[options.crashAt.side].files.crashIn(options.crashAt.operation);
  const seen = newSeen();
  let crashed = 0;
  const result = (failure: string | undefined, steps: number): SimulationResult => {
    const operations = { linux: world.linux.files.operations(), windows: world.windows.files.operations() };
    return {
      failure: failure && `seed ${options.seed}, step ${steps}: ${failure}`,
      steps,
      crashes: crashed,
      attempts: world.processes.attempts.size,
      jobs: [...orders.keys()],
      abandoned: [...seen.abandoned],
      operations,
    };
  };
  for (let step = 0; step < LIMIT; step++) {
    const chosen = random.below(10);
    const faulty = step < options.faultySteps && !options.crashAt;
    if (faulty) crashed += disturb(world, random, options);
    await takeStep(world, chosen, random.below(1500));
    if (faulty && options.abandons && random.chance(0.003))
      await giveUp(world, seen, random.pick([...orders.keys()]));
    const breach = watchRetries(world, orders, seen) ?? checkStep(world, orders);
    if (breach) return result(breach, step);
    if (!faulty && isAtRest(world, orders))
      return result(await checkEnd(world, orders, seen.abandoned), step);
  }
  return result('it never came to rest', LIMIT);
}

/** What each job's order holds, once all are in the queue. */
async function submitted({ linux }: World, options: SimulationOptions): Promise<Map<string, Content>> {
  const orders = new Map<string, Content>();
  for (let n = 1; n <= options.jobs; n++) {
    const policy = options.policies?.[n - 1];
    const job_id = `job-20260210-14302${n}-${policy?.name ?? 'sim'}`;
    await makeOrder(linux.disk, layoutOf(LINUX), {
      job_id,
      fields: policy?.fields ?? {},
      files: { '1_setup/model.prt': `model ${n}`.repeat(50) },
    });
    orders.set(job_id, contentOf(linux.disk.files, layoutOf(LINUX).order(job_id)));
  }
  return orders;
}

/** One of the daemons may be about to die, and the machine to go down. Answers how many daemons are. */
function disturb(world: World, random: Random, { reboots }: SimulationOptions): number {
  const crashes = random.chance(0.1);
  if (crashes) random.pick([world.linux, world.windows]).files.crashIn(random.below(25));
  if (reboots && world.processes.isAnyAlive() && random.chance(0.03)) reboot(world);
  return crashes ? 1 : 0;
}

function reboot({ processes, windows }: World): void {
  processes.reboot();
  windows.files.crashIn(0);
}

async function takeStep(world: World, chosen: number, ms: number): Promise<void> {
  const mirror = world.mirrors[chosen];
  if (mirror) await mirror.step();
  else if (chosen === 4 || chosen === 5) await world.tickWatcher();
  else if (chosen === 6 || chosen === 7) await world.tickRunner();
  else if (chosen === 8) await world.processes.step();
  else world.clock.advance(ms);
}
