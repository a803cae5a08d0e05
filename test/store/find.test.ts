import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { JobqError } from '../../src/errors.ts';
import { jsonText } from '../../src/store/disk.ts';
import type { JobIndex } from '../../src/store/find.ts';
import { indexJobs, resolveJob, viewJob } from '../../src/store/find.ts';
import { writeLost } from '../../src/store/lost.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';
const AT = '2026-02-10T15:00:00Z';

describe('a part of an id', () => {
  const index: JobIndex = {
    open: new Set([
      'job-20260210-143022-wfe',
      'job-20260210-143022-wfe-2',
      'job-20260211-090000-bracket',
      'job-20260212-000000-bar',
      'job-20260212-000000-bar-r2',
    ]),
    archived: new Map([
      ['job-20260212-000000-bar-r1', ['job-20260212-000000-bar-r1_20260212-000001']],
      ['job-20260101-120000-old', ['job-20260101-120000-old_20260102-000000']],
    ]),
  };

  test.each([
    { text: 'bracket', id: 'job-20260211-090000-bracket' },
    { text: '0211', id: 'job-20260211-090000-bracket' },
    { text: 'old', id: 'job-20260101-120000-old' },
    { text: 'wfe-2', id: 'job-20260210-143022-wfe-2' },
    { text: 'job-20260210-143022-wfe', id: 'job-20260210-143022-wfe' },
    { text: 'bar', id: 'job-20260212-000000-bar' },
    { text: 'bar-r2', id: 'job-20260212-000000-bar-r2' },
  ])('$text finds $id', ({ text, id }) => {
    expect(resolveJob(index, text)).toBe(id);
  });

  test.each([
    {
      text: 'wfe',
      message: '"wfe" fits 2 jobs: job-20260210-143022-wfe, job-20260210-143022-wfe-2',
      remedy: 'more of the id',
    },
    {
      text: 'bar-r',
      message: '"bar-r" fits 2 jobs: job-20260212-000000-bar-r1, job-20260212-000000-bar-r2',
      remedy: 'more of the id',
    },
    { text: 'nothing', message: 'no job has "nothing" in its id', remedy: 'jobq list' },
  ])('$text is refused', ({ text, message, remedy }) => {
    let refused: unknown;
    try {
      resolveJob(index, text);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(JobqError);
    expect(refused).toMatchObject({
      code: 'not-found',
      message,
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  test('that fits many names the first five', () => {
    const many = { open: new Set(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']), archived: new Map() };
    expect(() => resolveJob(many, 'a')).toThrow('"a" fits 7 jobs: a1, a2, a3, a4, a5, and 2 more');
  });
});

onBothDisks('looking at a job', (make) => {
  const look = async () => {
    const place = await queueIn(make());
    const { disk, layout } = place;
    const view = (id = JOB) => viewJob(disk.files, layout, indexJobs(disk.files, layout), id);
    const record = (state: string, status: string, more: object = {}) =>
      put(
        disk,
        path.join(layout.record(JOB), 'job.json'),
        jsonText({ job_id: JOB, state, status, state_at: AT, ...more }),
      );
    return { ...place, view, record };
  };

  test('finds jobs in outbox, inbox and archive, and nothing else', async () => {
    const { disk, layout } = await look();
    await makeOrder(disk, layout, { job_id: JOB });
    disk.files.makeDir(layout.record('job-only-a-record'));
    disk.files.makeDir(layout.archived('job-old_20260102-000000'));
    disk.files.makeDir(layout.order('.stfolder'));
    put(disk, path.join(layout.tree('outbox'), 'a-file.txt'), '');
    const index = indexJobs(disk.files, layout);
    expect([...index.open].sort()).toEqual([JOB, 'job-only-a-record']);
    expect([...index.archived.keys()]).toEqual(['job-old']);
  });

  test('shows an order that nobody took up', async () => {
    const { disk, layout, view } = await look();
    await makeOrder(disk, layout, { job_id: JOB, fields: { project: 'wfe' } });
    expect(view()).toMatchObject({
      state: 'submitted',
      status: 'submitted',
      project: 'wfe',
      waiting_for: 'runner station',
      order_dir: layout.order(JOB),
      results_dir: null,
      archived_as: null,
    });
  });

  test('shows a cancel that was asked for, and the record as it stands', async () => {
    const { disk, layout, view, record } = await look();
    await makeOrder(disk, layout, { job_id: JOB });
    await writeRequest(disk, layout, JOB, 'cancel', { requested_at: AT });
    record('running', 'running', { started_at: AT, progress: { percent: 40 } });
    expect(view()).toMatchObject({
      state: 'running',
      cancel_requested: true,
      progress: { percent: 40 },
      results_dir: layout.record(JOB),
      results_sealed: false,
    });
  });

  test('shows a job as lost until its results come, which are late then', async () => {
    const { disk, layout, view, record } = await look();
    await writeLost(disk, layout, JOB, { at: AT, reason: 'no heartbeat' });
    record('running', 'running', { started_at: AT });
    expect(view()).toMatchObject({ state: 'lost', status: 'failed', late: false });
    await disk.files.removeTree(layout.record(JOB));
    record('completed', 'completed', { finished_at: AT });
    expect(view()).toMatchObject({ state: 'completed', late: true });
  });

  test('shows the newest of a job in the archive, with its order', async () => {
    const { disk, layout, view } = await look();
    for (const [day, state] of [
      ['11', 'failed'],
      ['12', 'completed'],
    ] as const) {
      const dir = layout.archived(`${JOB}_202602${day}-000000`);
      put(disk, path.join(dir, 'job.json'), jsonText({ job_id: JOB, state, status: state, state_at: AT }));
    }
    await makeOrder(disk, layout, { job_id: JOB });
    const dir = layout.archived(`${JOB}_20260212-000000`);
    expect(view()).toMatchObject({
      state: 'completed',
      archived_as: `${JOB}_20260212-000000`,
      order_dir: layout.order(JOB),
    });
    await disk.files.rename(layout.order(JOB), path.join(dir, 'order'));
    expect(view()).toMatchObject({
      results_dir: dir,
      results_sealed: true,
      order_dir: path.join(dir, 'order'),
    });
  });

  test('shows a job whose files cannot be read', async () => {
    const { disk, layout, view } = await look();
    put(disk, path.join(layout.order(JOB), 'job.json'), '{ "job_id"');
    put(disk, path.join(layout.record(JOB), 'job.json'), '{ "job_id"');
    expect(view()).toMatchObject({
      job_id: JOB,
      state: 'submitted',
      waiting_for: 'a valid job.json',
      results_dir: null,
    });
  });
});
