// jobq events: what has happened, and what happens.
import { describe, expect, test } from 'vitest';
import { errorShape, eventsShape } from '../../src/cli/shapes.ts';
import { happened } from './happened.ts';
import type { World } from './world.ts';
import { queueWorld, submitted } from './world.ts';

const JOB = 'job-20260210-143122-wing';

async function busyWorld(): Promise<World> {
  const world = await queueWorld();
  expect(await submitted(world, 'wing')).toBe(JOB);
  await happened(world, [{ type: 'watcher-started' }, { type: 'submitted', job_id: JOB, project: 'wing' }]);
  world.disk.clock.advance(3_600_000);
  await happened(world, [
    { type: 'queued', job_id: JOB, waiting_for: 'slot' },
    { type: 'started', job_id: JOB, attempt: 1 },
  ]);
  await happened(world, [
    {
      type: 'finished',
      job_id: 'job-other',
      state: 'failed',
      attempt: 1,
      outcome: { kind: 'stalled' },
      seal_sha256: 'x',
    },
  ]);
  return world;
}

async function seqs(world: World, ...options: string[]): Promise<unknown> {
  const { json, code } = await world.json('events', ...options);
  expect(code).toBe(0);
  const { events, truncated } = eventsShape.parse(json);
  return [...events.map(({ seq }) => seq), ...(truncated ? ['truncated'] : [])];
}

describe('events', () => {
  test('are shown with the oldest first', async () => {
    const world = await busyWorld();
    const { json } = await world.json('events');
    expect(eventsShape.parse(json)).toMatchObject({ truncated: false, last_seq: 5, watcher_runs: true });
    expect(await seqs(world)).toEqual([1, 2, 3, 4, 5]);
    const { stdout, stderr } = await world.run('events');
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '    1  2026-02-10 14:31:22 UTC  watcher-started',
      `    2  2026-02-10 14:31:22 UTC  submitted         ${JOB}  project wing`,
    ]);
    expect(stdout).toContain('job-other  state failed, attempt 1, outcome stalled\n');
  });

  test.each([
    { options: ['--limit', '2'], shown: [4, 5, 'truncated'] },
    { options: ['--limit', '5'], shown: [1, 2, 3, 4, 5] },
    { options: ['--limit', '0'], shown: ['truncated'] },
    { options: ['--job', 'wing'], shown: [2, 3, 4] },
    { options: ['--job', 'job-other'], shown: [5] },
    { options: ['--type', 'started', '--type', 'submitted'], shown: [2, 4] },
    { options: ['--job', 'wing', '--type', 'finished'], shown: [] },
    { options: ['--since', '4'], shown: [4, 5] },
    { options: ['--since', '30m'], shown: [3, 4, 5] },
    { options: ['--since', '2026-02-10T14:31:23Z'], shown: [3, 4, 5] },
    { options: ['--since', '3', '--limit', '2'], shown: [4, 5, 'truncated'] },
  ])('$options', async ({ options, shown }) => {
    expect(await seqs(await busyWorld(), ...options)).toEqual(shown);
  });

  test('are found in files that were put aside', async () => {
    const world = await queueWorld();
    for (let n = 0; n < 5; n++)
      await happened(world, [{ type: 'waiting', job_id: JOB, waiting_for: String(n) }], 1);
    expect(await seqs(world)).toEqual([2, 3, 4, 5]);
    expect(await seqs(world, '--limit', '1')).toEqual([5, 'truncated']);
    expect(await seqs(world, '--since', '3')).toEqual([3, 4, 5]);
    const opened = new Set<string | undefined>();
    const { readFrom } = world.disk.files;
    world.disk.files.readFrom = (file, offset, length) => {
      if (file.endsWith('.jsonl')) opened.add(file.split('/').at(-1));
      return readFrom(file, offset, length);
    };
    await world.run('events', '--since', '4', '--limit', '1');
    expect([...opened]).toEqual(['events.jsonl', 'events-000000000004.jsonl']);
  });

  test('there are none', async () => {
    const world = await queueWorld();
    expect(await world.run('events')).toMatchObject({ code: 0, stdout: 'no events\n' });
  });

  test('say so when no watcher runs', async () => {
    const world = await busyWorld();
    world.held = () => false;
    expect((await world.run('events')).stderr).toBe(
      'jobq: the watcher does not run on this machine: no events come\n',
    );
    const { json, stderr } = await world.json('events');
    expect(eventsShape.parse(json).watcher_runs).toBe(false);
    expect(stderr).toBe('');
  });

  test('of a job that is nowhere, or of a type that is none, are refused', async () => {
    const world = await busyWorld();
    expect(await world.run('events', '--job', 'nothing')).toMatchObject({ code: 3 });
    const { code, json } = await world.json('events', '--type', 'ended');
    expect([code, errorShape.parse(json).error.remedy]).toEqual([
      2,
      expect.stringContaining('finished, late'),
    ]);
  });

  test('with text that could move a terminal are one harmless line', async () => {
    const world = await queueWorld();
    await happened(world, [
      { type: 'problem', kind: 'k', file: 'inbox/\u001b[2Jx', reason: 'a\nb', remedy: 'r' },
    ]);
    const { stdout } = await world.run('events');
    expect(stdout).toContain('kind k, file inbox/[2Jx, reason a b, remedy r\n');
  });
});

