// status and list.
import { describe, expect, test, vi } from 'vitest';
import { errorShape, glanceShape, listShape, statusShape } from '../../src/cli/shapes.ts';
import { put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

describe('status of a job', () => {
  test('is its view, wherever the job is', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe', '--project', 'p');
    const waiting = statusShape.parse((await world.json('status', 'wfe')).json);
    expect(waiting).toMatchObject({
      job_id: id,
      state: 'submitted',
      waiting_for: 'assignment',
      results_dir: null,
      problems: [],
    });
    await report(world, id, {
      ...RUNNING,
      progress: { percent: 50, trial: 5, trials: 10, best: 3.2, eta_s: 600 },
    });
    const running = await world.run('status', 'wfe');
    expect(running).toMatchObject({ code: 0, stderr: '' });
    expect(running.stdout).toContain(`${id}  running\n`);
    expect(running.stdout).toContain(
      '[############------------] 50.0 %, trial 5/10, best 3.2, about 10 min left',
    );
    expect(running.stdout).toContain(`jobq logs ${id} --follow`);
    await end(world, id, 'completed');
    const dir = await archive(world, id);
    const archived = statusShape.parse((await world.json('status', 'wfe')).json);
    expect(archived).toMatchObject({
      state: 'completed',
      results_dir: dir,
      results_sealed: true,
      order_dir: `${dir}/order`,
    });
    expect((await world.run('status', 'wfe')).stdout).toContain(`look into ${dir}`);
  });

  test('that failed shows outcome and the end of the log, and still exits with 0', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'failed', { seal: false });
    const { code, stdout } = await world.run('status', id);
    expect(code).toBe(0);
    expect(stdout).toContain('failed: the script ended with exit code 3 (error class script, exit code 3)');
    expect(stdout).toContain('    ValueError: no mesh');
    expect(stdout).toContain('(more to come)');
    expect(stdout).toContain('after 60 min');
  });

  test('that is held says how to release it', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe', '--hold');
    await report(world, id, { status: 'submitted', state: 'queued', waiting_for: 'release' });
    expect((await world.run('status', id)).stdout).toContain(`jobq release ${id}`);
  });

  test('shows what is wrong with its files, and with no others', async () => {
    const world = await queueWorld();
    put(world.disk, `${world.layout.order('job-a')}/job.json`, '{"job_id": "job-a"}');
    put(world.disk, `${world.layout.order('job-b')}/job.json`, 'nonsense');
    const { json } = await world.json('status', 'job-a');
    expect(statusShape.parse(json).problems).toMatchObject([
      { kind: 'broken-order', job_id: 'job-a', reason: expect.stringContaining('script') },
    ]);
    expect((await world.run('status', 'job-a')).stdout).toContain('problem outbox/job-a: job.json, script');
  });

  test('that is not there, or whose name fits several, ends with 3', async () => {
    const world = await queueWorld();
    await submitted(world, 'a');
    await submitted(world, 'b');
    const none = await world.json('status', 'zzz');
    expect(none.code).toBe(3);
    expect(errorShape.parse(none.json).error).toMatchObject({
      code: 'not-found',
      remedy: expect.stringContaining('jobq list'),
    });
    expect((await world.run('status', 'job-')).stderr).toContain('fits 2 jobs');
  });

  test('is coloured on a terminal, unless NO_COLOR is set', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const colour = '\u001b[';
    expect((await world.run('status', id)).stdout).not.toContain(colour);
    world.environment.stdoutIsTerminal = true;
    expect((await world.run('status', id)).stdout).toContain(colour);
    world.environment.variables = { NO_COLOR: '1' };
    expect((await world.run('status', id)).stdout).not.toContain(colour);
  });
});

async function busyQueue(): Promise<World> {
  const world = await queueWorld();
  const old = await submitted(world, 'old', '--project', 'wing');
  await end(world, old, 'failed');
  await archive(world, old);
  await submitted(world, 'waiting', '--project', 'wing');
  await report(world, await submitted(world, 'running', '--project', 'hull'), RUNNING);
  await end(world, await submitted(world, 'ended', '--project', 'hull'), 'completed');
  return world;
}

