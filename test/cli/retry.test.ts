// retry: new jobs of old ones by hand.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorShape, retryShape } from '../../src/cli/shapes.ts';
import { writeLost } from '../../src/store/lost.ts';
import { readRequests, writeRequest } from '../../src/store/requests.ts';
import { readSeal, sealBreach } from '../../src/store/seal.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, submitted } from './world.ts';

const jsonIn = (world: World, dir: string) =>
  JSON.parse(String(world.disk.files.read(path.join(dir, 'job.json')))) as Record<string, unknown>;
const orders = (world: World) =>
  (world.disk.files.list(world.layout.tree('outbox')) ?? []).flatMap(({ name }) =>
    name.startsWith('job-') ? [name] : [],
  );

async function ended(world: World, name: string, ...options: string[]): Promise<string> {
  const id = await submitted(world, name, ...options);
  await report(world, id, RUNNING);
  await end(world, id, 'failed');
  return id;
}

async function lost(world: World, name: string): Promise<string> {
  const id = await submitted(world, name);
  await report(world, id, RUNNING);
  await writeLost(world.disk, world.layout, id, { at: '2026-02-10T16:00:00Z', reason: 'silent' });
  return id;
}

describe('retry', () => {
  test.each(['in inbox/', 'archived'])('makes a new order of a job that has ended (%s)', async (where) => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe', '--arg', '--start', '--project', 'm1', '--idempotency-key', 'k');
    if (where === 'archived') await archive(world, id);
    const { code, json } = await world.json('retry', 'wfe');
    expect(code).toBe(0);
    const retried_as = `${id}-r1`;
    const order = world.layout.order(retried_as);
    expect(retryShape.parse(json)).toEqual({
      retries: [{ job_id: id, retried_as, order, args: ['--start'], existing: false }],
    });
    expect(jsonIn(world, order)).toMatchObject({
      retry_of: id,
      created_by: 'ada',
      project: 'm1',
      args: ['--start'],
    });
    const seal = readSeal(world.disk.files, order);
    expect(seal.seal === 'valid' && (await sealBreach(world.disk, order, seal.entries))).toBeUndefined();
    expect((await world.json('status', id)).json).toMatchObject({ state: 'failed', retried_as });
    expect((await world.json('status', retried_as)).json).toMatchObject({ state: 'submitted', retry_of: id });
    expect(world.disk.files.facts(world.layout.requests(id))).toBeUndefined();
  });

  test('prints the new ids, each on its own line', async () => {
    const world = await queueWorld();
    const ids = [await ended(world, 'a'), await ended(world, 'b')];
    expect(await world.run('retry', ...ids)).toMatchObject({
      code: 0,
      stdout: `${ids[0]}-r1\n${ids[1]}-r1\n`,
      stderr: '',
    });
  });

  test('replaces the arguments and the runner where it is told to, and keeps them else', async () => {
    const world = await queueWorld();
    const [a, b] = [await ended(world, 'a', '--arg', 'old'), await ended(world, 'b', '--arg', 'old')];
    await world.run('retry', a, '--arg', '--resume', '--arg', '7', '--run-on', 'other');
    expect(jsonIn(world, world.layout.order(`${a}-r1`))).toMatchObject({
      args: ['--resume', '7'],
      run_on: 'other',
    });
    await world.run('retry', b, '--keep-args');
    expect(jsonIn(world, world.layout.order(`${b}-r1`))).toMatchObject({ args: ['old'], run_on: 'auto' });
    expect((await world.run('retry', a, '--arg', 'x', '--keep-args')).code).toBe(2);
  });

  test('given twice is answered with the first while that is open, and makes another once it has ended', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await world.run('retry', id);
    const again = await world.run('retry', id);
    expect(again).toMatchObject({ code: 0, stdout: `${id}-r1\n` });
    expect(again.stderr).toContain('already: nothing was made');
    expect(retryShape.parse((await world.json('retry', id)).json).retries).toMatchObject([
      { existing: true },
    ]);
    const { code, json } = await world.json('retry', id, '--arg', 'other');
    expect(code).toBe(10);
    expect(errorShape.parse(json).error.message).toBe(
      `nothing was tried again: ${id} is tried again as ${id}-r1 already (submitted), with other options`,
    );
    await report(world, `${id}-r1`, RUNNING);
    await end(world, `${id}-r1`, 'failed');
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r2\n`);
    expect((await world.json('status', id)).json).toMatchObject({ retried_as: `${id}-r2` });
  });

  test('of a retry counts on', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await world.run('retry', id);
    await report(world, `${id}-r1`, RUNNING);
    await end(world, `${id}-r1`, 'failed');
    expect((await world.run('retry', `${id}-r1`)).stdout).toBe(`${id}-r2\n`);
    expect(jsonIn(world, world.layout.order(`${id}-r2`))).toMatchObject({ retry_of: `${id}-r1` });
  });

  test('of a lost job cancels it first, should it come back', async () => {
    const world = await queueWorld();
    const id = await lost(world, 'wfe');
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r1\n`);
    expect(readRequests(world.disk.files, world.layout, id).cancel).toMatchObject({
      superseded_by: `${id}-r1`,
      requested_by: 'ada@desk',
    });
  });

  test('of a lost job that was cut off after the cancel goes on with the id that was told', async () => {
    const world = await queueWorld();
    const id = await lost(world, 'wfe');
    await writeRequest(world.disk, world.layout, id, 'cancel', { superseded_by: `${id}-r4` });
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r4\n`);
  });

  test('of an ended job that still has requests tells it as well', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await writeRequest(world.disk, world.layout, id, 'release', {});
    await world.run('retry', id);
    expect(readRequests(world.disk.files, world.layout, id).cancel).toMatchObject({
      superseded_by: `${id}-r1`,
    });
  });

  test('takes the place of the one that is to come', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    const cancel = { superseded_by: `${id}-r3`, retry_at: '2026-02-11T00:00:00Z' };
    await writeRequest(world.disk, world.layout, id, 'cancel', cancel);
    expect((await world.json('status', id)).json).toMatchObject({
      retried_as: `${id}-r3`,
      retry_at: cancel.retry_at,
    });
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r3\n`);
  });

  test.each([
    { state: 'submitted', fields: undefined },
    { state: 'queued', fields: { status: 'submitted', state: 'queued', waiting_for: 'slot' } },
    { state: 'running', fields: RUNNING },
  ])('of a job that is $state is refused, and then no other is made either', async ({ state, fields }) => {
    const world = await queueWorld();
    const open = await submitted(world, 'open');
    if (fields) await report(world, open, fields);
    const done = await ended(world, 'done');
    const { code, json } = await world.json('retry', done, open);
    expect(code).toBe(10);
    const { error } = errorShape.parse(json);
    expect(error.message).toBe(`nothing was tried again: ${open} has not ended (${state})`);
    expect(error.remedy).toContain('jobq cancel');
    expect(orders(world)).toEqual([open, done]);
  });

  test.each([
    { keep: ['--keep', 'results'], left: 'its record and results' },
    { keep: [], left: 'its record' },
  ])('of a job whose inputs were pruned ($keep) says so, when, and what is left', async ({ keep, left }) => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await archive(world, id);
    await world.disk.files.removeTree(world.layout.requests(id));
    world.disk.clock.advance(10 * 86_400_000);
    const pruned = await world.json('prune', '--older-than', '9d', ...keep);
    expect(pruned.json).toMatchObject({ jobs: [{ job_id: id }] });
    const { code, json } = await world.json('retry', id);
    expect(code).toBe(10);
    const { error } = errorShape.parse(json);
    expect(error.message).toBe(
      `nothing was tried again: the inputs of ${id} (2 files) were pruned on 2026-02-20 by ada@desk; ` +
        `left are its job.json, the digests in SHA256SUMS, and ${left}`,
    );
    expect(error.remedy).toContain('submit the study again');
    expect(orders(world)).toEqual([]);
  });

  test('of a job whose results were pruned is made all the same', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await archive(world, id);
    await world.disk.files.removeTree(world.layout.requests(id));
    world.disk.clock.advance(10 * 86_400_000);
    await world.run('prune', '--older-than', '9d', '--keep', 'inputs');
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r1\n`);
  });

  test('starts without the release that the old one waited for', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe', '--hold');
    await end(world, id, 'cancelled');
    await world.run('retry', id);
    expect(jsonIn(world, world.layout.order(`${id}-r1`))).not.toHaveProperty('hold');
  });

  test('of an order that is not whole any more is refused', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await world.write(path.join(world.layout.order(id), 'run_optimization.py'), 'other');
    const { code, json } = await world.json('retry', id);
    expect(code).toBe(4);
    expect(errorShape.parse(json).error.message).toContain('run_optimization.py');
    expect(orders(world)).toEqual([id]);
  });

  test('of a job whose order is gone is refused', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await world.disk.files.removeTree(world.layout.order(id));
    expect((await world.json('retry', id)).code).toBe(10);
  });

  test('is refused where the disk has no room for it', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    world.disk.files.freeBytes = () => 1_000_000;
    const { code, json } = await world.json('retry', id);
    expect(code).toBe(7);
    expect(errorShape.parse(json).error.message).toContain('1 MB free');
    expect(orders(world)).toEqual([id]);
  });

  test('leaves the key of the old job to the old job', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe', '--idempotency-key', 'k');
    await world.run('retry', id);
    const { json } = await world.json(
      'submit',
      '/home/ada/studies/wing',
      '--name',
      'wfe',
      '--idempotency-key',
      'k',
    );
    expect(json).toMatchObject({ job_id: id, existing: true });
    expect(orders(world)).toEqual([id, `${id}-r1`]);
  });

  test('of a job that is not there ends with 3', async () => {
    expect((await (await queueWorld()).run('retry', 'zzz')).code).toBe(3);
  });

  test('is refused on the side that writes no orders', async () => {
    const world = await queueWorld();
    const id = await ended(world, 'wfe');
    await world.disk.files.removeTree(world.layout.archive);
    expect((await world.run('retry', id)).code).toBe(7);
  });
});

test('submit says how often and after what a job is tried again, and what follows for those after it', async () => {
  const world = await queueWorld();
  const a = await submitted(world, 'a', '--retry', '2', '--retry-on', 'stall', '--retry-on', 'lost');
  expect(jsonIn(world, world.layout.order(a))).toMatchObject({ retry: { max: 2, on: ['stall', 'lost'] } });
  const b = await submitted(world, 'b', '--depends-on', a, '--on-dependency-failure', 'wait');
  expect(jsonIn(world, world.layout.order(b))).toMatchObject({
    depends_on: [a],
    on_dependency_failure: 'wait',
  });
  for (const wrong of [
    ['--retry-on', 'cancelled'],
    ['--on-dependency-failure', 'wait'],
  ])
    expect((await world.run('submit', '/home/ada/studies/wing', ...wrong)).code).toBe(2);
});
