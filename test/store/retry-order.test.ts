// The order of a retry: what it takes over, what it does not, and what keeps it from being made.
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashFile } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import type { RetryWish } from '../../src/store/retry-order.ts';
import { NotRepeatable, publishRetry, retryFields } from '../../src/store/retry-order.ts';
import { readSeal, sealBreach } from '../../src/store/seal.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const NEW = `${JOB}-r1`;
const AT_MS = Date.parse('2026-02-11T08:00:00Z');

const wish = (fields: Partial<RetryWish> = {}): RetryWish => ({
  jobId: JOB,
  orderDir: '/somewhere',
  retryAs: NEW,
  createdBy: 'ada',
  byHand: false,
  hadStarted: true,
  ...fields,
});

const OLD = {
  job_id: JOB,
  created_at: 'x',
  created_by: 'y',
  args: ['--start'],
  run_on: 'station',
  colour: 'red',
};
const FRESH = { job_id: NEW, created_at: '2026-02-11T08:00:00.000Z', created_by: 'ada', retry_of: JOB };
const WAITS = { hold: true, depends_on: ['job-a'] };

test.each<{ name: string; old: object; as?: Partial<RetryWish>; fields: object }>([
  { name: 'all it knows nothing of', old: OLD, fields: { ...OLD, ...FRESH } },
  {
    name: 'no key, which stands for the first order',
    old: { ...OLD, idempotency_key: 'k' },
    fields: { ...OLD, ...FRESH },
  },
  {
    name: 'the arguments that are asked for',
    old: OLD,
    as: { args: ['--more'] },
    fields: { ...OLD, ...FRESH, args: ['--more'] },
  },
  {
    name: 'no arguments where none are asked for',
    old: OLD,
    as: { args: [] },
    fields: { ...OLD, ...FRESH, args: [] },
  },
  {
    name: 'the runner that is asked for',
    old: OLD,
    as: { runOn: 'other' },
    fields: { ...OLD, ...FRESH, run_on: 'other' },
  },
  {
    name: 'nothing to wait for once that was waited for',
    old: { ...OLD, ...WAITS },
    fields: { ...OLD, ...FRESH },
  },
  {
    name: 'what was not waited for to the end',
    old: { ...OLD, ...WAITS },
    as: { hadStarted: false },
    fields: { ...OLD, ...FRESH, ...WAITS },
  },
  {
    name: 'no hold where a person asks for it now',
    old: { ...OLD, ...WAITS },
    as: { hadStarted: false, byHand: true },
    fields: { ...OLD, ...FRESH, depends_on: ['job-a'] },
  },
  {
    name: 'itself as what it repeats, of a retry',
    old: { ...OLD, job_id: 'a-r1', retry_of: 'a' },
    as: { jobId: 'a-r1' },
    fields: { ...OLD, ...FRESH, retry_of: 'a-r1' },
  },
])('a retry takes over $name', ({ old, as, fields }) => {
  expect(retryFields({ ...old }, wish(as), AT_MS)).toEqual(fields);
});

onBothDisks('a retry', (make) => {
  const scene = async () => {
    const { disk, layout } = await queueIn(make());
    const files = { '1_setup/model.prt': 'x'.repeat(3000) };
    await makeOrder(disk, layout, {
      job_id: JOB,
      files,
      fields: { inputs: { files: 3, bytes: 3028, empty_dirs: ['3_results/empty'] } },
    });
    const publish = (as: Partial<RetryWish> = {}) =>
      publishRetry(
        disk,
        layout,
        path.join(layout.staging, 'retry-here'),
        wish({ orderDir: layout.order(JOB), ...as }),
      );
    return { disk, layout, publish };
  };
  const ordersIn = (disk: { files: { list(dir: string): { name: string }[] | undefined } }, layout: Layout) =>
    (disk.files.list(layout.tree('outbox')) ?? []).flatMap(({ name }) =>
      name.startsWith('job-') ? [name] : [],
    );

  test('holds the same files, whole and sealed, and empty directories', async () => {
    const { disk, layout, publish } = await scene();
    expect(await publish()).toBe(true);
    const dir = layout.order(NEW);
    const seal = readSeal(disk.files, dir);
    if (seal.seal !== 'valid') throw new Error('it has no seal');
    expect(await sealBreach(disk, dir, seal.entries)).toBeUndefined();
    expect(seal.entries.map((entry) => entry.path)).toEqual([
      '1_setup/model.prt',
      'README.md',
      'job.json',
      'run_optimization.py',
    ]);
    const digest = (of: string) => hashFile(disk, path.join(layout.order(of), '1_setup', 'model.prt'));
    expect(await digest(NEW)).toEqual(await digest(JOB));
    expect(disk.files.list(path.join(dir, '3_results'))).toEqual([{ name: 'empty', kind: 'directory' }]);
    expect(disk.files.list(layout.staging)).toEqual([]);
  });

  test('is not made over one that is there', async () => {
    const { disk, layout, publish } = await scene();
    await publish();
    const before = disk.files.read(path.join(layout.order(NEW), 'job.json'));
    expect(await publish({ args: ['--other'] })).toBe(false);
    expect(disk.files.read(path.join(layout.order(NEW), 'job.json'))).toEqual(before);
    expect(disk.files.list(layout.staging)).toEqual([]);
  });

  test.each(['1_setup/model.prt', 'job.json', 'SHA256SUMS'])(
    'is not made of an order in which %s is not what it was',
    async (name) => {
      const { disk, layout, publish } = await scene();
      const file = path.join(layout.order(JOB), name);
      await disk.files.removeFile(file);
      put(disk, file, '{}');
      await expect(publish()).rejects.toThrow(NotRepeatable);
      expect(ordersIn(disk, layout)).toEqual([JOB]);
      expect(disk.files.list(layout.staging)).toEqual([]);
    },
  );

  test('is not made of what the seal does not name', async () => {
    const { disk, layout, publish } = await scene();
    put(disk, path.join(layout.order(JOB), 'stray.txt'), 'x');
    await publish();
    expect(disk.files.facts(path.join(layout.order(NEW), 'stray.txt'))).toBeUndefined();
  });
});
