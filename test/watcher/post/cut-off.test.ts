// A post-processor that is cut off: because the watcher stops, or was killed, or because it has filled the disk.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Layout } from '../../../src/store/layout.ts';
import { layoutOf } from '../../../src/store/layout.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemFiles } from '../../../src/system/files.ts';
import { systemEndRun, systemRun } from '../../../src/system/process/run.ts';
import type { WatcherParts } from '../../../src/watcher/parts.ts';
import { memoryDisk } from '../../helpers/memory-disk.ts';
import { faultyFiles } from '../../simulation/faulty-files.ts';
import { lives, tempDir, until } from '../../system/temp-dir.ts';
import type { Program } from './bench.ts';
import { archivedDir, entry, fillQueue, pretending, watcherOn } from './bench.ts';

const JOB = 'wing';

async function inMemory(programs: Record<string, Program>, fields: object = {}) {
  const disk = memoryDisk();
  const layout = layoutOf('/queue');
  await fillQueue(disk, layout, { [JOB]: {} });
  const files = faultyFiles(disk.files, () => {});
  const own = { files, clock: disk.clock };
  const run = pretending(own, programs);
  const post = Object.fromEntries(Object.keys(programs).map((name) => [name, entry(name, fields)]));
  const open = (more: Partial<WatcherParts> = {}) => watcherOn(own, layout, run, { post }, [], more);
  const live = async (watcher = open(), count = 20) => {
    for (let looks = 0; looks < count && !files.isDead(); looks++) {
      await watcher.tick().catch((error: unknown) => {
        if (!files.isDead()) throw error;
      });
      await watcher.settled();
      disk.clock.advance(5000);
    }
  };
  const json = (file: string) => {
    const bytes = disk.files.read(file);
    return bytes && (JSON.parse(String(bytes)) as Record<string, unknown>);
  };
  return {
    disk,
    layout,
    files,
    open,
    live,
    journal: () => json(path.join(layout.collected(JOB), 'post', 'attempts.json')),
    result: () => json(path.join(archivedDir(disk, layout, JOB) ?? '', 'post', 'result.json')),
  };
}

test('one that fills the disk counts as run, and leaves room for what is to be written', async () => {
  let runs = 0;
  const q = await inMemory(
    {
      big: async ({ write }) => {
        runs += 1;
        await write('big.bin', 'x'.repeat(1000));
        return { exit_code: 3 };
      },
    },
    { tries: 2, backoff_s: 10 },
  );
  const isFull = () =>
    (q.disk.files.list(q.layout.processing(JOB)) ?? []).some(({ name }) =>
      q.disk.files.facts(path.join(q.layout.processing(JOB), name, 'big.bin')),
    );
  const { rename } = q.files;
  q.files.rename = (from, to) =>
    to.endsWith('attempts.json') && isFull() ? Promise.reject(new Error('ENOSPC')) : rename(from, to);
  await q.live();
  expect(runs).toBe(2);
  expect(q.result()).toMatchObject({
    status: 'failed',
    processors: [{ name: 'big', tries: 2, exit_code: 3 }],
  });
});

test('one that the watcher is stopped in is run again, and no try is counted', async () => {
  const stopping = new AbortController();
  const seen: string[] = [];
  const q = await inMemory({
    first: ({ request, number }) => {
      seen.push(`first ${number}`);
      if (seen.length > 1) return Promise.resolve(undefined);
      expect(request.stop?.signal.aborted).toBe(false);
      stopping.abort();
      return Promise.resolve({ exit_code: null, signal: 'SIGKILL', stopped: true });
    },
    second: ({ number }) => {
      seen.push(`second ${number}`);
      return Promise.resolve(undefined);
    },
  });
  await q.live(q.open({ stopping: stopping.signal }), 3);
  expect(seen).toEqual(['first 1']);
  expect(q.journal()).toEqual({ processors: [] });
  expect(q.disk.files.facts(q.layout.processing(JOB))).toBeUndefined();
  await q.live();
  expect(seen).toEqual(['first 1', 'first 1', 'second 1']);
  expect(q.result()).toMatchObject({ status: 'completed', processors: [{ tries: 1 }, { tries: 1 }] });
});

test('what a killed watcher has left running is ended before anything else is run', async () => {
  const marks: (string | undefined)[] = [];
  let isOver = false;
  const q = await inMemory({
    p: ({ request }) => {
      marks.push(request.mark);
      if (marks.length === 1) q.files.crashIn(0);
      return Promise.resolve(undefined);
    },
  });
  await q.live();
  expect(q.files.isDead()).toBe(true);
  q.files.revive();
  const ended: string[] = [];
  const endRun = (mark: string) => {
    ended.push(mark);
    return Promise.resolve(isOver);
  };
  const watcher = q.open({ endRun });
  await q.live(watcher, 3);
  expect(marks).toHaveLength(1);
  expect(ended[0]).toBe(marks[0]);
  expect(q.result()).toBeUndefined();
  isOver = true;
  await q.live(watcher, 40);
  expect(marks).toEqual([marks[0], marks[0]]);
  expect(q.result()).toMatchObject({ status: 'completed' });
});

async function untilArchived(layout: Layout, more: Partial<WatcherParts>, run = systemRun, post = {}) {
  const watcher = watcherOn({ files: systemFiles, clock: systemClock }, layout, run, { post }, [], more);
  const deadline = systemClock.monotonic() + 25_000;
  while (!archivedDir({ files: systemFiles, clock: systemClock }, layout, JOB) && !more.stopping?.aborted) {
    if (systemClock.monotonic() > deadline) throw new Error('it is not archived');
    await watcher.tick();
    await watcher.settled();
    await systemClock.sleep(20);
  }
}

test('a real one is ended with all it started when the watcher stops, and completes under the next', async () => {
  const disk = { files: systemFiles, clock: systemClock };
  const dir = tempDir();
  const layout = layoutOf(path.join(dir, 'queue'));
  await fillQueue(disk, layout, { [JOB]: {} });
  const pids = path.join(dir, 'pids');
  const slow = `const { existsSync, appendFileSync } = require('node:fs');
    if (!existsSync(${JSON.stringify(pids)})) {
      const child = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
      appendFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid + '\\n');
      setInterval(() => {}, 1000);
    }`;
  const post = { slow: entry('', { command: [process.execPath, '--eval', slow] }) };
  const stopping = new AbortController();
  const first = untilArchived(layout, { stopping: stopping.signal, endRun: systemEndRun }, systemRun, post);
  await until('it runs', () => systemFiles.read(pids)?.includes('\n') === true);
  stopping.abort();
  await first;
  for (const pid of readFileSync(pids, 'utf8').trim().split(' '))
    await until('it is ended', () => !lives(Number(pid)));
  await untilArchived(layout, { endRun: systemEndRun }, systemRun, post);
  const archived = archivedDir(disk, layout, JOB) ?? '';
  expect(JSON.parse(readFileSync(path.join(archived, 'post', 'result.json'), 'utf8'))).toMatchObject({
    status: 'completed',
    processors: [{ name: 'slow', tries: 1 }],
  });
});
