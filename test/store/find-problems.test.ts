import path from 'node:path';
import { describe, expect, test } from 'vitest';
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
  /** What is told besides. */
  more?: string[];
}

function presence(runner_id: string, host: string, ledger_id: string): string {
  const rest = { seq: 1, boot_id: 'b', pid: 1, version: '1', slots: 1, running: [], waiting: [] };
  const clock = '2026-02-10T15:00:00Z';
  return JSON.stringify({ runner_id, host, ledger_id, ...rest, clock, heartbeat_interval_s: 30 });
}

function record(fields: object): string {
  const state = { job_id: JOB, status: 'running', state: 'running', state_at: '2026-02-10T15:00:00Z' };
  return JSON.stringify({ ...state, ...fields });
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
    what: 'a conflict copy of a request',
    sealed: true,
    files: { [`requests/${JOB}/cancel.sync-conflict-20260210-150000-ABCDEFG.json`]: '{}' },
    problem: {
      kind: 'conflict-copy',
      file: `requests/${JOB}/cancel.sync-conflict-20260210-150000-ABCDEFG.json`,
      reason:
        'both sides changed one file, cancel.json, where only the Linux side may write; device ABCDEFG wrote the version that was kept',
      job_id: JOB,
    },
  },
  {
    what: 'a conflict copy among the requests of a job that is nowhere else',
    files: { [`requests/${JOB}/cancel.sync-conflict-20260210-150000-ABCDEFG.json`]: '{}' },
    problem: {
      kind: 'conflict-copy',
      file: `requests/${JOB}/cancel.sync-conflict-20260210-150000-ABCDEFG.json`,
      reason: /^both sides changed one file/,
      job_id: JOB,
    },
  },
  {
    what: 'a conflict copy beside the requests',
    files: { 'requests/.sync-conflict-20260210-150000-ABCDEFG.jobq-queue': '{}' },
    problem: {
      kind: 'conflict-copy',
      file: 'requests/.sync-conflict-20260210-150000-ABCDEFG.jobq-queue',
      reason: /^both sides changed one file, \.jobq-queue,/,
    },
  },
  {
    what: 'a conflict copy of a presence that only the Linux side can have made',
    files: {
      'runners/station.json': presence('station', 'cad', 'l'),
      'runners/station.sync-conflict-20260210-150000-ABCDEFG.json': presence('station', 'cad', 'l'),
    },
    problem: {
      kind: 'conflict-copy',
      file: 'runners/station.sync-conflict-20260210-150000-ABCDEFG.json',
      reason: /where only the runner's side may write/,
    },
  },
  {
    what: 'two machines with one runner id',
    files: {
      'runners/station.json': presence('station', 'cad', 'l'),
      'runners/station.sync-conflict-20260210-150000-ABCDEFG.json': presence('station', 'big', 'm'),
      'runners/station.sync-conflict-20260210-160000-ABCDEFG.json': presence('station', 'cad', 'l'),
      'runners/station.sync-conflict-20260210-170000-ABCDEFG.json': presence('station', 'big', 'm'),
    },
    problem: {
      kind: 'runner-twice',
      file: 'runners/station.json',
      reason: /^two runners have the id station: on big and on cad;/,
    },
    more: ['conflict-copy'],
  },
  {
    what: 'two runners of one id on one machine',
    files: {
      'runners/station.json': presence('station', 'cad', 'l'),
      'runners/station.sync-conflict-20260210-150000-ABCDEFG.json': presence('station', 'cad', 'm'),
    },
    problem: {
      kind: 'runner-twice',
      file: 'runners/station.json',
      reason: /on cad, each with a ledger of its own/,
    },
  },
  {
    what: 'an order that was changed after its runner had taken it',
    sealed: true,
    files: { [`inbox/${JOB}/job.json`]: record({ order_seal_sha256: 'a'.repeat(64) }) },
    problem: {
      kind: 'changed-order',
      file: `outbox/${JOB}`,
      reason: 'changed after its runner had taken it: it has another seal',
      job_id: JOB,
    },
  },
  {
    what: 'a record that is not what was sealed',
    files: {
      [`inbox/${JOB}/job.json`]: record({}),
      [`inbox/${JOB}/SHA256SUMS`]: `${'0'.repeat(64)}  job.json\n`,
    },
    problem: {
      kind: 'broken-record',
      file: `inbox/${JOB}/job.json`,
      reason: /^its digest is not the one in SHA256SUMS/,
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
    const [problem, ...others] = found.toSorted((a) => (a.kind === rest.kind ? -1 : 1));
    expect(others.map(({ kind }) => kind)).toEqual(given.more ?? []);
    expect(problem).toMatchObject(rest);
    const told = problem?.reason ?? '';
    const fits = reason instanceof RegExp ? reason.test(told) : reason === told;
    expect(fits ? '' : told).toBe('');
    expect(problem?.remedy).not.toBe('');
  });

  describe('orders for any runner', () => {
    const [A, B] = ['job-20260210-143022-a', 'job-20260210-143022-b'];
    const asked = (fields: object) => JSON.stringify({ requested_at: '2026-02-10T15:00:00Z', ...fields });

    async function queueWith(runners: string[], jobs: string[]) {
      const place = await queueIn(make());
      for (const id of runners) put(place.disk, place.layout.presence(id), presence(id, id, `ledger-${id}`));
      for (const job_id of jobs)
        await makeOrder(place.disk, place.layout, { job_id, fields: { run_on: 'auto' } });
      const find = () =>
        findProblems(place.disk.files, place.layout, indexJobs(place.disk.files, place.layout));
      return { ...place, find };
    }

    test('wait where several runners are known, and the problem says how to go on', async () => {
      const { find } = await queueWith(['big', 'station'], [A]);
      const [problem, ...others] = find();
      expect(others).toEqual([]);
      expect(problem).toMatchObject({
        kind: 'ambiguous-assignment',
        file: `outbox/${A}`,
        job_id: A,
        reason: expect.stringContaining('(big, station)'),
      });
      for (const how of ['--run-on', 'queue.run_on', `jobq abandon ${A}`, 'runners/<id>.json'])
        expect(problem?.remedy).toContain(how);
    });

    test('are one problem together', async () => {
      const { find } = await queueWith(['big', 'station'], [A, B]);
      expect(find()).toMatchObject([{ kind: 'ambiguous-assignment', file: 'outbox' }]);
      expect(find()[0]).not.toHaveProperty('job_id');
    });

    test.each([
      { what: 'one runner is known', runners: ['station'], files: {} },
      { what: 'none is known', runners: [], files: {} },
      {
        what: 'it is assigned',
        runners: ['big', 'station'],
        files: { [`requests/${A}/assign.json`]: asked({ runner: 'big' }) },
      },
      {
        what: 'it was given up',
        runners: ['big', 'station'],
        files: { [`requests/${A}/cancel.json`]: asked({ abandoned: true }) },
      },
      {
        what: 'a runner has taken it up',
        runners: ['big', 'station'],
        files: {
          [`inbox/${A}/job.json`]: JSON.stringify({
            job_id: A,
            status: 'running',
            state: 'running',
            state_at: '2026-02-10T15:00:00Z',
          }),
        },
      },
    ])('are none where $what', async ({ runners, files }) => {
      const { disk, layout, find } = await queueWith(runners, [A]);
      for (const [file, text] of Object.entries(files)) put(disk, path.join(layout.root, file), text);
      expect(find()).toEqual([]);
    });

    test('cost no second reading of an order', async () => {
      const { disk, layout } = await queueWith(['big', 'station'], [A, B]);
      const read: string[] = [];
      const { files: plain } = disk;
      const noted = (look: (file: string) => Buffer | undefined) => (file: string) => {
        read.push(file);
        return look(file);
      };
      const files = { ...plain, read: noted(plain.read), readSmall: noted(plain.readSmall) };
      findProblems(files, layout, indexJobs(files, layout));
      const ofJobs = read.filter((file) => file.includes('job-'));
      expect(ofJobs).toContain(path.join(layout.order(A), 'job.json'));
      expect(new Set(ofJobs).size).toBe(ofJobs.length);
    });
  });

  test.each(['outbox', 'inbox', 'requests', 'runners'] as const)(
    'tell of %s/ that has gone, and of one of another queue',
    async (tree) => {
      const { disk, layout } = await queueIn(make());
      const find = () => findProblems(disk.files, layout, indexJobs(disk.files, layout));
      const marker = path.join(layout.tree(tree), '.jobq-queue');
      const other = JSON.stringify({ queue_id: 'q-other', schema_version: 1 });
      await disk.files.removeTree(layout.tree(tree));
      expect(find()).toMatchObject([
        { kind: 'unusable-tree', file: tree, remedy: expect.stringContaining('mounted') },
      ]);
      put(disk, marker, other);
      expect(find()).toContainEqual(
        expect.objectContaining({ kind: 'unusable-tree', reason: expect.stringContaining('q-other') }),
      );
    },
  );

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
