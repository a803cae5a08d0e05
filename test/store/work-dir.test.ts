import path from 'node:path';
import { expect, test } from 'vitest';
import type { ReadOrder } from '../../src/queue/order-facts.ts';
import { runnerLayoutOf } from '../../src/store/layout.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { clearStaging, stageOrder } from '../../src/store/stage.ts';
import { readStaged } from '../../src/store/work-dir.ts';
import { makeOrder, put, SCRIPT } from '../helpers/make-order.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import { everything, onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const FILES = { '1_setup/model.prt': 'model', '1_setup/deep/er.prt': 'deeper' };

onBothDisks('the work directory', (make) => {
  const ordered = async () => {
    const place = await queueIn(make());
    const { disk, layout, root } = place;
    const inputs = { files: 4, bytes: 36, empty_dirs: ['3_results', '4_plots/raw'] };
    await makeOrder(disk, layout, { job_id: JOB, files: FILES, fields: { inputs } });
    put(disk, path.join(layout.order(JOB), 'later.txt'), 'not sealed');
    const at = runnerLayoutOf(path.join(root, 'state'), path.join(root, 'work'));
    const order = layout.order(JOB);
    const facts = readOrder(disk.files, order, JOB) as ReadOrder;
    const staging = { jobId: JOB, orderDir: order, facts, attempt: 1, workPath: undefined };
    return { ...place, at, order, facts, stage: (on = disk) => stageOrder(on, at, staging) };
  };

  test('is a copy of exactly the sealed files, and of the directories that are to be empty', async () => {
    const { disk, at, facts, stage } = await ordered();
    expect(await stage()).toBeUndefined();
    const copy = everything(disk, at.workDir(JOB));
    expect(Object.keys(copy).sort()).toEqual(
      [
        '.jobq-staged.json',
        '1_setup/deep/er.prt',
        '1_setup/model.prt',
        'README.md',
        'job.json',
        SCRIPT,
      ].sort(),
    );
    expect(copy['1_setup/model.prt']).toBe('model');
    expect(disk.files.list(path.join(at.workDir(JOB), '3_results'))).toEqual([]);
    expect(disk.files.list(path.join(at.workDir(JOB), '4_plots', 'raw'))).toEqual([]);
    expect(readStaged(disk.files, at.workDir(JOB))).toMatchObject({
      order_seal_sha256: facts.sha256,
      unsealed: ['later.txt'],
    });
  });

  test.each([
    { what: 'changed', text: 'lemon', breach: 'its digest is not the one in SHA256SUMS (5 bytes are there)' },
    { what: 'cut short', text: 'mo', breach: 'its digest is not the one in SHA256SUMS (2 bytes are there)' },
    { what: 'gone', text: undefined, breach: 'named by SHA256SUMS, but missing' },
  ])('is not made, and nothing left behind, when a file is $what', async ({ text, breach }) => {
    const { disk, at, order, stage } = await ordered();
    await disk.files.removeFile(path.join(order, '1_setup/model.prt'));
    if (text !== undefined) put(disk, path.join(order, '1_setup/model.prt'), text);
    expect(await stage()).toBe(`1_setup/model.prt: ${breach}`);
    expect(disk.files.facts(at.workDir(JOB))).toBeUndefined();
    expect(everything(disk, at.work)).toEqual({});
  });

  test('moves aside what stood under its name', async () => {
    const { disk, at, stage } = await ordered();
    put(disk, path.join(at.workDir(JOB), 'precious.txt'), 'hours of work');
    expect(await stage()).toBeUndefined();
    const names = (disk.files.list(at.work) ?? [])
      .map(({ name }) => name)
      .filter((name) => name.startsWith(JOB));
    expect(names).toEqual([JOB, `${JOB}.attempt-unknown`]);
    expect(everything(disk, at.work)[`${names[1]}/precious.txt`]).toBe('hours of work');
    expect(disk.files.facts(path.join(at.workDir(JOB), 'precious.txt'))).toBeUndefined();
  });

  test('is whole or not there when it is cut off between any two operations', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation++) {
      expect(operation).toBeLessThan(100);
      const { disk, at, facts, stage } = await ordered();
      const files = faultyFiles(disk.files, () => {});
      files.crashIn(operation);
      const result: unknown = await stage({ ...disk, files }).catch((error: unknown) => error);
      const staged = readStaged(disk.files, at.workDir(JOB));
      const there = disk.files.facts(at.workDir(JOB)) !== undefined;
      expect(staged?.order_seal_sha256).toBe(there ? facts.sha256 : undefined);
      if (result === undefined) break;
      expect(result).toBeInstanceOf(Crash);
      crashes += 1;
      await clearStaging(disk.files, at);
      expect(Object.keys(everything(disk, at.work)).filter((file) => !file.startsWith(JOB))).toEqual([]);
    }
    expect(crashes).toBeGreaterThan(15);
  });
});
