// A watcher that is killed at every single change of its disk: each message still arrives, in order, under the same id,
// and nothing is sent again that the ledger holds as sent.
import { expect, test } from 'vitest';
import type { Notifier } from '../../src/notify/notifier.ts';
import { openNotifier } from '../../src/notify/notifier.ts';
import { newChores } from '../../src/system/chores.ts';
import type { HttpRequest } from '../../src/system/http.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import type { FaultyFiles } from '../simulation/faulty-files.ts';
import { faultyFiles } from '../simulation/faulty-files.ts';
import { desk, drain, HOOKS, turn } from './desk.ts';
import { answer, messageOf } from './given.ts';

const MESSAGES = ['job-a', 'job-b', 'job-c'].map(messageOf);
const TARGETS = ['x', 'y'];

/** A world that outlives every watcher: the disk, the targets, and what the watcher's caller knows to be queued. */
function newWorld() {
  const disk = memoryDisk();
  const files = faultyFiles(disk.files, () => {});
  const [asked, arrived, recorded]: [string[], string[], Set<string>] = [[], [], new Set()];
  const breaches: string[] = [];
  const queued = new Set<string>();
  const http = ({ url, headers }: HttpRequest) => {
    if (files.isDead()) return new Promise<never>(() => {}); // whoever is dead asks nobody
    const key = `${new URL(url).hostname[0]} ${headers['x-jobq-message-id']}`;
    if (recorded.has(key)) breaches.push(`${key} was sent though the ledger holds it as sent`);
    asked.push(key);
    // the first answer of y is always bad
    if (key.startsWith('y') && asked.filter((other) => other === key).length === 1)
      return Promise.resolve(answer(429));
    arrived.push(key);
    return Promise.resolve(answer(200));
  };
  const open = () =>
    openNotifier({
      ...desk(http, HOOKS).parts,
      disk: { ...disk, files },
      chores: newChores(disk.clock, () => {}),
      compactBytes: 1500,
      heard: ({ event, target, id }) => void (event === 'sent' && recorded.add(`${target} ${id}`)),
    });
  return { disk, files, arrived, breaches, queued, open };
}
type World = ReturnType<typeof newWorld>;

/** One watcher, until everything is sent or it dies. */
async function live(world: World): Promise<void> {
  const { disk, files, queued, open } = world;
  try {
    const notifier = await open();
    for (const message of MESSAGES) {
      if (queued.has(message.id)) continue;
      await notifier.enqueue(message);
      queued.add(message.id);
      await step(world, notifier);
    }
    while (!files.isDead() && notifier.pending().length > 0) {
      await step(world, notifier);
      disk.clock.advance(60_000);
    }
  } catch (error) {
    if (!files.isDead()) throw error;
  }
}

/** A tick, and what it began, unless the watcher dies of it. */
async function step({ disk, files }: World, notifier: Notifier): Promise<void> {
  notifier.tick(disk.clock.now());
  const dead = async () => {
    for (let nth = 0; nth < 500 && !files.isDead(); nth++) await Promise.resolve();
  };
  await Promise.race([notifier.settled(), dead()]);
}

function liveAgain(files: FaultyFiles, crashIn = Number.POSITIVE_INFINITY): void {
  files.revive();
  files.crashIn(crashIn);
}

async function operationsOfOneLife(): Promise<number> {
  const world = newWorld();
  await live(world);
  return world.files.operations();
}

const count = await operationsOfOneLife();

test('a life has many changes to die at', () => {
  expect(count).toBeGreaterThan(30);
});

/** What holds however often a watcher died. */
async function check(world: World, deaths: number): Promise<void> {
  const { arrived, breaches, queued, open, disk } = world;
  expect(queued.size).toBe(MESSAGES.length);
  expect(breaches).toEqual([]);
  for (const target of TARGETS) {
    const here = arrived.filter((key) => key.startsWith(target));
    expect([...new Set(here)]).toEqual(MESSAGES.map(({ id }) => `${target} ${id}`));
    // a death between an answer and its line: at most one for each target
    expect(here.length - MESSAGES.length).toBeLessThanOrEqual(deaths);
  }
  const before = arrived.length;
  const last = await open();
  expect([last.pending(), last.dead()]).toEqual([[], []]);
  for (const message of MESSAGES) expect(await last.enqueue(message)).toEqual([]);
  await turn({ disk }, last);
  expect(arrived.length).toBe(before);
}

test.each(Array.from({ length: count }, (_, index) => index + 1))('killed at change %i', async (nth) => {
  const world = newWorld();
  world.files.crashIn(nth - 1);
  await live(world);
  expect(world.files.isDead()).toBe(true);
  liveAgain(world.files);
  await live(world);
  await check(world, 1);
});

test.each(Array.from({ length: count }, (_, index) => index + 1))(
  'killed again and again, first at change %i',
  async (nth) => {
    const world = newWorld();
    world.files.crashIn(nth - 1);
    let deaths = 0;
    await live(world);
    while (world.files.isDead()) {
      deaths += 1;
      // later lives die sooner or later than the first, so that recoveries are cut short, too
      liveAgain(world.files, deaths < 6 ? (nth * 7 + deaths * 3) % 17 : undefined);
      await live(world);
    }
    await check(world, deaths);
  },
);

test('the check finds a sender that forgets', async () => {
  const world = newWorld();
  await live(world);
  world.arrived.splice(0, 1);
  await expect(check(world, 0)).rejects.toThrow('to deeply equal');
});

test('a drained sender has nothing left', async () => {
  const world = newWorld();
  const notifier = await world.open();
  for (const message of MESSAGES) await notifier.enqueue(message);
  await drain(world, notifier);
  expect(world.arrived).toHaveLength(MESSAGES.length * TARGETS.length);
});
