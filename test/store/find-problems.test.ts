import path from 'node:path';
import { expect, test } from 'vitest';
import { indexJobs } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { onBothDisks, queueIn } from './two-disks.ts';

const JOB = 'job-20260210-143022-wfe';

interface Case {
  what: string;
  /** Is a sound, sealed order there besides? */
  sealed?: boolean;
  files: Record<string, string>;
  problem: { kind: string; file: string; reason: string | RegExp; job_id?: string };
}

const CASES: Case[] = [
  {
    what: 'a file beside the jobs',
    files: { 'outbox/notes.txt': '' },
    problem: { kind: 'foreign-file', file: 'outbox/notes.txt', reason: 'is not a job directory' },
  },
  {
    what: 'a file beside the records',
    files: { 'inbox/results.zip': '' },
    problem: { kind: 'foreign-file', file: 'inbox/results.zip', reason: 'is not a job directory' },
  },
  {
    what: 'a conflict copy of a job',
    files: { 'outbox/job-1.sync-conflict-20260210-150000-ABCDEFG/job.json': '{}' },
    problem: {
      kind: 'conflict-copy',
      file: 'outbox/job-1.sync-conflict-20260210-150000-ABCDEFG',
      reason: /^both sides changed one file/,
    },
  },
  {
    what: 'a conflict copy in an order',
    sealed: true,
    files: { [`outbox/${JOB}/1_setup/m.sync-conflict-20260210-150000-ABCDEFG.prt`]: '' },
    problem: {
      kind: 'conflict-copy',
      file: `outbox/${JOB}/1_setup/m.sync-conflict-20260210-150000-ABCDEFG.prt`,
      reason: /^both sides changed one file/,
      job_id: JOB,
    },
  },
  {
    what: 'a conflict copy in a record',
    files: { [`inbox/${JOB}/job.sync-conflict-20260210-150000-ABCDEFG.json`]: '' },
    problem: {
      kind: 'conflict-copy',
      file: `inbox/${JOB}/job.sync-conflict-20260210-150000-ABCDEFG.json`,
      reason: /^both sides changed one file/,
      job_id: JOB,
    },
  },
  {
    what: 'an order without job.json',
    files: { [`outbox/${JOB}/README.md`]: '' },
    problem: { kind: 'broken-order', file: `outbox/${JOB}`, reason: 'job.json is missing', job_id: JOB },
  },
  {
    what: 'an order with a broken job.json',
    files: { [`outbox/${JOB}/job.json`]: `{ "job_id": "${JOB}" }` },
    problem: {
      kind: 'broken-order',
      file: `outbox/${JOB}`,
      reason: 'job.json, script: is missing',
      job_id: JOB,
    },
  },
  {
    what: 'an order whose seal is cut short',
    files: { [`outbox/${JOB}/SHA256SUMS`]: 'abc' },
    problem: {
      kind: 'broken-order',
      file: `outbox/${JOB}`,
      reason: 'SHA256SUMS does not end with a line feed',
      job_id: JOB,
    },
  },
  {
    what: 'files that the seal does not name',
    sealed: true,
    files: { [`outbox/${JOB}/later.txt`]: '', [`outbox/${JOB}/1_setup/later.prt`]: '' },
    problem: {
      kind: 'unsealed-files',
      file: `outbox/${JOB}`,
      reason: 'not named by SHA256SUMS: 1_setup/later.prt, later.txt',
      job_id: JOB,
    },
  },
  {
    what: 'a broken record',
    files: { [`inbox/${JOB}/job.json`]: '{ "job_id"' },
    problem: {
      kind: 'broken-record',
      file: `inbox/${JOB}/job.json`,
      reason: /^job\.json: is not valid JSON/,
      job_id: JOB,
    },
  },
  {
    what: 'a broken request',
    sealed: true,
    files: { [`requests/${JOB}/cancel.json`]: '' },
    problem: {
      kind: 'broken-request',
      file: `requests/${JOB}/cancel.json`,
      reason: 'cancel.json: is empty',
      job_id: JOB,
    },
  },
];

onBothDisks('the problems of a queue', (make) => {
  const problemsWith = async ({ sealed, files }: Pick<Case, 'sealed' | 'files'>) => {
    const { disk, layout } = await queueIn(make());
    if (sealed) await makeOrder(disk, layout, { job_id: JOB });
    for (const [file, text] of Object.entries(files)) put(disk, path.join(layout.root, file), text);
    return findProblems(disk.files, layout, indexJobs(disk.files, layout));
  };

  test.each(CASES)('tell of $what', async (given) => {
    const { reason, ...rest } = given.problem;
    const found = await problemsWith(given);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject(rest);
    const told = found[0]?.reason ?? '';
    const fits = reason instanceof RegExp ? reason.test(told) : reason === told;
    expect(fits ? '' : told).toBe('');
    expect(found[0]?.remedy).not.toBe('');
  });

  test('are none where all is well', async () => {
    expect(await problemsWith({ files: {} })).toEqual([]);
    const record = `{ "job_id": "${JOB}", "status": "running", "state": "running", "state_at": "2026-02-10T15:00:00Z" }`;
    const fine = {
      [`inbox/${JOB}/job.json`]: record,
      [`requests/${JOB}/release.json`]: '{ "requested_at": "2026-02-10T15:00:00Z" }',
      'outbox/.DS_Store': '',
      'outbox/Thumbs.db': '',
      [`outbox/${JOB}/.syncthing.model.prt.tmp`]: '',
      'outbox/job-by-hand/job.json': '{ "job_id": "job-by-hand", "script": "run.py" }',
      'outbox/job-by-hand/run.py': '',
    };
    expect(await problemsWith({ sealed: true, files: fine })).toEqual([]);
  });
});
