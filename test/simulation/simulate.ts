// Runs one world to its end: faults first, then calm, until everything is at rest. Answers the rule that was broken.
import { endBreach, unrest } from './check/end.ts';
import { arrange, calmDown } from './faults.ts';
import { release, tidyUp } from './persons.ts';
import type { Scenario } from './scenario.ts';
import { submit } from './submitting.ts';
import type { Due } from './timeline.ts';
import type { World } from './world.ts';
import { makeWorld } from './world.ts';

export interface Result {
  failure: string | undefined;
  /** Jobs, those that were tried again counted in. */
  jobs: number;
  seen: ReadonlyMap<string, number>;
  events: number;
  ticks: number;
  /** How long it was in its own time. */
  ms: number;
  trace: readonly string[];
}

const HOUR = 3_600_000;
const LOOK_MS = 10_000;
const LIMIT_MS = 6 * HOUR;
const EVENTS_MAX = 60_000;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function simulate(scenario: Scenario, isTraced = false): Promise<Result> {
  const world = await makeWorld(scenario, isTraced);
  const { timeline, book } = world;
  for (const job of scenario.jobs) timeline.after(job.atMs, () => submit(world, job));
  for (const job of scenario.jobs)
    if (job.kind === 'held') timeline.after(job.releaseMs, () => release(world, job.id));
  for (const fault of scenario.faults) arrange(world, fault);
  timeline.after(scenario.calmMs, () => becomeCalm(world));
  world.watcher.start();
  world.runner.start();
  await turn();
  const end = { isReached: false, why: undefined as string | undefined };
  timeline.after((scenario.endsEarly ? 0 : scenario.calmMs) + LOOK_MS, () => lookForEnd(world, end));
  let events = 0;
  for (; !end.isReached && book.breach === undefined; events++) {
    if (events === EVENTS_MAX) {
      book.breach = `more than ${EVENTS_MAX} events: ${unrest(world) ?? 'at rest'}`;
      break;
    }
    const due = timeline.next();
    if (!due) break;
    await happen(world, due);
  }
  const failure = book.breach ?? end.why ?? endBreach(world);
  const ticks = world.watcher.ticks() + world.runner.ticks();
  return {
    failure,
    jobs: book.orders.size,
    seen: book.seen,
    events,
    ticks,
    ms: timeline.nowMs(),
    trace: world.trace ?? [],
  };
}

/** Everything that waits for it goes on before anything else happens. */
function happen({ sides }: World, { work, isAwaited }: Due): Promise<void> | undefined {
  sides.linux.writer = undefined;
  sides.windows.writer = undefined;
  const done = work();
  return isAwaited ? Promise.resolve(done).then(turn) : undefined;
}

function becomeCalm(world: World): void {
  calmDown(world);
  const { timeline, scenario } = world;
  for (const ms of [5000, 60_000, 900_000, 1_800_000, 5_400_000, 9_000_000, 14_400_000])
    timeline.after(ms, () => tidyUp(world));
  timeline.after(6000, async () => {
    for (const { id, kind } of scenario.jobs) if (kind === 'held') await release(world, id);
  });
}

function lookForEnd(world: World, end: { isReached: boolean; why: string | undefined }): void {
  const { timeline, scenario } = world;
  const left = world.book.orders.size < scenario.jobs.length ? 'not all are submitted' : unrest(world);
  const isLate = timeline.nowMs() > scenario.calmMs + LIMIT_MS;
  end.isReached = left === undefined || isLate;
  if (left !== undefined && isLate) end.why = `it never comes to rest: ${left}`;
  if (!end.isReached) timeline.after(LOOK_MS, () => lookForEnd(world, end));
}