describe('events --follow', () => {
  /** Follows until the world ends it. */
  async function follow(
    world: World,
    moves: (nth: number) => Promise<unknown> | undefined,
    ...options: string[]
  ) {
    world.onSleep = async (nth) => {
      if ((await moves(nth)) === 'over') world.interrupt.abort();
    };
    return world.run('events', '--follow', ...options);
  }

  test('goes on over files that are put aside, one JSON value a line', async () => {
    const world = await busyWorld();
    const more = (n: number) => happened(world, [{ type: 'waiting', job_id: JOB, waiting_for: `${n}` }], 1);
    const ran = await follow(
      world,
      (nth) => (nth <= 4 ? more(nth) : Promise.resolve('over')),
      '--json',
      '--limit',
      '1',
    );
    const lines = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number });
    expect(lines.map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  test('shows what fits and nothing else', async () => {
    const world = await busyWorld();
    const moves = (nth: number) =>
      nth === 1
        ? happened(world, [
            { type: 'lost', job_id: 'job-other', reason: 'r', lost_at: '2026-02-10T15:00:00Z', attempt: 1 },
            { type: 'archived', job_id: JOB, archived_as: 'a', state: 'completed', attempt: 1 },
          ])
        : Promise.resolve('over');
    const ran = await follow(world, moves, '--job', 'wing', '--limit', '0');
    expect(ran.stdout).toMatch(/^ +7 .* archived .*\n$/);
  });

  test('tells of events that are not kept any more', async () => {
    const world = await busyWorld();
    const moves = async (nth: number) => {
      if (nth > 1) return 'over';
      for (let n = 0; n < 6; n++)
        await happened(world, [{ type: 'waiting', job_id: JOB, waiting_for: 'x' }], 1);
      return undefined;
    };
    const ran = await follow(world, moves, '--limit', '0');
    expect(ran.stderr).toBe('jobq: 2 events are not kept any more\n');
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(4);
  });

  test('reads nothing while nothing is written', async () => {
    const world = await busyWorld();
    const { readFrom } = world.disk.files;
    let reads = 0;
    world.disk.files.readFrom = (...place) => {
      reads += 1;
      return readFrom(...place);
    };
    let first = 0;
    const moves = (nth: number) => {
      if (nth === 1) first = reads;
      return Promise.resolve(nth > 100 ? 'over' : undefined);
    };
    await follow(world, moves, '--limit', '0');
    expect(first).toBeGreaterThan(0);
    expect(reads).toBe(first);
  });

  test('says when the watcher goes and comes', async () => {
    const world = await busyWorld();
    let looks = 0;
    world.held = () => {
      looks += 1;
      return looks !== 2;
    };
    const ran = await follow(world, (nth) => Promise.resolve(nth > 45 ? 'over' : undefined), '--limit', '0');
    expect(ran.stderr).toBe(
      'jobq: the watcher does not run on this machine: no events come\njobq: the watcher runs again\n',
    );
    expect(looks).toBe(3);
  });
});
