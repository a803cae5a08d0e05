// What a daemon reads of jobs of which nothing has changed: nothing.
import { describe, expect, test, vi } from 'vitest';
import { readLost } from '../../src/store/lost.ts';
import { writeOwner } from '../../src/store/owner.ts';
import { readPresence, writePresence } from '../../src/store/presences.ts';
import { readOwnRecord } from '../../src/store/read-record.ts';
import { writeRequest } from '../../src/store/requests.ts';
import type { Files } from '../../src/system/files.ts';
import { makeOrder } from '../helpers/make-order.ts';
import { oneMachine } from './one-machine.ts';

const JOBS = [1, 2, 3].map((n) => `job-20260210-14302${n}-waits`);
const HOUR_MS = 3_600_000;

/** Notes which files and directories of jobs are read. */
function noting(read: string[]) {
  const noted =
    <A extends unknown[], R>(look: (file: string, ...rest: A) => R) =>
    (file: string, ...rest: A): R => {
      if (JOBS.some((job) => file.includes(job))) read.push(file);
      return look(file, ...rest);
    };
  return (files: Files): Files => ({
    ...files,
    list: noted(files.list),
    read: noted(files.read),
    readSmall: noted(files.readSmall),
    openRead: noted(files.openRead),
  });
}

/** Notes every file that is read. */
function notingAll(read: string[]) {
  const noted =
    <A extends unknown[], R>(look: (file: string, ...rest: A) => R) =>
    (file: string, ...rest: A): R => {
      read.push(file);
      return look(file, ...rest);
    };
  return (files: Files): Files => ({
    ...files,
    read: noted(files.read),
    readSmall: noted(files.readSmall),
    readFrom: noted(files.readFrom),
    openRead: noted(files.openRead),
  });
}

/** Three orders that wait, at which both daemons have looked often enough; one of them was asked about. */
async function waiting() {
  const read: string[] = [];
  // long after the files of the disk in memory were written
  const machine = await oneMachine({ seenBy: noting(read), startMs: Date.now() + HOUR_MS });
  const { disk, layout, at } = machine;
  await writeOwner(disk, at, { paused: { at: new Date(disk.clock.now()).toISOString() } });
  for (const job_id of JOBS) await makeOrder(disk, layout, { job_id });
  await writeRequest(disk, layout, JOBS[1] ?? '', 'release', {});
  for (let look = 0; look < 5; look++) {
    await machine.step();
    disk.clock.advance(2000);
  }
  read.length = 0;
  return { ...machine, read };
}

describe.each(['runner', 'watcher'] as const)('the %s', (daemon) => {
  test('reads no file and lists no directory of a job of which nothing has changed', async () => {
    const { read, [daemon]: it } = await waiting();
    await it.tick();
    expect(read).toEqual([]);
  });

  test('reads again what has changed, and only that', async () => {
    const { read, disk, layout, [daemon]: it } = await waiting();
    await writeRequest(disk, layout, JOBS[2] ?? '', 'release', {});
    await it.tick();
    expect(read).not.toEqual([]);
    expect(read.filter((file) => !file.startsWith(layout.requests(JOBS[2] ?? '')))).toEqual([]);
  });
});

describe.each(['runner', 'watcher'] as const)('a glance of the %s', (daemon) => {
  test('reads nothing of any job, and finds that no tick is due', async () => {
    const { read, [daemon]: it } = await waiting();
    expect(await it.glance()).toBe(false);
    expect(read).toEqual([]);
  });

  test('finds that a tick is due when an order has come', async () => {
    const { disk, layout, [daemon]: it } = await waiting();
    await makeOrder(disk, layout, { job_id: 'job-20260210-143029-new' });
    expect(await it.glance()).toBe(true);
  });
});

test('a glance of the runner tells that it lives', async () => {
  const { disk, layout, runner } = await waiting();
  const seq = () => readPresence(disk.files, layout, 'station')?.seq ?? 0;
  const before = seq();
  disk.clock.advance(31_000);
  expect(await runner.glance()).toBe(false);
  expect(seq()).toBe(before + 1);
});

test('a glance of the runner finds what its owner wishes', async () => {
  const { disk, at, runner } = await waiting();
  await writeOwner(disk, at, {});
  expect(await runner.glance()).toBe(true);
});

