// Post-processing inside a watcher, on a disk in memory with programs that only pretend.
import path from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf } from '../../../src/store/layout.ts';
import { readSeal, sealBreach } from '../../../src/store/seal.ts';
import type { WatcherSettings } from '../../../src/watcher/parts.ts';
import { memoryDisk } from '../../helpers/memory-disk.ts';
import { everything } from '../../store/two-disks.ts';
import type { Program } from './bench.ts';
import { archivedDir, entry, FILES, fillQueue, pretending, watcherOn } from './bench.ts';

const JOB = 'wing';

interface Given {
  settings: Partial<WatcherSettings>;
  programs?: Record<string, Program>;
  jobs?: Record<string, Record<string, unknown>>;
}

async function bench({ settings, programs = {}, jobs = { [JOB]: {} } }: Given) {
  const disk = memoryDisk();
  const layout = layoutOf('/queue');
  await fillQueue(disk, layout, jobs);
  const calls: { job: string; name: string; atS: number }[] = [];
  const run = pretending(disk, programs);
  const began = disk.clock.now();
  const open = (now: Partial<WatcherSettings> = settings) =>
    watcherOn(
      disk,
      layout,
      (request) => {
        const { JOBQ_JOB_ID: job = '', JOBQ_POST_NAME: name = '' } = request.env;
        calls.push({ job, name, atS: (disk.clock.now() - began) / 1000 });
        return run(request);
      },
      now,
    );
  const here = { watcher: open() };
  const archived = (job = JOB) => archivedDir(disk, layout, job);
  return {
    disk,
    layout,
    calls,
    archived,
    reopen: (now?: Partial<WatcherSettings>) => {
      here.watcher = open(now);
    },
    /** Waits for nobody that runs. */
    tick: () => here.watcher.tick(),
    until: async (fact: () => boolean) => {
      for (let count = 0; count < 200 && !fact(); count++) {
        await here.watcher.tick();
        await here.watcher.settled();
        disk.clock.advance(5000);
      }
      expect(fact()).toBe(true);
    },
    result: (job = JOB) => {
      const dir = archived(job);
      const bytes = dir && disk.files.read(path.join(dir, 'post', 'result.json'));
      return bytes && (JSON.parse(bytes.toString('utf8')) as Record<string, unknown>);
    },
    post: (job = JOB) => {
      const { 'result.json': _, ...rest } = everything(disk, path.join(archived(job) ?? '', 'post'));
      return rest;
    },
  };
}

const makes =
  (file: string, text = `of ${file}`): Program =>
  async ({ write }) => {
    await write(file, text);
    return undefined;
  };
const fails: Program = () => Promise.resolve({ exit_code: 3 });

test('they run in their order, each on what those before it made, and what they made is in post/', async () => {
  const seen: unknown[] = [];
  const given = await bench({
    settings: {
      post_command: ['first'],
      post: { two: entry('two'), three: entry('three', { order: -1 }) },
    },
    programs: {
      first: async ({ read, write }) => {
        await write('3_results/data.csv', `${read('3_results/data.csv')}2\n`);
        await write('plots/best.png', 'a plot');
        return undefined;
      },
      three: async ({ read, write }) => {
        seen.push(read('plots/best.png'), read('3_results/data.csv'));
        await write('plots/best.png', 'a better plot');
        return undefined;
      },
      two: async ({ read, write }) => {
        seen.push(read('plots/best.png'));
        await write('two.txt', 'two');
        return undefined;
      },
    },
  });
  await given.until(() => given.archived() !== undefined);
  expect(given.calls.map(({ name }) => name)).toEqual(['post_command', 'three', 'two']);
  expect(seen).toEqual(['a plot', '1\n2\n', 'a better plot']);
  expect(given.post()).toEqual({
    '3_results/data.csv': '1\n2\n',
    'plots/best.png': 'a better plot',
    'two.txt': 'two',
  });
  expect(given.result()).toMatchObject({
    status: 'completed',
    command: ['two'],
    exit_code: 0,
    processors: [
      {
        name: 'post_command',
        status: 'completed',
        files: ['3_results/data.csv', 'plots/best.png'],
        tries: 1,
      },
      { name: 'three', status: 'completed', files: ['plots/best.png'] },
      { name: 'two', status: 'completed', files: ['two.txt'] },
    ],
    files: ['3_results/data.csv', 'plots/best.png', 'two.txt'],
  });
  const dir = given.archived() ?? '';
  const seal = readSeal(given.disk.files, dir);
  expect(await sealBreach(given.disk, dir, seal.seal === 'valid' ? seal.entries : [])).toBeUndefined();
  expect(String(given.disk.files.read(path.join(dir, '3_results/data.csv')))).toBe(
    FILES['3_results/data.csv'],
  );
  expect(given.disk.files.list('/queue/processing')).toEqual([]);
});

