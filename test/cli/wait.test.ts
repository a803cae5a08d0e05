// wait: what counts as finished, and the exit codes.
import { describe, expect, test } from 'vitest';
import { errorShape, waitShape } from '../../src/cli/shapes.ts';
import { writeLost } from '../../src/store/lost.ts';
import type { End, World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, sealRecord, submitted } from './world.ts';

const EXITS = { completed: 0, failed: 5, cancelled: 8 } as const;

async function lose(world: World, jobId: string): Promise<void> {
  await report(world, jobId, RUNNING);
  await writeLost(world.disk, world.layout, jobId, { at: '2026-02-10T15:00:00Z', reason: 'silent' });
}

/** Brings a new job to this end, or leaves it where it is. */
async function brought(world: World, how: End | 'lost' | 'open', name: string = how): Promise<string> {
  const id = await submitted(world, name);
  if (how === 'lost') await lose(world, id);
  else if (how !== 'open') await end(world, id, how);
  return id;
}

describe('wait', () => {
  test.each(['completed', 'failed', 'cancelled'] as const)('exits by how a job ended: %s', async (how) => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    world.onSleep = (nth) => (nth === 4 ? end(world, id, how) : undefined);
    const { code, json } = await world.json('wait', 'wfe');
    expect(code).toBe(EXITS[how]);
    expect(waitShape.parse(json)).toMatchObject({
      until: 'finished',
      stopped: 'reached',
      unfinished: [],
      jobs: [{ job_id: id, state: how }],
    });
  });

  const several: { hows: (End | 'lost' | 'open')[]; exit: number }[] = [
    { hows: ['completed', 'completed'], exit: 0 },
    { hows: ['completed', 'open'], exit: 6 },
    { hows: ['cancelled', 'open'], exit: 8 },
    { hows: ['lost', 'cancelled', 'open'], exit: 9 },
    { hows: ['failed', 'lost', 'cancelled', 'open', 'completed'], exit: 5 },
  ];

  test.each(several)('of $hows exits with $exit', async ({ hows, exit }) => {
    const world = await queueWorld();
    const ids: string[] = [];
    for (const [nth, how] of hows.entries()) ids.push(await brought(world, how, `n${nth}`));
    expect((await world.run('wait', ...ids, '--timeout', '3')).code).toBe(exit);
  });

  test('does not take a status for results: the seal must be there', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed', { seal: false });
    expect((await world.json('wait', id, '--timeout', '60')).json).toMatchObject({
      stopped: 'timed-out',
      unfinished: [id],
    });
    world.onSleep = () => sealRecord(world, id);
    expect((await world.run('wait', id)).code).toBe(0);
  });

  test('does not take the seal for results: every file must be there', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed');
    await world.disk.files.removeFile(`${world.layout.record(id)}/stdout.log`);
    expect((await world.run('wait', id, '--timeout', '60')).code).toBe(6);
    await world.write(`${world.layout.record(id)}/stdout.log`, 'hello\n');
    expect((await world.run('wait', id)).code).toBe(0);
  });

  test('takes an archived job', async () => {
    const world = await queueWorld();
    const id = await brought(world, 'completed');
    await archive(world, id);
    expect((await world.run('wait', id)).code).toBe(0);
  });

  test('is not misled by a job that moves into the archive while it looks', async () => {
    const world = await queueWorld();
    const id = await brought(world, 'completed');
    const { list } = world.disk.files;
    let looks = 0;
    world.disk.files.list = (dir) => {
      const entries = list(dir);
      // once to find the job by its name, once to see where it is
      if (dir === world.layout.archive && ++looks === 2) void archive(world, id);
      return entries;
    };
    world.terminal.stderr = true;
    const { code, stderr } = await world.run('wait', id, '--timeout', '9');
    expect(code).toBe(0);
    expect(stderr).not.toContain('submitted');
  });

  test('keeps to its time', async () => {
    const world = await queueWorld();
    await submitted(world, 'wfe');
    const before = world.disk.clock.monotonic();
    const { code, stdout } = await world.run('wait', 'wfe', '--timeout', '1.2');
    expect(code).toBe(6);
    expect(world.disk.clock.monotonic() - before).toBe(1200);
    expect(stdout).toContain('the time to wait ran out; the jobs go on');
    expect((await world.run('wait', 'wfe', '--timeout', '0')).code).toBe(6);
    expect(world.disk.clock.monotonic() - before).toBe(1200);
  });

  test('ends when it is interrupted', async () => {
    const world = await queueWorld();
    await submitted(world, 'wfe');
    world.onSleep = () => world.interrupt.abort();
    const { code, json } = await world.json('wait', 'wfe');
    expect(code).toBe(6);
    expect(waitShape.parse(json).stopped).toBe('interrupted');
  });

  test('tells each change once, on a terminal only', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const steps = new Map([
      [2, () => report(world, id, RUNNING)],
      [6, () => report(world, id, { ...RUNNING, progress: { percent: 40 } })],
      [9, () => end(world, id, 'completed')],
    ]);
    const play = (from: number) => {
      world.onSleep = (nth) => steps.get(nth - from)?.();
    };
    play(0);
    world.terminal.stderr = true;
    const { stderr } = await world.run('wait', id);
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\d\d:\d\d:\d\d job-\S+ /, '')),
    ).toEqual(['submitted: waits for assignment', 'running', 'running: 40.0 %', 'completed']);
    world.terminal.stderr = false;
    expect((await world.run('wait', id)).stderr).toBe('');
  });

  test('of a job named twice waits for one', async () => {
    const world = await queueWorld();
    const id = await brought(world, 'completed');
    expect(waitShape.parse((await world.json('wait', id, 'completed')).json).jobs).toHaveLength(1);
  });

  test('of a job that is not there ends with 3 at once', async () => {
    const world = await queueWorld();
    await submitted(world, 'wfe');
    const { code, json } = await world.json('wait', 'wfe', 'zzz');
    expect(code).toBe(3);
    expect(errorShape.parse(json).error.message).toContain('"zzz"');
  });
});

describe('wait --until running', () => {
  test('is content with a job that runs', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    world.onSleep = (nth) => (nth === 2 ? report(world, id, RUNNING) : undefined);
    const { code, json } = await world.json('wait', id, '--until', 'running');
    expect(code).toBe(0);
    expect(waitShape.parse(json)).toMatchObject({ until: 'running', jobs: [{ state: 'running' }] });
  });

  test.each([
    ['completed', 0],
    ['failed', 5],
    ['cancelled', 8],
    ['lost', 9],
  ] as const)('is over for a job that has %s, with %i', async (how, exit) => {
    const world = await queueWorld();
    const id = await brought(world, how);
    expect((await world.run('wait', id, '--until', 'running')).code).toBe(exit);
  });

  test('goes on for a job that waits', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await report(world, id, { status: 'submitted', state: 'queued', waiting_for: 'slot' });
    expect((await world.run('wait', id, '--until', 'running', '--timeout', '5')).code).toBe(6);
  });
});
