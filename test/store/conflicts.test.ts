import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/queue/problem.ts';
import { MAX_HASHED_BYTES, withDigests } from '../../src/store/conflict-digests.ts';
import { conflictProblem, holdsOnlyConflicts, removeAllBut } from '../../src/store/conflicts.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { readArrival, readOwnRecord } from '../../src/store/read-record.ts';
import { makeOrder, put, SCRIPT } from '../helpers/make-order.ts';
import { everything, onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const MARK = '.sync-conflict-20260210-150000-ABCDEFG';

onBothDisks('a conflict copy', (make) => {
  const placeWith = async (files: Record<string, string>) => {
    const place = await queueIn(make());
    const root = place.layout.root;
    for (const [file, text] of Object.entries(files)) put(place.disk, path.join(root, file), text);
    const told = (file: string) => conflictProblem(place.disk.files, place.layout, file, JOB);
    const look = (problem: Problem) => withDigests(place.disk, place.layout, problem);
    return { ...place, root, told, look };
  };

  test('is told with what is known of both versions', async () => {
    const copy = `inbox/${JOB}/3_results/best${MARK}.csv`;
    const kept = `inbox/${JOB}/3_results/best.csv`;
    const { told } = await placeWith({ [copy]: 'ours', [kept]: 'theirs' });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(told(copy)).toMatchObject({
      kind: 'conflict-copy',
      file: copy,
      job_id: JOB,
      reason:
        "both sides changed one file, best.csv, where only the runner's side may write; device ABCDEFG wrote the version that was kept",
      conflict: {
        copy: { file: copy, bytes: 4, modified_at: time },
        kept: { file: kept, bytes: 6, modified_at: time },
        kept_by: 'ABCDEFG',
        at: '2026-02-10 15:00:00',
      },
    });
  });

  test('whose file has gone, or whose name tells nothing, is told all the same', async () => {
    const [alone, strange] = [`outbox/a${MARK}.txt`, 'outbox/a.sync-conflict-x.txt'];
    const { told } = await placeWith({ [alone]: 'x', [strange]: 'y' });
    expect(told(alone).conflict).toMatchObject({ copy: { bytes: 1 }, kept: null });
    const { reason, conflict } = told(strange);
    expect(reason).toBe('both sides changed one file, where only the Linux side may write');
    expect(conflict).toMatchObject({ copy: { bytes: 1 }, kept: null, kept_by: null, at: null });
  });

  test('gets digests where a person looks, and what is sealed is told', async () => {
    const { disk, layout, root, told, look } = await placeWith({});
    await makeOrder(disk, layout, { job_id: JOB, files: { [SCRIPT]: 'sealed' } });
    const copy = `outbox/${JOB}/run_optimization${MARK}.py`;
    put(disk, path.join(root, copy), 'edited');
    expect(told(copy).conflict?.copy).not.toHaveProperty('sha256');
    expect((await look(told(copy))).conflict).toMatchObject({
      copy: { sha256: sha256Of('edited'), sealed: false },
      kept: { sha256: sha256Of('sealed'), sealed: true },
    });
    await disk.files.removeFile(path.join(layout.order(JOB), SCRIPT));
    await disk.files.removeFile(path.join(root, copy));
    put(disk, path.join(root, copy), 'sealed');
    expect((await look(told(copy))).conflict).toMatchObject({ copy: { sealed: true }, kept: null });
  });

  test('in an archived order is held against the seal of that order', async () => {
    const { disk, layout, root, told, look } = await placeWith({});
    await makeOrder(disk, layout, { job_id: JOB, files: { 'a/b.txt': 'sealed' } });
    const archived = `archive/${JOB}_20260210-160000`;
    disk.files.makeDir(path.join(root, archived));
    await disk.files.rename(layout.order(JOB), path.join(root, archived, 'order'));
    const copy = `${archived}/order/a/b${MARK}.txt`;
    put(disk, path.join(root, copy), 'other');
    expect(told(copy).reason).toBe(
      'both sides changed one file, b.txt,; device ABCDEFG wrote the version that was kept'.replace(
        ',;',
        ';',
      ),
    );
    expect((await look(told(copy))).conflict).toMatchObject({
      copy: { sealed: false },
      kept: { sealed: true },
    });
  });

  test('that is very large, or has gone meanwhile, gets no digest', async () => {
    const copy = `inbox/a${MARK}.dat`;
    const { disk, root, told, look } = await placeWith({ [copy]: 'x' });
    const problem = told(copy);
    const { conflict } = problem;
    if (!conflict?.copy) throw new Error('no facts');
    const large = { ...conflict.copy, bytes: MAX_HASHED_BYTES + 1 };
    const seen = await look({ ...problem, conflict: { ...conflict, copy: large } });
    expect(seen.conflict?.copy).toEqual(large);
    await disk.files.removeFile(path.join(root, copy));
    expect((await look(problem)).conflict?.copy).toEqual(conflict.copy);
  });

  describe('that is all that is left of a record', () => {
    const left = `inbox/${JOB}/3_results/sub/best${MARK}.csv`;

    test('is no record any more, neither to its runner nor to the watcher', async () => {
      const { disk, layout } = await placeWith({ [left]: 'x' });
      expect(holdsOnlyConflicts(disk.files, layout.record(JOB))).toBe(true);
      expect(readOwnRecord(disk.files, layout.record(JOB), JOB)).toBeUndefined();
      expect(readArrival(disk.files, layout.record(JOB), JOB)).toBeUndefined();
    });

    test.each([
      { what: 'a file', files: { [`inbox/${JOB}/3_results/a.csv`]: '' } },
      { what: 'a file that is on its way', files: { [`inbox/${JOB}/.syncthing.job.json.tmp`]: '' } },
      { what: 'a job.json', files: { [`inbox/${JOB}/job.json`]: '{' } },
    ])('counts where there is $what beside it', async ({ files }) => {
      const { disk, layout } = await placeWith({ [left]: 'x', ...files });
      expect(holdsOnlyConflicts(disk.files, layout.record(JOB))).toBe(false);
      expect(readOwnRecord(disk.files, layout.record(JOB), JOB)).toBeDefined();
      expect(readArrival(disk.files, layout.record(JOB), JOB)).toBeDefined();
    });

    test('an empty directory is not one', async () => {
      const { disk, layout } = await placeWith({});
      disk.files.makeDir(path.join(layout.record(JOB), '3_results'));
      expect(holdsOnlyConflicts(disk.files, layout.record(JOB))).toBe(false);
      expect(readOwnRecord(disk.files, layout.record(JOB), JOB)).toBeDefined();
    });
  });

  test('stays when all the rest is removed', async () => {
    const { disk, layout } = await placeWith({
      [`inbox/${JOB}/a/b/x${MARK}.csv`]: 'kept',
      [`inbox/${JOB}/a/b/x.csv`]: '',
      [`inbox/${JOB}/c/y.csv`]: '',
      [`inbox/${JOB}/.DS_Store`]: '',
      [`inbox/${JOB}/d${MARK}/z.csv`]: 'kept, too',
    });
    await removeAllBut(disk.files, layout.record(JOB));
    expect(everything(disk, layout.record(JOB))).toEqual({
      [`a/b/x${MARK}.csv`]: 'kept',
      [`d${MARK}/z.csv`]: 'kept, too',
    });
    expect(disk.files.facts(path.join(layout.record(JOB), 'c'))).toBeUndefined();
  });
});
