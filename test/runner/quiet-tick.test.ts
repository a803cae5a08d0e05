// What a daemon reads of jobs of which nothing has changed: nothing.
import { describe, expect, test } from 'vitest';
import { writeOwner } from '../../src/store/owner.ts';
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

test('an order that is not whole yet is looked at each time', async () => {
  const { read, disk, layout, runner, step } = await waiting();
  await disk.files.removeFile(`${layout.order(JOBS[0] ?? '')}/README.md`);
  await disk.files.removeFile(`${layout.order(JOBS[0] ?? '')}/SHA256SUMS`);
  await step();
  read.length = 0;
  await runner.tick();
  expect(read).toContain(layout.order(JOBS[0] ?? ''));
});
