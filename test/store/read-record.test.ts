import path from 'node:path';
import { expect, test } from 'vitest';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import { readArrival, readOwnRecord } from '../../src/store/read-record.ts';
import { writeSeal } from '../../src/store/seal.ts';
import { put } from '../helpers/make-order.ts';
import { linkOn, onBothDisks } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const AT = '2026-02-10T15:00:00Z';
const RESULTS = { '3_results/study.db': 'results', 'stdout.log': 'hello\n', 'empty.csv': '' };

onBothDisks('reading a record', (make) => {
  const published = async (fields: Record<string, unknown> = {}) => {
    const { disk, root } = make();
    const dir = path.join(root, JOB);
    const bytes = Object.values(RESULTS).join('').length;
    const record = {
      job_id: JOB,
      status: 'completed',
      state: 'completed',
      state_at: AT,
      results: { files: 3, bytes },
      ...fields,
    };
    const text = jsonText(record);
    for (const [file, content] of Object.entries({ ...RESULTS, 'job.json': text }))
      put(disk, path.join(dir, file), content);
    const entries = Object.entries({ ...RESULTS, 'job.json': text });
    const seal = await writeSeal(
      disk,
      root,
      dir,
      entries.map(([file, content]) => ({ path: file, sha256: sha256Of(content) })),
    );
    return {
      disk,
      seal,
      at: (name: string) => path.join(dir, name),
      look: () => readArrival(disk.files, dir, JOB),
    };
  };

  test('finds it whole', async () => {
    const { look, seal } = await published();
    expect(look()).toMatchObject({ record: { state: 'completed' }, sealSha256: seal, complete: true });
  });

  test.each(['retry.json', 'order/a', 'POST/a'])(
    'never finds it whole while its seal names %s, which belongs to the archive',
    async (name) => {
      const { disk, look, at } = await published({ results: { files: 4, bytes: 14 } });
      put(disk, at(name), 'x');
      const seal = String(disk.files.read(at('SHA256SUMS')));
      await disk.files.removeFile(at('SHA256SUMS'));
      put(disk, at('SHA256SUMS'), `${seal}${sha256Of('x')}  ${name}\n`);
      expect(look()).toMatchObject({ sealSha256: expect.any(String), complete: false });
    },
  );

  test('does not find it whole through a link', async (context) => {
    const { disk, look, at } = await published();
    const outside = path.join(path.dirname(at('.')), 'outside');
    await disk.files.rename(at('3_results'), outside);
    linkOn(disk, context)(outside, at('3_results'));
    expect(look()).toMatchObject({ complete: false });
  });

  test('keeps apart what is not there, what is empty, and what a runner made', () => {
    const { disk, root } = make();
    expect(readOwnRecord(disk.files, path.join(root, JOB), JOB)).toBeUndefined();
    expect(readArrival(disk.files, path.join(root, JOB), JOB)).toBeUndefined();
    disk.files.makeDir(path.join(root, JOB));
    expect(readArrival(disk.files, path.join(root, JOB), JOB)).toBeUndefined();
    expect(readOwnRecord(disk.files, path.join(root, JOB), JOB)).toMatchObject({
      record: undefined,
      sealSha256: undefined,
    });
  });

  test('is known by its seal where a deletion has left no more of it', async () => {
    const { disk, at } = await published();
    const dir = path.normalize(at('.'));
    expect(readOwnRecord(disk.files, dir, JOB)).not.toHaveProperty('leftOf');
    await disk.files.removeFile(at('job.json'));
    expect(readOwnRecord(disk.files, dir, JOB)).toMatchObject({
      sealSha256: undefined,
      leftOf: sha256Of(disk.files.read(at('SHA256SUMS')) ?? ''),
    });
  });

  test.each([
    { what: 'a file is missing', spoil: { '3_results/study.db': undefined } },
    { what: 'an empty file is missing', spoil: { 'empty.csv': undefined } },
    { what: 'a file is cut short', spoil: { '3_results/study.db': 'resu' } },
    { what: 'a file grew', spoil: { 'stdout.log': 'hello\nagain\n' } },
  ])('is not complete while $what', async ({ spoil }) => {
    const { disk, at, look, seal } = await published();
    for (const [file, text] of Object.entries(spoil)) {
      await disk.files.removeFile(at(file));
      if (text !== undefined) put(disk, at(file), text);
    }
    expect(look()).toMatchObject({ sealSha256: seal, complete: false });
  });

  test('announces nothing while job.json says completed and the seal is not there', async () => {
    const { disk, at, look } = await published();
    await disk.files.removeFile(at('SHA256SUMS'));
    expect(look()).toEqual({
      record: expect.objectContaining({ state: 'completed' }),
      unreadable: false,
      sealSha256: undefined,
      complete: false,
    });
  });

  test('does not take an older job.json for the sealed one', async () => {
    const { disk, at, look } = await published();
    await disk.files.removeFile(at('job.json'));
    put(disk, at('job.json'), jsonText({ job_id: JOB, status: 'running', state: 'running', state_at: AT }));
    expect(look()).toMatchObject({ record: { state: 'running' }, sealSha256: undefined, complete: false });
  });

  test.each([
    { what: 'another count of files', fields: { results: { files: 4, bytes: 13 } } },
    { what: 'another size', fields: { results: { files: 3, bytes: 14 } } },
    { what: 'no results', fields: { results: undefined } },
    { what: 'the id of another job', fields: { job_id: 'job-20260210-143023-other' } },
  ])('is not complete when its job.json tells $what', async ({ fields }) => {
    const { look } = await published(fields);
    expect(look()?.complete).toBe(false);
  });
});