describe('status of the queue', () => {
  test('shows runners, what runs, what waits, what ended lately, and problems', async () => {
    const world = await busyQueue();
    await seen(world, 'station', ['job-x']);
    put(world.disk, `${world.layout.root}/inbox/stray.txt`, 'x');
    const glance = glanceShape.parse((await world.json('status')).json);
    const names = (views: { job_id: string }[]) => views.map(({ job_id }) => job_id.split('-').at(-1));
    expect(names(glance.running)).toEqual(['running']);
    expect(names(glance.waiting)).toEqual(['waiting']);
    expect(new Set(names(glance.finished))).toEqual(new Set(['ended', 'old']));
    expect(glance.runners).toMatchObject([{ runner_id: 'station', slots: 2 }]);
    expect(glance.problems).toMatchObject([{ kind: 'foreign-file', file: 'inbox/stray.txt' }]);
    const { stdout } = await world.run('status');
    expect(stdout).toContain('1 job runs, 1 waits, 1 problem');
    expect(stdout).toMatch(/station +cad +1\/2 +0 +2026-02-10 14:45:00 UTC/);
    expect(stdout).toContain('problem inbox/stray.txt: is not a job directory');
  });

  const paused = { at: '2026-02-10T14:00:00Z', by: 'ada@desk' };
  test.each([
    { fields: { paused }, room: 'paused' },
    {
      fields: { paused: { ...paused, until: '2026-02-10T19:00:00Z', reason: 'meshing' } },
      room: 'paused until 2026-02-10 19:00:00 UTC (meshing)',
    },
    { fields: { draining: { ...paused, reason: 'update' } }, room: 'draining (update)' },
    {
      fields: { schedule: 'closed until sat 00:00', disk_free_mb: 12_345 },
      room: 'closed until sat 00:00, 12 GB free',
    },
    { fields: { paused, draining: paused, disk_free_mb: 0 }, room: 'paused, draining, 0 bytes free' },
    { fields: {}, room: '' },
  ])('says of a runner: $room', async ({ fields, room }) => {
    const world = await queueWorld();
    await seen(world, 'station');
    const file = world.layout.presence('station');
    const presence = JSON.parse(String(world.disk.files.read(file))) as object;
    await world.write(file, JSON.stringify({ ...presence, ...fields }));
    const line = (await world.run('status')).stdout.split('\n').find((each) => each.startsWith('station'));
    expect(line?.split(' UTC').slice(1).join(' UTC').trim()).toBe(room);
    expect(glanceShape.parse((await world.json('status')).json).runners).toMatchObject([fields]);
  });

  test('without a runner says how to start one', async () => {
    expect((await (await queueWorld()).run('status')).stdout).toContain('jobq runner');
  });

  test('shows only the last five that ended', async () => {
    const world = await queueWorld();
    for (let n = 0; n < 7; n++) await end(world, await submitted(world, `n${n}`), 'completed');
    expect(glanceShape.parse((await world.json('status')).json).finished).toHaveLength(5);
  });
});

describe('list', () => {
  const ids = async (world: World, ...options: string[]) =>
    listShape
      .parse((await world.json('list', ...options)).json)
      .jobs.map(({ job_id }) => job_id.split('-').at(-1));

  test.each([
    { options: [], found: ['ended', 'running', 'waiting', 'old'] },
    { options: ['--open'], found: ['ended', 'running', 'waiting'] },
    { options: ['--state', 'failed'], found: ['old'] },
    { options: ['--state', 'submitted'], found: ['waiting'] },
    { options: ['--project', 'hull'], found: ['ended', 'running'] },
    { options: ['--project', 'wing', '--state', 'submitted'], found: ['waiting'] },
    { options: ['--limit', '2'], found: ['ended', 'running'] },
    { options: ['--project', 'wing', '--limit', '1'], found: ['waiting'] },
    { options: ['--since', '2026-02-10T14:33:00Z'], found: ['ended', 'running'] },
    { options: ['--since', '2026-02-10T14:33'], found: ['ended', 'running'] },
    { options: ['--since', '70s'], found: ['ended', 'running'] },
    { options: ['--since', '2h'], found: ['ended', 'running', 'waiting', 'old'] },
    { options: ['--since', '2026-02-11'], found: [] },
  ])('$options shows $found', async ({ options, found }) => {
    expect(await ids(await busyQueue(), ...options)).toEqual(found);
  });

  test('reads a time without a zone as UTC, as the ids are', async () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(await ids(await busyQueue(), '--since', '2026-02-10T14:33')).toEqual(['ended', 'running']);
    vi.unstubAllEnvs();
  });

  test('tells that there are more', async () => {
    const world = await busyQueue();
    expect((await world.json('list', '--limit', '2')).json).toMatchObject({ truncated: true });
    expect((await world.json('list', '--limit', '4')).json).toMatchObject({ truncated: false });
    expect((await world.run('list', '--limit', '2')).stdout).toContain('there are more');
  });

  test('is a table that fits the terminal', async () => {
    const world = await busyQueue();
    await submitted(world, 'long', '--description', 'word '.repeat(60).trim());
    const wide = (await world.run('list')).stdout;
    expect(wide).toMatch(/^job +state +since \(UTC\) +project +about$/m);
    expect(wide).toMatch(/job-\S+-running +running +2026-02-10 14:33 +hull/);
    world.environment = {
      ...world.environment,
      stdoutIsTerminal: true,
      columns: 90,
      variables: { NO_COLOR: '1' },
    };
    for (const line of (await world.run('list')).stdout.split('\n'))
      expect(line.length).toBeLessThanOrEqual(90);
  });

  test('shows problems', async () => {
    const world = await queueWorld();
    put(world.disk, `${world.layout.order('job-a')}/job.json`, 'nonsense');
    const { json } = await world.json('list');
    expect(listShape.parse(json).problems).toMatchObject([{ kind: 'broken-order', job_id: 'job-a' }]);
    expect((await world.run('list')).stdout).toContain('problem outbox/job-a');
  });

  test('of an empty queue says so', async () => {
    expect((await (await queueWorld()).run('list')).stdout).toBe('no jobs\n');
  });

  test('refuses a time that is none', async () => {
    const { code, json } = await (await queueWorld()).json('list', '--since', 'yesterday');
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.field).toBe('--since');
  });

  test('reads no more archived jobs than it shows', async () => {
    const world = await queueWorld();
    for (let n = 100; n < 400; n++) {
      put(world.disk, `${world.layout.archived(`job-20260101-000${n}-x_20260102-000000`)}/job.json`, '{}');
    }
    const read: string[] = [];
    const { readSmall: before } = world.disk.files;
    world.disk.files.readSmall = (file) => {
      if (file.includes('/archive/')) read.push(file);
      return before(file);
    };
    expect(listShape.parse((await world.json('list', '--limit', '3')).json).jobs).toHaveLength(3);
    expect(new Set(read.map((file) => file.split('/')[5])).size).toBe(3);
  });
});