describe('while a script runs that changes nothing', () => {
  const HEARTBEAT_MS = 31_000;

  /** A machine on which one script runs, and what is read of any file from then on; publications have a pace of their own. */
  const beating = async () => {
    const all: string[] = [];
    const machine = await oneMachine({
      seenBy: notingAll(all),
      startMs: Date.now() + HOUR_MS,
      runner: { publish_interval_s: 86_400 },
    });
    const { disk, layout, runner, processes } = machine;
    const [job_id = ''] = JOBS;
    await makeOrder(disk, layout, { job_id });
    for (let look = 0; look < 20 && runner.ledger.jobs.get(job_id)?.phase !== 'started'; look++) {
      await runner.tick();
      await runner.settled();
      if (processes.isAnyAlive()) await processes.step();
    }
    // what was written a moment ago may change again unseen, and is read once more
    for (let look = 0; look < 3; look++) {
      disk.clock.advance(HEARTBEAT_MS);
      await runner.tick();
      await runner.settled();
    }
    all.length = 0;
    const beat = () => readOwnRecord(disk.files, layout.record(job_id), job_id)?.record?.heartbeat_seq ?? 0;
    const memory = vi.spyOn(machine.machine, 'freeMemoryMb');
    return { ...machine, all, memory, beat };
  };

  test('a heartbeat reads nothing at all', async () => {
    const { disk, runner, all, memory, beat } = await beating();
    const before = beat();
    all.length = 0;
    disk.clock.advance(HEARTBEAT_MS);
    await runner.tick();
    await runner.settled();
    expect(all).toEqual([]);
    expect(memory).not.toHaveBeenCalled();
    expect(beat()).toBe(before + 1);
  });
});

describe('while a script runs, a glance of the runner', () => {
  const running = async () => {
    const machine = await waiting();
    const { disk, at, runner, processes } = machine;
    await writeOwner(disk, at, {});
    const phases = () => [...runner.ledger.jobs.values()].map(({ phase }) => phase);
    for (let look = 0; look < 20 && !phases().includes('started'); look++) {
      await runner.tick();
      await runner.settled();
      if (!processes.isAnyAlive()) continue;
      await processes.step();
    }
    expect(phases()).toEqual(['started']);
    await runner.tick();
    await runner.settled();
    return machine;
  };

  test('finds nothing while it goes on', async () => {
    const { runner } = await running();
    expect(await runner.glance()).toBe(false);
  });

  test('finds that it has ended', async () => {
    const { runner, processes } = await running();
    while (processes.isAnyAlive()) await processes.step();
    expect(await runner.glance()).toBe(true);
  });

  test('finds what is asked of it', async () => {
    const { runner, disk, layout } = await running();
    const [job = ''] = [...runner.ledger.jobs.keys()];
    await writeRequest(disk, layout, job, 'release', {});
    await runner.tick();
    await runner.settled();
    expect(await runner.glance()).toBe(false);
    await writeRequest(disk, layout, job, 'cancel', {});
    expect(await runner.glance()).toBe(true);
  });
});

test('a glance of the watcher hears that a runner says something new, and not that it lives', async () => {
  const { disk, layout, watcher } = await waiting();
  const presence = readPresence(disk.files, layout, 'station');
  if (!presence) throw new Error('there is no presence');
  await writePresence(disk, layout, { ...presence, seq: presence.seq + 1, clock: '2026-02-10T20:00:00Z' });
  expect(await watcher.glance()).toBe(false);
  await writePresence(disk, layout, {
    ...presence,
    seq: presence.seq + 2,
    running: [{ job_id: 'x', heartbeat_seq: 1 }],
  });
  expect(await watcher.glance()).toBe(true);
});

test('a glance of the watcher finds that a runner is lost', async () => {
  const { disk, layout, watcher } = await waiting();
  let isDue = false;
  for (let s = 0; s < 400 && !isDue; s += 20) {
    disk.clock.advance(20_000);
    isDue = await watcher.glance();
  }
  expect(isDue).toBe(true);
  expect(readLost(disk.files, layout.lost(JOBS[0] ?? ''))).toBeDefined();
});

test('an order that is not whole yet is looked at each time', async () => {
  const { read, disk, layout, runner, step } = await waiting();
  await disk.files.removeFile(`${layout.order(JOBS[0] ?? '')}/README.md`);
  await disk.files.removeFile(`${layout.order(JOBS[0] ?? '')}/SHA256SUMS`);
  await step();
  read.length = 0;
  await runner.tick();
  expect(read).toContain(layout.order(JOBS[0] ?? ''));
});
