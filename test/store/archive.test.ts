import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  archivedJob,
  archivedNames,
  collectedBreach,
  collectRecord,
  dropDamaged,
  fileCollected,
  moveOrder,
  readCollected,
  sealedEntries,
} from '../../src/store/archive.ts';
import type { Disk } from '../../src/store/disk.ts';
import { sha256Of } from '../../src/store/disk.ts';
import { writeSeal } from '../../src/store/seal.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { Crash, faultyFiles } from '../simulation/faulty-files.ts';
import { everything, linkOn, onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const NAME = `${JOB}_20260210-143022`;
const RECORD = { 'job.json': '{}\n', 'stdout.log': 'hello\n', '3_results/study.db': 'results' };

onBothDisks('the archive', (make) => {
  const withRecord = async () => {
    const place = await queueIn(make());
    const { disk, layout } = place;
    for (const [file, text] of Object.entries(RECORD)) put(disk, path.join(layout.record(JOB), file), text);
    const entries = Object.entries(RECORD).map(([file, text]) => ({ path: file, sha256: sha256Of(text) }));
    const seal = await writeSeal(disk, layout.staging, layout.record(JOB), entries);
    return { ...place, seal, entries };
  };

  test('takes a whole record in, under a hidden name at first', async () => {
    const { disk, layout, seal, entries } = await withRecord();
    put(disk, path.join(layout.record(JOB), 'not-sealed.txt'), 'still arriving');
    expect(await collectRecord(disk, layout, JOB)).toBeUndefined();
    expect(readCollected(disk.files, layout, JOB, false)).toEqual({ sealSha256: seal, processed: true });
    expect(archivedNames(disk.files, layout)).toEqual(new Map());
    expect(await collectedBreach(disk, layout, JOB)).toBeUndefined();
    expect(sealedEntries(disk.files, layout.collected(JOB))).toEqual(
      entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
    expect(Object.keys(everything(disk, layout.collected(JOB))).sort()).toEqual(
      [...Object.keys(RECORD), 'SHA256SUMS'].sort(),
    );
  });

  test.each([
    'retry.json',
    'order/job.json',
    'post/result.json',
    'Abandoned.json',
    'pruned.json/x',
    'lost.json',
  ])('takes nothing in whose seal names %s, which is its own', async (name) => {
    const { disk, layout, entries } = await withRecord();
    put(disk, path.join(layout.record(JOB), name), 'forged');
    await writeSeal(disk, layout.staging, layout.record(JOB), [
      ...entries,
      { path: name, sha256: sha256Of('forged') },
    ]);
    expect(await collectRecord(disk, layout, JOB)).toBe(
      `${name}: has a name that the archive keeps for itself`,
    );
    expect(readCollected(disk.files, layout, JOB, false)).toBeUndefined();
  });

  test('takes nothing in that can be reached only through a link', async (context) => {
    const { disk, root, layout } = await withRecord();
    const results = path.join(layout.record(JOB), '3_results');
    const outside = path.join(root, 'outside');
    put(disk, path.join(outside, 'study.db'), 'results');
    const link = linkOn(disk, context);
    await disk.files.removeTree(results);
    link(outside, results);
    expect(await collectRecord(disk, layout, JOB)).toBe(
      '3_results/study.db: named by SHA256SUMS, but missing',
    );
    await disk.files.removeFile(results);
    put(disk, path.join(layout.record(JOB), '3_results', 'study.db'), 'results');
    expect(await collectRecord(disk, layout, JOB)).toBeUndefined();
    const log = path.join(layout.record(JOB), 'stdout.log');
    await disk.files.removeFile(log);
    put(disk, path.join(outside, 'stdout.log'), 'hello\n');
    link(path.join(outside, 'stdout.log'), log);
    expect(await collectRecord(disk, layout, JOB)).toBe('stdout.log: named by SHA256SUMS, but missing');
  });

  test('takes a signature along', async () => {
    const { disk, layout } = await withRecord();
    put(disk, path.join(layout.record(JOB), 'SHA256SUMS.sig'), 'signed');
    await collectRecord(disk, layout, JOB);
    expect(everything(disk, layout.collected(JOB))['SHA256SUMS.sig']).toBe('signed');
  });

  test.each([
    { what: 'a file is cut short', file: '3_results/study.db', text: 'resu' },
    { what: 'a file is missing', file: '3_results/study.db', text: undefined },
    { what: 'the seal is missing', file: 'SHA256SUMS', text: undefined },
    { what: 'the seal is cut short', file: 'SHA256SUMS', text: 'abc' },
  ])('takes nothing in while $what', async ({ file, text }) => {
    const { disk, layout } = await withRecord();
    await disk.files.removeFile(path.join(layout.record(JOB), file));
    if (text !== undefined) put(disk, path.join(layout.record(JOB), file), text);
    expect(await collectRecord(disk, layout, JOB)).toContain(file === 'SHA256SUMS' ? 'seal' : file);
    expect(readCollected(disk.files, layout, JOB, false)).toBeUndefined();
  });

  test('has a whole copy or none, wherever taking in is cut off, and takes in the next time', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation++) {
      expect(operation).toBeLessThan(60);
      const { disk, layout, seal } = await withRecord();
      const files = faultyFiles(disk.files, () => {});
      files.crashIn(operation);
      const result: unknown = await collectRecord({ ...disk, files }, layout, JOB).catch(
        (error: unknown) => error,
      );
      const there = readCollected(disk.files, layout, JOB, false) !== undefined;
      expect(there ? await collectedBreach(disk, layout, JOB) : undefined).toBeUndefined();
      if (result === undefined) break;
      expect(result).toBeInstanceOf(Crash);
      crashes += 1;
      expect(await collectRecord(disk, layout, JOB)).toBeUndefined();
      expect(readCollected(disk.files, layout, JOB, false)?.sealSha256).toBe(seal);
      expect(disk.files.facts(layout.copying(JOB))).toBeUndefined();
    }
    expect(crashes).toBeGreaterThan(8);
  });

  test('replaces a copy of an earlier record', async () => {
    const { disk, layout, seal } = await withRecord();
    put(disk, path.join(layout.collected(JOB), 'job.json'), 'of another record');
    await collectRecord(disk, layout, JOB);
    expect(readCollected(disk.files, layout, JOB, false)?.sealSha256).toBe(seal);
    expect(await collectedBreach(disk, layout, JOB)).toBeUndefined();
  });

  test('waits for the post-processor where there is one', async () => {
    const { disk, layout, seal } = await withRecord();
    await collectRecord(disk, layout, JOB);
    expect(readCollected(disk.files, layout, JOB, true)).toEqual({ sealSha256: seal, processed: false });
    put(disk, path.join(layout.collected(JOB), 'post', 'result.json'), '{}');
    expect(readCollected(disk.files, layout, JOB, true)).toEqual({ sealSha256: seal, processed: true });
  });

  test('sees when its own copy has changed', async () => {
    const { disk, layout } = await withRecord();
    await collectRecord(disk, layout, JOB);
    await disk.files.removeFile(path.join(layout.collected(JOB), 'stdout.log'));
    expect(await collectedBreach(disk, layout, JOB)).toBe('stdout.log: named by SHA256SUMS, but missing');
    await disk.files.removeFile(path.join(layout.collected(JOB), 'SHA256SUMS'));
    expect(await collectedBreach(disk, layout, JOB)).toBe('the seal of the copy cannot be read');
  });

  const replace = async (disk: Disk, file: string, text: string) => {
    await disk.files.removeFile(file);
    put(disk, file, text);
  };

  describe('when its own copy is damaged', () => {
    const damaged = async () => {
      const place = await withRecord();
      const { disk, layout } = place;
      await collectRecord(disk, layout, JOB);
      await replace(disk, path.join(layout.collected(JOB), 'stdout.log'), 'hellO\n');
      return place;
    };

    test('removes it, for the record is whole', async () => {
      const { disk, layout } = await damaged();
      expect(await dropDamaged(disk, layout, JOB)).toBeUndefined();
      expect(disk.files.facts(layout.collected(JOB))).toBeUndefined();
    });

    test('removes one whose seal cannot be read, too', async () => {
      const { disk, layout } = await damaged();
      await replace(disk, path.join(layout.collected(JOB), 'SHA256SUMS'), 'no seal');
      expect(await dropDamaged(disk, layout, JOB)).toBeUndefined();
    });

    test.each([
      {
        name: 'the record has as many bytes, and others',
        file: '3_results/study.db',
        text: 'resultS',
        why: 'the record in inbox/ does not fit either: 3_results/study.db: its digest is not the one in SHA256SUMS (7 bytes are there)',
      },
      {
        name: 'the record has lost its seal',
        file: 'SHA256SUMS',
        text: '',
        why: 'the record in inbox/ has no valid seal',
      },
      {
        name: 'the record is another one',
        file: 'SHA256SUMS',
        text: `${sha256Of(RECORD['job.json'])}  job.json\n`,
        why: 'the record in inbox/ is another one',
      },
    ])('keeps it when $name', async ({ file, text, why }) => {
      const { disk, layout } = await damaged();
      await replace(disk, path.join(layout.record(JOB), file), text);
      expect(await dropDamaged(disk, layout, JOB)).toBe(why);
      expect(disk.files.read(path.join(layout.collected(JOB), 'stdout.log'))?.toString()).toBe('hellO\n');
    });
  });

  test('gives the copy its name for good, and another one to a second record in the same second', async () => {
    const { disk, layout, seal } = await withRecord();
    for (const name of [NAME, `${NAME}-2`, `${NAME}-3`]) {
      await collectRecord(disk, layout, JOB);
      expect(await fileCollected(disk, layout, JOB)).toBe(name);
      expect(archivedJob(disk.files, layout, name)).toEqual({
        abandoned: false,
        archived_as: name,
        sealSha256: seal,
        hasOrder: false,
      });
    }
    expect(archivedNames(disk.files, layout)).toEqual(new Map([[JOB, [NAME, `${NAME}-2`, `${NAME}-3`]]]));
  });

  test('moves the order beside its results, byte for byte', async () => {
    const { disk, layout, seal } = await withRecord();
    await makeOrder(disk, layout, { job_id: JOB, files: { '1_setup/model.prt': 'model' } });
    const before = everything(disk, layout.order(JOB));
    await collectRecord(disk, layout, JOB);
    await fileCollected(disk, layout, JOB);
    await moveOrder(disk, layout, JOB, NAME);
    expect(everything(disk, path.join(layout.archived(NAME), 'order'))).toEqual(before);
    expect(disk.files.facts(layout.order(JOB))).toBeUndefined();
    expect(archivedJob(disk.files, layout, NAME)).toEqual({
      abandoned: false,
      archived_as: NAME,
      sealSha256: seal,
      hasOrder: true,
    });
  });

  test('takes no notice of other names', async () => {
    const { disk, layout } = await queueIn(make());
    for (const name of ['notes', '.jobq-collected-x', `${JOB}_2026`, `.stfolder`])
      disk.files.makeDir(layout.archived(name));
    expect(archivedNames(disk.files, layout)).toEqual(new Map());
  });
});
