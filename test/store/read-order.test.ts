import path from 'node:path';
import { expect, test } from 'vitest';
import type { SealedOrder } from '../../src/queue/order-facts.ts';
import { readOrder } from '../../src/store/read-order.ts';
import { makeOrder, put, SCRIPT } from '../helpers/make-order.ts';
import type { Place } from './two-disks.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const FILES = { '1_setup/model.prt': 'a model of 24 bytes, yes' };

onBothDisks('reading an order', (make) => {
  /** A sealed order, and what is read of it. */
  const sealed = async (fields?: Record<string, unknown>, place: Place = make()) => {
    const { disk, layout } = await queueIn(place);
    await makeOrder(disk, layout, { job_id: JOB, files: FILES, ...(fields && { fields }) });
    const dir = layout.order(JOB);
    return {
      disk,
      dir,
      at: (name: string) => path.join(dir, name),
      look: () => readOrder(disk.files, dir, JOB),
    };
  };

  test('finds it whole', async () => {
    const { look } = await sealed();
    const seen = look() as SealedOrder;
    expect(seen).toMatchObject({
      seal: 'valid',
      problems: [],
      unsealed: [],
      order: { job_id: JOB, script: SCRIPT },
    });
    expect(seen.arrived).toEqual({ files: 3, bytes: 49, expected: { files: 3, bytes: 49 }, complete: true });
    expect(seen.entries.map((entry) => entry.path)).toEqual([
      '1_setup/model.prt',
      'README.md',
      'job.json',
      SCRIPT,
    ]);
  });

  test('sees nothing where there is no directory, or an empty one', () => {
    const { disk, root } = make();
    expect(readOrder(disk.files, path.join(root, JOB), JOB)).toBeUndefined();
    disk.files.makeDir(path.join(root, JOB, '1_setup'));
    expect(readOrder(disk.files, path.join(root, JOB), JOB)).toBeUndefined();
  });

  test('waits for the model when job.json and seal are there before it', async () => {
    const { disk, at, look } = await sealed();
    await disk.files.removeTree(at('1_setup'));
    expect(look()).toMatchObject({ seal: 'valid', arrived: { files: 2, bytes: 25, complete: false } });
  });

  test('takes no file for whole that is shorter than job.json says', async () => {
    const { disk, at, look } = await sealed();
    await disk.files.removeFile(at('1_setup/model.prt'));
    put(disk, at('1_setup/model.prt'), 'a model of');
    expect(look()).toMatchObject({ seal: 'valid', arrived: { files: 3, bytes: 35, complete: false } });
  });

  test('waits for an empty file, too', async () => {
    const place = await queueIn(make());
    const { disk, layout } = place;
    await makeOrder(disk, layout, { job_id: JOB, files: { 'empty.txt': '' }, fields: { inputs: undefined } });
    const look = () => readOrder(disk.files, layout.order(JOB), JOB);
    expect(look()).toMatchObject({ arrived: { files: 3, complete: true } });
    await disk.files.removeFile(path.join(layout.order(JOB), 'empty.txt'));
    expect(look()).toMatchObject({ arrived: { files: 2, complete: false } });
  });

  test('waits for the seal', async () => {
    const { disk, at, look } = await sealed();
    await disk.files.removeFile(at('SHA256SUMS'));
    expect(look()).toMatchObject({ seal: 'missing', fields: { job_id: JOB, run_on: 'station' } });
  });

  test('waits for job.json when the seal is there before it', async () => {
    const { disk, at, look } = await sealed();
    await disk.files.removeFile(at('job.json'));
    expect(look()).toMatchObject({
      seal: 'unfit',
      fields: {},
      reason: 'job.json: named by SHA256SUMS, but missing',
    });
  });

  test('does not trust a job.json that is not the sealed one', async () => {
    const { disk, at, look } = await sealed();
    await disk.files.removeFile(at('job.json'));
    put(disk, at('job.json'), `{ "job_id": "${JOB}", "script": "other.py" }`);
    expect(look()).toMatchObject({
      seal: 'unfit',
      reason: 'job.json: its digest is not the one in SHA256SUMS',
    });
  });

  test('lists what the seal does not name, without names that are never data', async () => {
    const { disk, at, look } = await sealed();
    put(disk, at('notes.txt'), 'added later');
    put(disk, at('1_setup/more.prt'), 'added later');
    put(disk, at('Thumbs.db'), '');
    put(disk, at('.syncthing.model.prt.tmp'), '');
    put(disk, at('SHA256SUMS.sig'), 'a signature');
    expect(look()).toMatchObject({
      unsealed: ['1_setup/more.prt', 'notes.txt'],
      arrived: { complete: true },
    });
  });

  test('says what does not fit in job.json, and still what arrived', async () => {
    const { look } = await sealed({ args: [1], priority: 'urgent' });
    const seen = look() as SealedOrder;
    expect(seen.order).toBeUndefined();
    expect(seen.problems.map((problem) => problem.field)).toEqual(['args[0]', 'priority']);
    expect(seen.arrived.complete).toBe(true);
  });

  test('wants `inputs` in a sealed order', async () => {
    const { look } = await sealed({ inputs: undefined });
    expect(look()).toMatchObject({ order: undefined, problems: [{ field: 'inputs' }] });
  });

  test('has another signature once any file was touched, and the same one until then', async () => {
    const { disk, at, look } = await sealed();
    const before = look()?.signature;
    expect(look()?.signature).toBe(before);
    put(disk, at('1_setup/another.prt'), '');
    expect(look()?.signature).not.toBe(before);
  });
});
