// Conflict copies anywhere in a job's directories: they are no part of it, hold nothing up, and outlive it.
import path from 'node:path';
import { expect, test } from 'vitest';
import { indexJobs } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { oneMachine } from '../runner/one-machine.ts';
import { everything } from '../store/two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const MARK = '.sync-conflict-20260210-150000-ABCDEFG';

async function machineWith(copies: readonly string[]) {
  const machine = await oneMachine();
  const { disk, layout, archived, until } = machine;
  await makeOrder(disk, layout, { job_id: JOB });
  const isRunning = () =>
    String(disk.files.read(path.join(layout.record(JOB), 'job.json'))).includes('"running"');
  expect(await until(isRunning)).toBe(true);
  for (const file of copies) put(disk, path.join(layout.root, file), `text of ${file}`);
  const isClosed = () =>
    archived(JOB) !== undefined && (disk.files.list(layout.requests(JOB)) ?? []).every(isCopy);
  const conflicts = () =>
    findProblems(disk.files, layout, indexJobs(disk.files, layout)).flatMap(({ kind, file }) =>
      kind === 'conflict-copy' ? [file] : [],
    );
  return { ...machine, isClosed, conflicts };
}

const isCopy = ({ name }: { name: string }) => name.includes('.sync-conflict-');

test.each([
  { where: 'the record', copies: [`inbox/${JOB}/job${MARK}.json`] },
  { where: 'a directory of results', copies: [`inbox/${JOB}/3_results/deep/best${MARK}.csv`] },
  { where: 'the requests', copies: [`requests/${JOB}/release${MARK}.json`] },
  {
    where: 'record and requests',
    copies: [
      `inbox/${JOB}/SHA256SUMS${MARK}`,
      `inbox/${JOB}/3_results${MARK}/a.csv`,
      `requests/${JOB}/archived${MARK}.json`,
    ],
  },
])(
  'in $where: the job is archived, its order follows, and the copies stay and are told',
  async ({ copies }) => {
    const { disk, layout, until, step, runner, watcher, isClosed, conflicts, lines } =
      await machineWith(copies);
    expect(await until(isClosed)).toBe(true);
    expect(disk.files.facts(layout.order(JOB))).toBeUndefined();
    const before = everything(disk, layout.root);
    const told = lines.length;
    for (let count = 0; count < 20; count++) {
      await step();
      disk.clock.advance(10_000);
    }
    const left = everything(disk, layout.root);
    for (const file of copies) expect(left[file]).toBe(`text of ${file}`);
    const ofJob = Object.keys(left).filter((file) => /^(inbox|outbox|requests)\/job-/.test(file));
    expect(ofJob.toSorted()).toEqual(copies.toSorted());
    expect(conflicts().length).toBe(copies.length);
    // nothing is tried again and again
    expect([await runner.tick(), await watcher.tick()]).toEqual([false, false]);
    expect(lines.slice(told).filter(({ level }) => level !== 'debug')).toEqual([]);
    const archive = (all: Record<string, string>) =>
      Object.keys(all).filter((file) => file.startsWith('archive/'));
    expect(archive(left)).toEqual(archive(before));
  },
);

test('in the order goes with it into the archive', async () => {
  const copy = `outbox/${JOB}/README${MARK}.md`;
  const { disk, archived, until, isClosed } = await machineWith([copy]);
  expect(await until(isClosed)).toBe(true);
  const dir = archived(JOB) ?? '';
  expect(String(disk.files.read(path.join(dir, 'order', `README${MARK}.md`)))).toBe(`text of ${copy}`);
});

test('a conflict copy of a whole job is no job', async () => {
  const { disk, layout, runner, watcher, until, isClosed, conflicts, archived } = await machineWith([]);
  const twin = `${JOB}${MARK}`;
  await makeOrder(disk, layout, { job_id: 'job-20260210-143022-other' });
  await disk.files.rename(layout.order('job-20260210-143022-other'), layout.order(twin));
  expect(await until(isClosed)).toBe(true);
  await runner.tick();
  await watcher.tick();
  expect(archived(twin)).toBeUndefined();
  expect(disk.files.facts(layout.record(twin))).toBeUndefined();
  expect(disk.files.facts(path.join(layout.order(twin), 'job.json'))).toBeDefined();
  expect(conflicts()).toEqual([`outbox/${twin}`]);
});

test('a job that was given up is closed over the copies, too', async () => {
  const { disk, layout, until, isClosed, conflicts } = await machineWith([`inbox/${JOB}/job${MARK}.json`]);
  const asked = { requested_at: '2026-02-10T15:00:00Z', abandoned: true };
  put(disk, path.join(layout.requests(JOB), 'cancel.json'), JSON.stringify(asked));
  expect(await until(isClosed)).toBe(true);
  expect(disk.files.facts(layout.order(JOB))).toBeUndefined();
  expect(disk.files.facts(layout.requests(JOB))).toBeUndefined();
  expect(conflicts()).toEqual([`inbox/${JOB}/job${MARK}.json`]);
});
