// Two machines, the mirror between them, and both daemons with their real planning and store code, put together.
import { initQueue } from '../../src/store/init.ts';
import { layoutOf } from '../../src/store/layout.ts';
import type { Book } from './check/book.ts';
import { count, newBook, QUEUE_ID, ROOTS } from './check/book.ts';
import { breach } from './check/breach.ts';
import { afterRename, beforeChange } from './check/rules.ts';
import type { Process } from './fault-kinds.ts';
import type { Daemon } from './machine/daemon.ts';
import { newDaemon } from './machine/daemon.ts';
import type { Call } from './machine/life.ts';
import type { Side } from './machine/side.ts';
import { newSide } from './machine/side.ts';
import type { Supervisors } from './machine/supervisors.ts';
import { newSupervisors } from './machine/supervisors.ts';
import type { Mirror } from './mirror/mirror.ts';
import { newMirror } from './mirror/mirror.ts';
import type { Device } from './mirror/versions.ts';
import { newOpener } from './openings.ts';
import type { Random } from './random.ts';
import { randomFrom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { scriptPlanOf, whenEnded, whenStarted } from './scripts.ts';
import type { Timeline } from './timeline.ts';
import { newTimeline } from './timeline.ts';

export interface World {
  scenario: Scenario;
  timeline: Timeline;
  book: Book;
  sides: Record<Device, Side>;
  mirror: Mirror;
  watcher: Daemon;
  runner: Daemon;
  supervisors: Supervisors;
  /** Chance of its own for each of those that draw. */
  random(name: string): Random;
  isCalm: boolean;
  /** Every send to the receiver of messages, while it can be reached. */
  trace: string[] | undefined;
  say(who: string, what: string): void;
}

const POLL_MS = 30_000;

export async function makeWorld(scenario: Scenario, isTraced: boolean): Promise<World> {
  const timeline = newTimeline();
  const root = randomFrom(scenario.seed);
  const { ntfs, slowness } = scenario;
  const sideOf = (device: Device, isNtfs: boolean) =>
    newSide({
      device,
      timeline,
      random: root.fork(device),
      skewMs: scenario.skewMs[device],
      ntfs: isNtfs,
      slowness,
    });
  const sides = { linux: sideOf('linux', false), windows: sideOf('windows', ntfs) };
  const book = newBook();
  const world = {
    scenario,
    timeline,
    book,
    sides,
    random: (name: string) => root.fork(name),
    isCalm: false,
    trace: isTraced ? [] : undefined,
    say: (who: string, what: string) => void world.trace?.push(line(timeline.nowMs(), who, what)),
  } as World;
  for (const device of ['linux', 'windows'] as const) await prepare(sides[device], ROOTS[device]);
  const note = (what: string) => void count(book.seen, `mirror: ${what}`);
  world.mirror = newMirror({
    scenario,
    timeline,
    random: root.fork('mirror'),
    sides,
    roots: ROOTS,
    note,
  });
  world.supervisors = newSupervisors({
    side: sides.windows,
    timeline,
    random: root.fork('supervisors'),
    hooks: hooksOf(world, 'windows', 'supervisor'),
    planOf: (command) => scriptPlanOf(world, command),
    started: (command) => whenStarted(world, command),
    ended: (command, files) => whenEnded(world, command, files),
  });
  world.watcher = daemonOf(world, 'watcher', 'linux');
  world.runner = daemonOf(world, 'runner', 'windows');
  listen(world);
  return world;
}

async function prepare({ disk, clock }: Side, root: string): Promise<void> {
  await initQueue({ files: disk.files, clock }, layoutOf(root), 'both', [QUEUE_ID], () => '');
  disk.syncAll();
}

function line(ms: number, who: string, what: string): string {
  return `${(ms / 1000).toFixed(3).padStart(11)} s  ${who.padEnd(10)} ${what}`;
}

/** What one changes, the mirror and the other daemons on that machine see. */
function listen(world: World): void {
  const chance = world.random('wakes');
  for (const device of ['linux', 'windows'] as const) {
    const side = world.sides[device];
    const daemon = device === 'linux' ? world.watcher : world.runner;
    const own = device === 'linux' ? 'watcher' : 'runner';
    side.disk.changed = (file) => {
      world.mirror.changed(device, file);
      if (world.trace) world.say(side.writer ?? 'mirror', `${device} ${file}`);
      if (side.writer !== own && !chance.chance(world.scenario.deafness)) daemon.wake();
    };
  }
}

function hooksOf(world: World, device: Device, who: Process) {
  return {
    changing: (call: Call, file: string) => {
      beforeChange(world, device, who, call, file);
    },
    renamed: (from: string, to: string) => afterRename(world, from, to),
    failed: (code: string, call: Call) => {
      count(world.book.seen, `${code} on ${call}`);
      world.say(who, `${code} on ${call}`);
    },
  };
}

function daemonOf(world: World, who: 'watcher' | 'runner', device: Device): Daemon {
  const side = world.sides[device];
  return newDaemon({
    who,
    side,
    timeline: world.timeline,
    random: world.random(who),
    pollMs: POLL_MS,
    hooks: hooksOf(world, device, who),
    open: newOpener(world, who),
    died: () => {
      count(world.book.seen, `${who} died`);
      world.say(who, 'died');
    },
    ticked: () => {},
    strange: (error) => breach(world, `the ${who} threw ${String(error)} ${(error as Error).stack ?? ''}`),
  });
}
