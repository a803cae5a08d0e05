// An order for any runner while several are known: it waits, and each way out that the problem names leads on.
import path from 'node:path';
import { expect, test } from 'vitest';
import { askToAbandon } from '../../src/store/abandoned.ts';
import { jsonText } from '../../src/store/disk.ts';
import { indexJobs } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { retryJob } from '../../src/submit/retry.ts';
import { put } from '../helpers/make-order.ts';
import { byHand, JOB, RETRY } from './by-hand.ts';
import { eventsOf } from './told.ts';

async function ambiguous() {
  const q = await byHand();
  await q.presence();
  const other = { ...q.json(q.layout.presence('station')), runner_id: 'big', host: 'big', ledger_id: 'm' };
  put(q.disk, q.layout.presence('big'), jsonText(other));
  await q.order(JOB, { run_on: 'auto' });
  for (let count = 0; count < 4; count++) await q.look(31_000);
  const kinds = () =>
    findProblems(q.disk.files, q.layout, indexJobs(q.disk.files, q.layout)).map(({ kind }) => kind);
  return { ...q, kinds };
}

test('it waits, and the watcher tells it once', async () => {
  const q = await ambiguous();
  expect(q.requests()).toEqual({});
  expect(q.kinds()).toEqual(['ambiguous-assignment']);
  const told = eventsOf(q).filter(({ type }) => type === 'problem');
  expect(told).toMatchObject([{ kind: 'ambiguous-assignment', job_id: JOB }]);
});

test('given up and tried again on a runner that is named', async () => {
  const q = await ambiguous();
  const asked = { requested_at: '2026-02-10T15:00:00Z', requested_by: 'ada@desk' };
  await askToAbandon(q.disk, q.layout, JOB, asked);
  await q.until(() => q.archived().length > 0 && !q.isThere('outbox') && !q.isThere('requests'));
  const wish = { jobId: JOB, createdBy: 'ada', askedBy: 'ada@desk', runOn: 'big', freeSpaceMarginMb: 0 };
  const made = await retryJob(q.disk, q.layout, wish);
  expect(made.retried_as).toBe(RETRY);
  expect(q.json(path.join(q.layout.order(RETRY), 'job.json'))).toMatchObject({ run_on: 'big' });
  expect(q.kinds()).toEqual([]);
});

test('where a runner has gone for good and its presence is deleted, the other one gets it', async () => {
  const q = await ambiguous();
  await q.disk.files.removeFile(q.layout.presence('big'));
  await q.until(() => q.requests().assign?.runner === 'station');
  expect(q.kinds()).toEqual([]);
});
