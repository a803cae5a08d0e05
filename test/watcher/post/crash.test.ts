// A watcher that is killed at every single change of its disk while it post-processes: it starts over on a clean copy,
// counts on, and what is archived in the end is the same.
import path from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf } from '../../../src/store/layout.ts';
import { readSeal, sealBreach } from '../../../src/store/seal.ts';
import { BEGUN_MAX } from '../../../src/watcher/post/next.ts';
import { memoryDisk } from '../../helpers/memory-disk.ts';
import type { FaultyFiles } from '../../simulation/faulty-files.ts';
import { faultyFiles } from '../../simulation/faulty-files.ts';
import { everything } from '../../store/two-disks.ts';
import type { Program } from './bench.ts';
import { archivedDir, entry, FILES, fillQueue, pretending, watcherOn } from './bench.ts';

const JOB = 'wing';
const BEFORE = FILES['3_results/data.csv'];

/** What each finds in its directory when nothing of a run that was cut off is left there. */
const FOUND = {
  a: { '3_results/data.csv': BEFORE },
  b: { '3_results/data.csv': `${BEFORE}a\n`, 'a.txt': 'of a' },
  c: { '3_results/data.csv': `${BEFORE}a\nb\n`, 'a.txt': 'of a and b', 'plots/b.png': 'of b' },
};

const POST = {
  a: entry('a'),
  b: entry('b', { tries: 2, backoff_s: 30 }),
  c: entry('c', { tries: 2, backoff_s: 0 }),
};

async function newWorld() {
  const disk = memoryDisk();
  const layout = layoutOf('/queue');
  await fillQueue(disk, layout, { [JOB]: {} });
  const files = faultyFiles(disk.files, () => {});
  const breaches: unknown[] = [];
  /** The program dies with the watcher: what it writes is torn as well. */
  const own = { files, clock: disk.clock };
  const looking =
    (name: keyof typeof FOUND, program: Program): Program =>
    (hands) => {
      const { 'job.json': _, 'stdout.log': __, ...found } = everything(disk, hands.request.cwd);
      if (JSON.stringify(found) !== JSON.stringify(FOUND[name])) breaches.push([name, found]);
      return program(hands);
    };
  const run = pretending(own, {
    a: looking('a', async ({ read, write }) => {
      await write('3_results/data.csv', `${read('3_results/data.csv')}a\n`);
      await write('a.txt', 'of a');
      return undefined;
    }),
    b: looking('b', async ({ number, read, write }) => {
      await write('3_results/data.csv', `${read('3_results/data.csv')}b\n`);
      await write('a.txt', `${read('a.txt')} and b`);
      if (number === 1) await write('junk.txt', 'of a failed try');
      if (number === 1) return { exit_code: 1 };
      await write('plots/b.png', 'of b');
      return undefined;
    }),
    c: looking('c', async ({ number, write }) => {
      await write('c.txt', `of try ${number}`);
      return { exit_code: 7 };
    }),
  });
  const open = () => watcherOn(own, layout, run, { post: POST });
  return { disk, layout, files, breaches, open, archived: () => archivedDir(disk, layout, JOB) };
}
type World = Awaited<ReturnType<typeof newWorld>>;

/** One watcher, until the job is archived or it dies. */
async function live({ disk, layout, files, open, archived }: World): Promise<void> {
  const isTold = () => disk.files.facts(path.join(layout.requests(JOB), 'archived.json')) !== undefined;
  try {
    const watcher = open();
    for (let count = 0; count < 100 && !files.isDead() && !(archived() && isTold()); count++) {
      await watcher.tick();
      await watcher.settled();
      disk.clock.advance(5000);
    }
  } catch (error) {
    if (!files.isDead()) throw error;
  }
}

function liveAgain(files: FaultyFiles, crashIn = Number.POSITIVE_INFINITY): void {
  files.revive();
  files.crashIn(crashIn);
}