test('they are told of the job, in the environment and on standard input', async () => {
  const told: unknown[] = [];
  const given = await bench({
    jobs: { [JOB]: { project: 'm1', type: 'optimization' } },
    settings: {
      post_env_inherit: ['HOME'],
      post: { p: entry('p', { env: { STYLE: 'dark', JOBQ_POST_NAME: 'mine' } }) },
    },
    programs: {
      p: ({ request }) => {
        const view = JSON.parse(request.input) as Record<string, unknown>;
        told.push(
          request.env,
          view['job_id'],
          view['project'],
          view['results_dir'],
          request.timeoutMs,
          request.inherit,
        );
        return Promise.resolve(undefined);
      },
    },
  });
  await given.until(() => told.length > 0);
  const work = `${given.layout.processing(JOB)}/0-0-1`;
  expect(told).toEqual([
    {
      STYLE: 'dark',
      JOBQ_JOB_ID: JOB,
      JOBQ_WORK_DIR: work,
      JOBQ_QUEUE: '/queue',
      JOBQ_PROJECT: 'm1',
      JOBQ_TYPE: 'optimization',
      JOBQ_STATE: 'completed',
      JOBQ_OUTCOME: 'completed',
      JOBQ_ERROR_CLASS: '',
      JOBQ_POST_NAME: 'p',
      JOBQ_POST_TRY: '1',
    },
    JOB,
    'm1',
    work,
    60_000,
    { names: ['HOME'], withheld: [] },
  ]);
});

test('a job that none is for is archived without post/', async () => {
  const given = await bench({
    jobs: { [JOB]: { type: 'analysis' }, other: { type: 'optimization' } },
    settings: { post: { p: entry('p', { types: ['optimization'] }) } },
    programs: { p: makes('x') },
  });
  await given.until(() => given.archived() !== undefined && given.archived('other') !== undefined);
  expect(given.calls.map(({ job }) => job)).toEqual(['other']);
  expect(given.disk.files.facts(path.join(given.archived() ?? '', 'post'))).toBeUndefined();
  expect(given.post('other')).toEqual({ x: 'of x' });
});

test('one that fails is tried again later on a fresh copy, and only then the next one runs', async () => {
  const seen: unknown[] = [];
  const given = await bench({
    settings: { post: { a: entry('a', { tries: 3, backoff_s: 60 }), b: entry('b') } },
    programs: {
      a: async ({ number, read, write }) => {
        seen.push([read('a.txt'), read('3_results/data.csv')]);
        await write('a.txt', `of try ${number}`);
        await write('3_results/data.csv', 'spoilt');
        return { exit_code: number === 3 ? 0 : 1 };
      },
      b: makes('b.txt'),
    },
  });
  await given.until(() => given.archived() !== undefined);
  expect(given.calls.map(({ name, atS }) => [name, atS - (given.calls[0]?.atS ?? 0)])).toEqual([
    ['a', 0],
    ['a', 60],
    ['a', 180],
    ['b', 180],
  ]);
  expect(seen).toEqual(Array(3).fill([undefined, '1\n']));
  expect(given.result()).toMatchObject({ status: 'completed', processors: [{ tries: 3 }, { tries: 1 }] });
  expect(given.post()).toMatchObject({ 'a.txt': 'of try 3', 'b.txt': 'of b.txt' });
});

test('one that waits to be tried again keeps no other job back, and a restart counts on', async () => {
  const given = await bench({
    jobs: { [JOB]: { type: 'x' }, other: {}, zeta: {} },
    settings: { post: { bad: entry('bad', { types: ['x'], tries: 2, backoff_s: 300 }), p: entry('p') } },
    programs: { bad: fails, p: makes('p.txt') },
  });
  await given.until(() => given.archived('other') !== undefined && given.archived('zeta') !== undefined);
  expect(given.archived()).toBeUndefined();
  expect(given.disk.files.list('/queue/processing')).toEqual([]);
  given.reopen();
  await given.until(() => given.archived() !== undefined);
  const times = given.calls.filter(({ name }) => name === 'bad').map(({ atS }) => atS);
  expect(times).toHaveLength(2);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(300);
  expect(given.result()).toMatchObject({
    status: 'failed',
    command: ['bad'],
    exit_code: 3,
    processors: [
      { name: 'bad', status: 'failed', tries: 2 },
      { name: 'p', status: 'completed' },
    ],
  });
  expect(given.post()).toEqual({ 'p.txt': 'of p.txt' });
});

test('one that is to stop the others does, when its last try failed', async () => {
  const given = await bench({
    settings: {
      post: { a: entry('a', { stop_on_failure: true, tries: 2, backoff_s: 0 }), b: entry('b') },
    },
    programs: { a: fails, b: makes('b.txt') },
  });
  await given.until(() => given.archived() !== undefined);
  expect(given.calls.map(({ name }) => name)).toEqual(['a', 'a']);
  expect(given.result()).toMatchObject({
    status: 'failed',
    processors: [{ status: 'failed' }, { status: 'skipped', problem: 'not run: a failed' }],
    files: [],
  });
});

