// What a script wrote is synced before its end is written, and a disk that fails at that loses no outcome.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDurable } from '../../src/store/made-durable.ts';
import { STAGED } from '../../src/store/work-dir.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const WORK = '/work/job-1';
const ATTEMPT_DIR = '/work/.jobq-attempts/job-1/1';

function machine(failsAt = (_file: string) => false) {
  const inner = memoryDisk();
  const synced: string[] = [];
  const sync = (file: string) => {
    if (failsAt(file)) throw Object.assign(new Error('the disk is broken'), { code: 'EIO' });
    synced.push(file);
  };
  const files = { ...inner.files, syncFile: async (file: string) => sync(file), syncDir: sync };
  const disk = { files, clock: inner.clock };
  put(disk, `${ATTEMPT_DIR}/stdout.log`, 'ready\n');
  put(disk, `${WORK}/model.prt`, 'a model');
  put(disk, `${WORK}/deep/er/out.csv`, '1');
  put(disk, `${WORK}/study.db`, 'a study');
  const staged = (cwd: string) => ({
    order_seal_sha256: '0',
    signatures: { 'model.prt': files.facts(path.join(cwd, 'model.prt'))?.signature },
    inputs: [],
    job_json: '',
    unsealed: [],
  });
  put(disk, `${WORK}/${STAGED}`, JSON.stringify(staged(WORK)));
  return { disk, synced };
}

describe('what a script wrote', () => {
  test('is synced with its log and its directories, and what it left alone is not', async () => {
    const { disk, synced } = machine();
    expect(await makeDurable(disk, ATTEMPT_DIR, { cwd: WORK })).toBeUndefined();
    expect(synced).toEqual([
      `${ATTEMPT_DIR}/stdout.log`,
      `${WORK}/deep/er/out.csv`,
      `${WORK}/study.db`,
      `${WORK}/deep/er`,
      `${WORK}/deep`,
      WORK,
    ]);
  });

  test('is found where the settings put it, and what it is a copy of in the work directory', async () => {
    const { disk, synced } = machine();
    put(disk, '/fixed/model.prt', 'changed');
    await makeDurable(disk, ATTEMPT_DIR, { cwd: '/fixed', work_dir: WORK });
    expect(synced).toEqual([`${ATTEMPT_DIR}/stdout.log`, '/fixed/model.prt', '/fixed']);
  });

  test('is named where it cannot be synced, and the rest is synced all the same', async () => {
    const { disk, synced } = machine((file) => /out\.csv$|er$/.test(file));
    const said = await makeDurable(disk, ATTEMPT_DIR, { cwd: WORK });
    expect(said).toBe('a power cut may take deep/er/out.csv (EIO) and 1 more');
    expect(synced).toContain(`${WORK}/study.db`);
  });

  test('is nothing where there is no directory', async () => {
    const { disk, synced } = machine();
    await disk.files.removeTree(WORK);
    await disk.files.removeTree(ATTEMPT_DIR);
    expect(await makeDurable(disk, ATTEMPT_DIR, { cwd: WORK })).toBeUndefined();
    expect(synced).toEqual([]);
  });
});
