// abandon: closing jobs of which nothing will be heard any more.
import { describe, expect, test } from 'vitest';
import { abandonShape, errorShape } from '../../src/cli/shapes.ts';
import { abandonmentOf, archiveAsItIs } from '../../src/store/abandoned.ts';
import { writeLost } from '../../src/store/lost.ts';
import { readRequests } from '../../src/store/requests.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const AT = '2026-02-10T14:31:22.000Z';
const given = (world: World, id: string) => {
  const { files } = world.disk;
  return abandonmentOf(files, world.layout, id, readRequests(files, world.layout, id));
};

describe('abandon', () => {
  test('leaves a cancel that says who, when and why', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const { code, json } = await world.json('abandon', 'wfe', '--reason', 'scrapped');
    expect(code).toBe(0);
    expect(abandonShape.parse(json)).toEqual({
      abandoned: [
        { job_id: id, written: true, abandoned_at: AT, abandoned_by: 'ada@desk', reason: 'scrapped' },
      ],
    });
    expect(readRequests(world.disk.files, world.layout, id).cancel).toMatchObject({
      abandoned: true,
      reason: 'scrapped',
      requested_by: 'ada@desk',
    });
  });

  test('given twice is no error and changes nothing', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    expect((await world.run('abandon', id)).stdout).toBe(
      `${id}: given up; the watcher archives what there is\n`,
    );
    world.disk.clock.advance(1000);
    expect(await world.run('abandon', id, '--reason', 'second')).toMatchObject({
      code: 0,
      stdout: `${id}: already given up at ${AT} by ada@desk\n`,
    });
    const { json } = await world.json('abandon', id);
    expect(abandonShape.parse(json).abandoned).toMatchObject([{ written: false, reason: null }]);
  });

  test('of a job that is to be cancelled already is noted beside that', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await world.run('cancel', id, '--reason', 'first');
    expect((await world.run('abandon', id, '--reason', 'second')).code).toBe(0);
    expect(readRequests(world.disk.files, world.layout, id).cancel).not.toHaveProperty('abandoned');
    expect(given(world, id)).toMatchObject({ reason: 'second' });
  });

  test('is refused while a runner says that it has the job, and then no other is given up either', async () => {
    const world = await queueWorld();
    const [held, other] = [await submitted(world, 'held'), await submitted(world, 'other')];
    await report(world, held, RUNNING);
    await seen(world, 'station', [held]);
    const { code, json } = await world.json('abandon', other, held);
    expect(code).toBe(10);
    expect(errorShape.parse(json).error.message).toBe(
      `nothing was given up: runner station says that it has ${held}`,
    );
    expect([given(world, held), given(world, other)]).toEqual([undefined, undefined]);
    expect((await world.run('abandon', other, held, '--force')).code).toBe(0);
    expect(given(world, held)).toBeDefined();
  });

  test('goes by the verdict of the watcher, not by what a dead runner said last', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await report(world, id, RUNNING);
    await seen(world, 'station', [id]);
    await writeLost(world.disk, world.layout, id, { at: AT, reason: 'silent' });
    expect((await world.run('status', id)).stdout).toContain(`jobq abandon ${id}`);
    expect((await world.run('abandon', id)).code).toBe(0);
  });

  test.each(['here', 'archived'])('of a job that has ended (%s) is refused', async (where) => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed');
    if (where === 'archived') await archive(world, id);
    const { code, json } = await world.json('abandon', id, '--force');
    expect(code).toBe(10);
    expect(errorShape.parse(json).error.message).toBe(`nothing was given up: ${id} has ended (completed)`);
    expect(given(world, id)).toBeUndefined();
  });

  test('of a job that has ended, and whose results never come, is possible', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed', { seal: false });
    expect((await world.run('abandon', id)).code).toBe(0);
  });

  test('of a job is shown once the watcher has archived it', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await report(world, id, RUNNING);
    await archiveAsItIs(world.disk, world.layout, id, {
      abandonment: { abandoned_at: AT, abandoned_by: 'ada@desk', reason: 'scrapped' },
      retry: { retried_as: `${id}-r1`, not_before: '2026-02-11T00:00:00Z' },
    });
    const { stdout } = await world.run('status', id);
    expect(stdout).toContain(`${id}  failed`);
    expect(stdout).toMatch(/outcome +abandoned: given up by ada@desk: scrapped/);
    expect(stdout).toMatch(/results .*as it was when the job was given up/);
    expect(stdout).toMatch(new RegExp(`retried +as ${id}-r1, 2026-02-11 00:00:00 UTC`));
    expect(stdout).toMatch(new RegExp(`next +jobq retry ${id}`));
    expect((await world.run('wait', id)).code).toBe(5);
  });

  test('of a job that is not there ends with 3', async () => {
    expect((await (await queueWorld()).run('abandon', 'zzz')).code).toBe(3);
  });

  test('is refused on the side that writes no requests', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await world.disk.files.removeTree(world.layout.archive);
    expect((await world.run('abandon', id)).code).toBe(7);
  });
});