async function check({ disk, layout, breaches, archived }: World): Promise<void> {
  expect(breaches).toEqual([]);
  const dir = archived() ?? '';
  const seal = readSeal(disk.files, dir);
  expect(seal.seal).toBe('valid');
  expect(await sealBreach(disk, dir, seal.seal === 'valid' ? seal.entries : [])).toBeUndefined();
  const { 'result.json': result = '', ...post } = everything(disk, path.join(dir, 'post'));
  expect(JSON.parse(result)).toMatchObject({
    status: 'failed',
    command: ['c'],
    exit_code: 7,
    processors: [
      { name: 'a', status: 'completed', tries: 1, files: ['3_results/data.csv', 'a.txt'] },
      { name: 'b', status: 'completed', tries: 2, files: ['3_results/data.csv', 'a.txt', 'plots/b.png'] },
      { name: 'c', status: 'failed', tries: 2, files: ['c.txt'] },
    ],
    files: ['3_results/data.csv', 'a.txt', 'c.txt', 'plots/b.png'],
  });
  expect(post).toEqual({
    '3_results/data.csv': `${BEFORE}a\nb\n`,
    'a.txt': 'of a and b',
    'c.txt': 'of try 2',
    'plots/b.png': 'of b',
  });
  expect(disk.files.list(path.dirname(layout.processing(JOB)))).toEqual([]);
}

async function operationsOfOneLife(): Promise<number> {
  const world = await newWorld();
  await live(world);
  await check(world);
  return world.files.operations();
}

const count = await operationsOfOneLife();
const operations = Array.from({ length: count }, (_, index) => index);

test('a life has many changes to die at', () => {
  expect(count).toBeGreaterThan(100);
});

test.each(operations)('killed after %i changes', async (before) => {
  const world = await newWorld();
  world.files.crashIn(before);
  await live(world);
  expect(world.files.isDead()).toBe(true);
  liveAgain(world.files);
  await live(world);
  await check(world);
});

test.each(operations.filter((each) => each % 3 === 0))(
  'killed again and again, first after %i changes',
  async (before) => {
    const world = await newWorld();
    world.files.crashIn(before);
    await live(world);
    for (let deaths = 1; world.files.isDead(); deaths++) {
      // later lives die sooner or later than the first, so that recoveries are cut short, too
      // no try is cut off so often that it is given up
      liveAgain(world.files, deaths < BEGUN_MAX - 1 ? ((before * 7 + deaths * 13) % 61) + 1 : undefined);
      await live(world);
    }
    await check(world);
  },
);

test('one that takes the watcher with it each time is given up', async () => {
  const disk = memoryDisk();
  const layout = layoutOf('/queue');
  await fillQueue(disk, layout, { [JOB]: {} });
  const files = faultyFiles(disk.files, () => {});
  const own = { files, clock: disk.clock };
  let runs = 0;
  const works = new Set<string>();
  const run = pretending(own, {
    deadly: ({ request }) => {
      runs += 1;
      works.add(request.cwd);
      files.crashIn(0);
      return Promise.resolve(undefined);
    },
    next: () => Promise.resolve(undefined),
  });
  const post = { deadly: entry('deadly', { order: 1 }), next: entry('next', { order: 2 }) };
  const archived = () => archivedDir(disk, layout, JOB);
  const world = {
    disk,
    layout,
    files,
    breaches: [],
    open: () => watcherOn(own, layout, run, { post }),
    archived,
  };
  for (let lives = 0; lives < 20 && !archived(); lives++) {
    liveAgain(files);
    await live(world);
  }
  expect(runs).toBe(BEGUN_MAX);
  expect(works.size).toBe(BEGUN_MAX); // what an earlier one still writes is not in the way
  const result = disk.files.read(path.join(archived() ?? '', 'post', 'result.json'));
  expect(JSON.parse(String(result))).toMatchObject({
    status: 'failed',
    processors: [
      { name: 'deadly', status: 'failed', tries: 1, problem: expect.stringContaining('begun') as string },
      { name: 'next', status: 'completed' },
    ],
  });
});