test('a program that is not there is a failure like any other', async () => {
  const given = await bench({ settings: { post_command: ['nowhere'] } });
  await given.until(() => given.archived() !== undefined);
  expect(given.result()).toMatchObject({ status: 'failed', problem: 'nowhere: spawn ENOENT' });
});

test('the output of every try is kept, and one cannot write over it or over the result', async () => {
  const given = await bench({
    settings: { post: { p: entry('p', { tries: 2, backoff_s: 0 }) } },
    programs: {
      p: async ({ request, number, write }) => {
        const out = given.disk.files.openAppend(request.outputFile);
        out.write(Buffer.from(`this is try ${number}\n`));
        out.close();
        for (const name of ['result.json', 'attempts.json', 'p.log', 'mine.json']) await write(name, '{}');
        return { exit_code: 2 - number };
      },
    },
  });
  await given.until(() => given.archived() !== undefined);
  const log = given.post()['p.log'];
  expect(log?.replace(/, .*Z/, '')).toBe('this is try 1\n\n--- try 2 ---\nthis is try 2\n');
  expect(given.result()).toMatchObject({
    status: 'completed',
    files: ['mine.json'],
    processors: [{ left_out: ['attempts.json', 'p.log', 'result.json'] }],
  });
});

test('the latest counts where one made a file and another a folder of the same name', async () => {
  const given = await bench({
    settings: { post: { a: entry('a'), b: entry('b'), c: entry('c', { tries: 2, backoff_s: 0 }) } },
    programs: {
      a: async ({ write }) => {
        await write('out', 'a file');
        await write('deep/x', 'below');
        return undefined;
      },
      b: async ({ request, write }) => {
        await given.disk.files.removeTree(path.join(request.cwd, 'out'));
        await given.disk.files.removeTree(path.join(request.cwd, 'deep'));
        await write('out/y', 'in a folder');
        await write('deep', 'a file');
        return undefined;
      },
      // its second try makes it all be laid out again
      c: ({ number }) => Promise.resolve({ exit_code: 2 - number }),
    },
  });
  await given.until(() => given.archived() !== undefined);
  expect(given.post()).toEqual({ 'out/y': 'in a folder', deep: 'a file' });
  expect(given.result()).toMatchObject({ status: 'completed', files: ['deep', 'out/y'] });
});

test('one that removes its own directory takes nothing from the results', async () => {
  const given = await bench({
    settings: { post: { a: entry('a'), b: entry('b') } },
    programs: {
      a: async ({ request }) => {
        await given.disk.files.removeTree(request.cwd);
        return undefined;
      },
      b: makes('b.txt'),
    },
  });
  await given.until(() => given.archived() !== undefined);
  expect(given.post()).toEqual({ 'b.txt': 'of b.txt' });
  expect(given.disk.files.facts(path.join(given.archived() ?? '', 'stdout.log'))).toBeDefined();
});

test('what cannot be kept is a failure, and the results are archived', async () => {
  const given = await bench({ settings: { post: { p: entry('p') } }, programs: { p: makes('big.bin') } });
  const { openNew } = given.disk.files;
  given.disk.files.openNew = (file) => {
    if (file.includes('.jobq-made')) throw new Error('ENOSPC');
    return openNew(file);
  };
  await given.until(() => given.archived() !== undefined);
  expect(given.result()).toMatchObject({
    status: 'failed',
    exit_code: 0,
    problem: 'what it made could not be kept: ENOSPC',
    files: [],
  });
});

test('settings that have none any more bring what had begun to its end', async () => {
  const given = await bench({
    settings: { post: { a: entry('a'), b: entry('b', { tries: 9 }) } },
    programs: { a: makes('a.txt'), b: fails },
  });
  await given.until(() => given.calls.length === 2);
  given.reopen({});
  await given.until(() => given.archived() !== undefined);
  expect(given.result()).toMatchObject({
    status: 'completed',
    processors: [{ name: 'a' }],
    files: ['a.txt'],
  });
  expect(given.post()).toEqual({ 'a.txt': 'of a.txt' });
});

test.each([1, 2])('no more than %i jobs are post-processed at the same time', async (post_concurrency) => {
  let [running, most] = [0, 0];
  const open: (() => void)[] = [];
  const given = await bench({
    jobs: { a: {}, b: {}, c: {}, d: {} },
    settings: { post_concurrency, post: { p: entry('p') } },
    programs: {
      p: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => open.push(resolve));
        running -= 1;
        return undefined;
      },
    },
  });
  const all = ['a', 'b', 'c', 'd'];
  for (let count = 0; count < 400 && !all.every((job) => given.archived(job)); count++) {
    await given.tick();
    given.disk.clock.advance(1000);
    if (open.length === Math.min(post_concurrency, 4 - given.calls.length + open.length)) open.shift()?.();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
  expect(all.filter((job) => !given.archived(job))).toEqual([]);
  expect(most).toBe(post_concurrency);
});
