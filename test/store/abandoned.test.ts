// What is kept of a job that was given up, while its files may still change.
import path from 'node:path';
import { expect, test } from 'vitest';
import { abandonmentOf, archiveAsItIs, askToAbandon, readAbandoned } from '../../src/store/abandoned.ts';
import { archivedJob, archivedNames } from '../../src/store/archive.ts';
import { writeLost } from '../../src/store/lost.ts';
import { readRequests, writeRequest } from '../../src/store/requests.ts';
import { isOpenPlan, readRetryPlan } from '../../src/store/retry-plan.ts';
import type { Files } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const BY = { requested_at: '2026-02-10T15:00:00Z', requested_by: 'ada@desk' };
const SAID = { abandoned_at: BY.requested_at, abandoned_by: 'ada@desk' };

onBothDisks('a job that was given up', (make) => {
  test('says so in its cancel', async () => {
    const { disk, layout } = await queueIn(make());
    expect(abandonmentOf(disk.files, layout, JOB, {})).toBeUndefined();
    expect(await askToAbandon(disk, layout, JOB, { ...BY, reason: 'gone' })).toBe(true);
    const requests = readRequests(disk.files, layout, JOB);
    expect(requests.cancel).toEqual({ ...BY, reason: 'gone', abandoned: true });
    expect(abandonmentOf(disk.files, layout, JOB, requests)).toEqual({ ...SAID, reason: 'gone' });
    expect(disk.files.facts(layout.abandoned(JOB))).toBeUndefined();
  });

  test('says so in a note of its own where it was to be cancelled before', async () => {
    const { disk, layout } = await queueIn(make());
    await writeRequest(disk, layout, JOB, 'cancel', { reason: 'first' });
    expect(await askToAbandon(disk, layout, JOB, BY)).toBe(true);
    expect(await askToAbandon(disk, layout, JOB, { ...BY, requested_by: 'bob' })).toBe(false);
    const requests = readRequests(disk.files, layout, JOB);
    expect(requests.cancel).toEqual({ reason: 'first' });
    expect(abandonmentOf(disk.files, layout, JOB, requests)).toEqual(SAID);
  });

  test('is kept as it is: every file but those that would say something else of it', async () => {
    const { disk, layout } = await queueIn(make());
    const record = layout.record(JOB);
    for (const name of [
      'job.json',
      '3_results/a.csv',
      'SHA256SUMS',
      'order/x',
      'retry.json',
      '~syncthing~b.tmp',
    ])
      put(disk, path.join(record, name), name);
    await writeLost(disk, layout, JOB, { at: '2026-02-10T14:00:00Z', reason: 'silent' });
    const retry = { retried_as: `${JOB}-r1`, not_before: '2026-02-10T16:00:00Z' };
    const name = await archiveAsItIs(disk, layout, JOB, { abandonment: SAID, retry });
    const dir = layout.archived(name);
    expect(disk.files.list(dir)?.map((entry) => entry.name)).toEqual([
      '3_results',
      'abandoned.json',
      'job.json',
      'lost.json',
      'retry.json',
    ]);
    expect(readAbandoned(disk.files, dir)).toEqual({
      ...SAID,
      left_out: ['SHA256SUMS', 'order/x', 'retry.json'],
    });
    expect(readRetryPlan(disk.files, dir)).toEqual(retry);
    expect(isOpenPlan(retry)).toBe(true);
    expect(archivedJob(disk.files, layout, name)).toMatchObject({ abandoned: true, sealSha256: undefined });
    expect([...archivedNames(disk.files, layout)]).toEqual([[JOB, [name]]]);
    expect(disk.files.facts(record)).toBeDefined();
  });

  test('is kept though a file goes while it is copied', async () => {
    const { disk, layout } = await queueIn(make());
    put(disk, path.join(layout.record(JOB), 'job.json'), '{}');
    put(disk, path.join(layout.record(JOB), 'stdout.log'), 'x');
    const openRead: Files['openRead'] = (file) => {
      if (file.endsWith('stdout.log')) void disk.files.removeFile(file); // at once
      return disk.files.openRead(file);
    };
    const racing = { ...disk, files: { ...disk.files, openRead } };
    const name = await archiveAsItIs(racing, layout, JOB, { abandonment: {}, retry: undefined });
    expect(readAbandoned(disk.files, layout.archived(name))).toEqual({ left_out: ['stdout.log'] });
  });

  test('is kept though there is nothing of it', async () => {
    const { disk, layout } = await queueIn(make());
    put(disk, path.join(layout.copying(JOB), 'half'), 'of a copy that was cut off');
    const name = await archiveAsItIs(disk, layout, JOB, { abandonment: SAID, retry: undefined });
    expect(disk.files.list(layout.archived(name))?.map((entry) => entry.name)).toEqual(['abandoned.json']);
  });
});
