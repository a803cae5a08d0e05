// How long work directories stay, and which of them go when they take too much room.
import { describe, expect, test } from 'vitest';
import { planRunner } from '../../src/queue/plan-runner.ts';
import { overMb, planWorkDirs } from '../../src/queue/plan-work-dirs.ts';
import type { RunnerJob, RunnerPolicy } from '../../src/queue/runner-snapshot.ts';
import { asked, endedRecord, ledger, machine, NOW, runnerJob, runnerPolicy } from '../helpers/snapshots.ts';

const DAY = 86_400_000;
const completed = { outcome: { kind: 'completed', message: 'completed' } } as const;
const failed = { outcome: { kind: 'failed', message: 'exit code 1' } } as const;

/** A job that was archived so many days ago. */
const archived = (
  job_id: string,
  daysAgo: number,
  fields: Partial<RunnerJob> = {},
  outcome: object = completed,
) =>
  runnerJob({
    job_id,
    ledger: ledger('deleted', { at: NOW - daysAgo * DAY, ...outcome }),
    work: true,
    workMb: 1000,
    ...fields,
  });

const planned = (jobs: RunnerJob[], policy: Partial<RunnerPolicy> = {}) =>
  planWorkDirs(jobs, NOW, runnerPolicy(policy)).map(({ do: what, job_id }) => `${what} ${job_id}`);

test.each<{ name: string; job: RunnerJob; goes: boolean }>([
  { name: 'of a completed job stays for keep_days', job: archived('a', 13.99), goes: false },
  { name: 'of a completed job goes after keep_days', job: archived('a', 14), goes: true },
  { name: 'of a failed job stays longer', job: archived('a', 29.99, {}, failed), goes: false },
  { name: 'of a failed job goes after keep_failed_days', job: archived('a', 30, {}, failed), goes: true },
  {
    name: 'of a job that never ran goes like that of a failed one',
    job: archived('a', 20, {}, {}),
    goes: false,
  },
  { name: 'that is gone is not removed again', job: archived('a', 99, { work: false }), goes: false },
  { name: 'stays while the record is there', job: archived('a', 99, { record: endedRecord() }), goes: false },
  {
    name: 'stays while something is done about the job',
    job: archived('a', 99, { busy: true }),
    goes: false,
  },
  {
    name: 'stays until the archive has the results, however old it is',
    job: runnerJob({ ledger: ledger('ended', { at: 0 }), record: endedRecord(), work: true, workMb: 1 }),
    goes: false,
  },
])('a work directory $name', ({ job, goes }) => {
  expect(planned([job])).toEqual(goes ? [`remove-work ${job.job_id}`] : []);
});

describe('with a limit of 2 GB', () => {
  const limit = { work_max_gb: 2 };
  const unpublished = runnerJob({ job_id: 'u', ledger: ledger('ended'), work: true, workMb: 5000 });

  test.each<{ name: string; jobs: RunnerJob[]; does: string[] }>([
    { name: 'nothing goes that fits', jobs: [archived('a', 2), archived('b', 1)], does: [] },
    {
      name: 'the oldest go until the rest fits',
      jobs: [archived('a', 1), archived('b', 3), archived('c', 2), archived('d', 0)],
      does: ['remove-work b', 'remove-work c'],
    },
    {
      name: 'results that are not archived yet count, but stay',
      jobs: [
        runnerJob({ job_id: 's', ledger: ledger('ended'), record: endedRecord(), work: true, workMb: 1500 }),
        archived('a', 1),
      ],
      does: ['remove-work a'],
    },
    { name: 'what is still to be published does not count', jobs: [unpublished, archived('a', 1)], does: [] },
    {
      name: 'directories are measured one after the other',
      jobs: [archived('a', 1, { workMb: undefined }), archived('b', 1, { workMb: undefined })],
      does: ['measure a'],
    },
    {
      name: 'a directory that is being measured is left alone',
      jobs: [archived('a', 1, { workMb: undefined, busy: true }), archived('b', 1, { workMb: undefined })],
      does: ['measure b'],
    },
  ])('$name', ({ jobs, does }) => {
    expect(planned(jobs, limit)).toEqual(does);
  });

  test('what is too much is told', () => {
    expect(overMb([archived('a', 1), archived('b', 1, { workMb: 1600 })], runnerPolicy(limit))).toBe(600);
    expect(overMb([archived('a', 1)], runnerPolicy(limit))).toBe(0);
  });
});

test('a job whose record is to be deleted is not measured at the same time', () => {
  const job = runnerJob({
    ledger: ledger('ended'),
    record: endedRecord(),
    requests: asked.archived(),
    work: true,
  });
  const snapshot = { jobs: [job], ledgerLost: false, problems: [], machine: machine() };
  const { actions } = planRunner(snapshot, NOW, runnerPolicy({ work_max_gb: 1 }));
  expect(actions.map((action) => action.do)).toEqual(['delete-record']);
});

test('without a limit nothing is measured', () => {
  expect(planned([archived('a', 1, { workMb: undefined })], { work_max_gb: 0 })).toEqual([]);
});
