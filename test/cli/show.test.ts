// show, list --archived, and what the folder alone tells when no watcher runs.
import { expect, test } from 'vitest';
import { listShape, showShape } from '../../src/cli/shapes.ts';
import { put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const ATTEMPTS = [
  {
    attempt: 1,
    started_at: '2026-02-10T14:40:00Z',
    finished_at: '2026-02-10T14:50:00Z',
    outcome: { kind: 'interrupted', message: 'the machine was restarted' },
  },
  { attempt: 2, started_at: '2026-02-10T14:55:00Z' },
];

test('shows an open job: attempts, order, requests and what is here of the results', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe', '--project', 'wing', '--arg', 'fast');
  await report(world, id, { ...RUNNING, attempt: 2, attempts: ATTEMPTS }, 'hello\n');
  await world.run('cancel', id, '--reason', 'wrong mesh');
  put(world.disk, `${world.layout.record(id)}/3_results/big.dat`, 'b'.repeat(5000));
  const shown = showShape.parse((await world.json('show', 'wfe')).json);
  expect(shown).toMatchObject({
    job: { job_id: id, state: 'running' },
    attempts: ATTEMPTS,
    order: { project: 'wing', args: ['fast'], job_id: id },
    record: { state: 'running', runner: { id: 'station' } },
    requests: { cancel: { reason: 'wrong mesh' } },
    inputs: { dir: world.layout.order(id), files: 2, truncated: false },
    results: {
      dir: world.layout.record(id),
      files: 2,
      bytes: 5006,
      entries: [
        { path: '3_results/big.dat', bytes: 5000 },
        { path: 'stdout.log', bytes: 6 },
      ],
    },
    post: null,
    post_files: null,
    log: `${world.layout.record(id)}/stdout.log`,
    archived: [],
    pruned: null,
  });
  const { stdout } = await world.run('show', 'wfe');
  expect(stdout).toMatch(/1 +2026-02-10 14:40:00 UTC +2026-02-10 14:50:00 UTC +interrupted: the machine was/);
  expect(stdout).toMatch(/2 +2026-02-10 14:55:00 UTC +not ended/);
  expect(stdout).toContain(`2 files, 5.0 kB, in ${world.layout.record(id)}`);
  expect(stdout).toMatch(/5\.0 kB +3_results\/big\.dat/);
  expect(stdout).toMatch(/args +\["fast"\]/);
  expect(stdout).toContain('wrong mesh');
});

test('shows an archived job: post-processing and every place, and no more files than asked for', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await end(world, id, 'failed');
  const dir = await archive(world, id);
  const early = `${world.layout.archived(id)}_20260101-000000`;
  put(world.disk, `${early}/abandoned.json`, '{}');
  put(world.disk, `${dir}/post/result.json`, '{"status": "failed", "exit_code": 4}');
  put(world.disk, `${dir}/post/output.log`, 'boom');
  const shown = showShape.parse((await world.json('show', id, '--files', '1')).json);
  expect(shown).toMatchObject({
    job: { archived_as: dir.split('/').at(-1), order_dir: `${dir}/order` },
    results: { files: 1, entries: [{ path: 'stdout.log' }], truncated: false },
    inputs: { files: 2, entries: [{ path: 'run_optimization.py' }], truncated: true },
    post: { status: 'failed', exit_code: 4 },
    post_files: { dir: `${dir}/post`, files: 2, entries: [{ path: 'result.json' }], truncated: true },
    archived: [early, dir],
  });
  const { stdout } = await world.run('show', id, '--files', '1');
  expect(stdout).toContain('ValueError: no mesh');
  expect(stdout).toContain('and 1 smaller ones: --files shows them');
  expect(stdout).toContain(`also ${early}`);
});

