// A fixed path for the files of runs: one job after the other, and nothing of anybody's is lost there.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ReadOrder } from '../../src/queue/order-facts.ts';
import { runnerLayoutOf } from '../../src/store/layout.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { stageOrder } from '../../src/store/stage.ts';
import { readStaged } from '../../src/store/work-dir.ts';
import { workDirsOf } from '../../src/store/work-path.ts';
import { makeOrder, put, SCRIPT } from '../helpers/make-order.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import { everything, onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const OTHER = 'job-20260210-143023-other';

onBothDisks('a fixed work path', (make) => {
  const ordered = async () => {
    const place = await queueIn(make());
    const { disk, layout, root } = place;
    const at = runnerLayoutOf(path.join(root, 'state'), path.join(root, 'work'));
    const workPath = path.join(root, 'projects', 'm1', 'run');
    for (const job_id of [JOB, OTHER]) await makeOrder(disk, layout, { job_id, files: { 'a.prt': job_id } });
    const stage = (jobId: string, attempt = 1, on = disk) => {
      const facts = readOrder(disk.files, layout.order(jobId), jobId) as ReadOrder;
      return stageOrder(on, at, { jobId, orderDir: layout.order(jobId), facts, attempt, workPath });
    };
    const seen = () => everything(disk, path.join(root, 'projects'));
    return { ...place, at, workPath, stage, seen };
  };

  test('holds the files, and the work directory says where they are', async () => {
    const { disk, at, workPath, stage } = await ordered();
    expect(await stage(JOB)).toBeUndefined();
    expect(Object.keys(everything(disk, workPath)).sort()).toEqual(
      ['.jobq-run.json', 'README.md', 'a.prt', 'job.json', SCRIPT].sort(),
    );
    expect(readStaged(disk.files, at.workDir(JOB))).toMatchObject({ files_dir: workPath, attempt: 1 });
    expect(Object.keys(everything(disk, at.workDir(JOB)))).toEqual(['.jobq-staged.json']);
  });

  test('is handed on, and what the job before left there is kept beside it', async () => {
    const { disk, at, workPath, stage, seen } = await ordered();
    await stage(JOB);
    put(disk, path.join(workPath, 'result.op2'), 'hours of work');
    expect(await stage(OTHER)).toBeUndefined();
    expect(seen()['m1/run/a.prt']).toBe(OTHER);
    expect(seen()['m1/run/result.op2']).toBeUndefined();
    expect(seen()[`m1/run.${JOB}-attempt-1/result.op2`]).toBe('hours of work');
    expect(workDirsOf(disk.files, at, JOB)).toEqual([
      path.join(path.dirname(workPath), `run.${JOB}-attempt-1`),
      at.attempts(JOB),
      at.workDir(JOB),
    ]);
    expect(workDirsOf(disk.files, at, OTHER)).toEqual([workPath, at.attempts(OTHER), at.workDir(OTHER)]);
  });

  test('is filled anew for another attempt, and keeps the files of the one before', async () => {
    const { disk, at, workPath, stage, seen } = await ordered();
    await stage(JOB);
    put(disk, path.join(workPath, 'half.op2'), 'half');
    put(disk, path.join(at.attempt(JOB, 1), 'stdout.log'), 'the log of the first');
    expect(await stage(JOB, 2)).toBeUndefined();
    expect(seen()['m1/run/half.op2']).toBeUndefined();
    expect(seen()[`m1/run.${JOB}-attempt-1/half.op2`]).toBe('half');
    expect(everything(disk, at.attempt(JOB, 1))['stdout.log']).toBe('the log of the first');
    expect(readStaged(disk.files, at.workDir(JOB))?.attempt).toBe(2);
  });

  test('that holds files of somebody else is not touched', async () => {
    const { disk, at, workPath, stage, seen } = await ordered();
    put(disk, path.join(workPath, 'thesis.prt'), 'years of work');
    await expect(stage(JOB)).rejects.toThrow('holds files that are not jobq');
    expect(seen()).toEqual({ 'm1/run/thesis.prt': 'years of work' });
    expect(disk.files.facts(at.workDir(JOB))).toBeUndefined();
  });

  test('may be there already as an empty folder', async () => {
    const { disk, workPath, stage } = await ordered();
    disk.files.makeDir(workPath);
    expect(await stage(JOB)).toBeUndefined();
  });

  test('survives being cut off between any two operations: done again, it ends the same', async () => {
    for (let operation = 0; ; operation++) {
      expect(operation).toBeLessThan(150);
      const { disk, at, workPath, stage, seen } = await ordered();
      await stage(OTHER);
      put(disk, path.join(workPath, 'result.op2'), 'hours of work');
      const files = faultyFiles(disk.files, () => {});
      files.crashIn(operation);
      const result: unknown = await stage(JOB, 1, { ...disk, files }).catch((error: unknown) => error);
      const again = result === undefined ? undefined : await stage(JOB);
      expect([result instanceof Crash || result === undefined, again]).toEqual([true, undefined]);
      expect(seen()['m1/run/a.prt']).toBe(JOB);
      expect(seen()[`m1/run.${OTHER}-attempt-1/result.op2`]).toBe('hours of work');
      expect(readStaged(disk.files, at.workDir(JOB))?.files_dir).toBe(workPath);
      for (const dir of workDirsOf(disk.files, at, JOB)) await disk.files.removeTree(dir);
      expect(Object.keys(seen()).filter((file) => !file.includes(`run.${OTHER}-attempt-1/`))).toEqual([]);
      if (result === undefined) break;
    }
  });
});