test('post-processing that failed is told by status, and in a table by show', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await end(world, id, 'completed');
  const dir = await archive(world, id);
  const ended = { command: ['x'], signal: null, timed_out: false, files: [], tries: 2 };
  const processors = [
    { ...ended, name: 'report', status: 'completed', exit_code: 0 },
    { ...ended, name: 'plot', status: 'failed', exit_code: null, problem: 'spawn plot ENOENT' },
  ];
  put(world.disk, `${dir}/post/result.json`, JSON.stringify({ status: 'failed', processors }));
  expect((await world.json('status', id)).json).toMatchObject({ state: 'completed', post: 'failed' });
  expect((await world.run('status', id)).stdout).toMatch(
    new RegExp(`post +failed: .jobq show ${id}. says how`),
  );
  const { stdout } = await world.run('show', id);
  expect(stdout).toMatch(/plot +failed +spawn plot ENOENT +2/);
  expect(stdout).toMatch(/report +completed +exit code 0 +2/);
  expect(stdout).not.toContain('"command"');
});

test('a job that is not there ends with 3', async () => {
  expect((await (await queueWorld()).json('show', 'nobody')).code).toBe(3);
});

/** Jobs archived in another order than they were submitted in. */
async function archiveOf(...days: number[]): Promise<World> {
  const world = await queueWorld();
  for (const [at, day] of days.entries()) {
    const dir = world.layout.archived(`job-2026010${at + 1}-000000-j${at}_202602${10 + day}-000000`);
    const record = { job_id: `job-2026010${at + 1}-000000-j${at}`, status: 'completed', state: 'completed' };
    const project = at === 0 ? 'hull' : 'wing';
    put(
      world.disk,
      `${dir}/job.json`,
      JSON.stringify({ ...record, project, state_at: '2026-02-01T00:00:00Z' }),
    );
    put(world.disk, `${dir}/SHA256SUMS`, '');
  }
  return world;
}

const names = async (world: World, ...options: string[]) =>
  listShape
    .parse((await world.json('list', '--archived', ...options)).json)
    .jobs.map(({ job_id }) => job_id.split('-').at(-1));

test.each([
  { options: [], found: ['j1', 'j0', 'j2'] },
  { options: ['--limit', '2'], found: ['j1', 'j0'] },
  { options: ['--since', '2026-02-13T00:00:00Z'], found: ['j1', 'j0'] },
  { options: ['--since', '2026-02-14'], found: ['j1'] },
  { options: ['--project', 'wing'], found: ['j1', 'j2'] },
  { options: ['--project', 'wing', '--limit', '1'], found: ['j1'] },
  { options: ['--state', 'failed'], found: [] },
])('list --archived $options: $found, by when they were archived', async ({ options, found }) => {
  const world = await archiveOf(3, 4, 2);
  const open = await submitted(world, 'open');
  put(world.disk, `${world.layout.order('job-b')}/job.json`, 'nonsense');
  expect(await names(world, ...options)).toEqual(found);
  expect(open).not.toBe('');
});

test('list --archived tells that there are more, and reads no job that it does not show', async () => {
  const world = await archiveOf(1, 2, 3, 4);
  const { readSmall: before } = world.disk.files;
  const read = new Set<string>();
  world.disk.files.readSmall = (file) => {
    if (file.includes('/archive/')) read.add(file.split('/')[5] ?? '');
    return before(file);
  };
  expect((await world.json('list', '--archived', '--limit', '2')).json).toMatchObject({ truncated: true });
  expect(read.size).toBe(2);
  expect((await world.json('list', '--archived', '--limit', '4')).json).toMatchObject({ truncated: false });
  expect((await world.json('list', '--archived', '--open')).code).toBe(2);
});

test('without a watcher, status, list, wait, show and logs work from the folder', async () => {
  const world = await queueWorld();
  world.held = () => false;
  const id = await submitted(world, 'wfe');
  await seen(world, 'station', [id]);
  await report(world, id, RUNNING, 'hello\n');
  const before = world.disk.volume.toJSON();
  const glance = await world.run('status');
  expect(glance).toMatchObject({ code: 0, stdout: expect.stringContaining('The watcher does not run') });
  expect(glance.stdout).toContain(id);
  expect((await world.run('list')).stdout).toContain(id);
  expect((await world.run('show', id)).stdout).toContain('the watcher does not run on this machine');
  expect((await world.run('wait', id, '--until', 'running')).code).toBe(0);
  expect((await world.run('logs', id)).stdout).toBe('hello\n');
  expect(world.disk.volume.toJSON()).toEqual(before);
  world.held = () => true;
  expect((await world.run('status')).stdout).not.toContain('The watcher does not run');
});
