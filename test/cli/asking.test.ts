// cancel and release.
import { describe, expect, test } from 'vitest';
import { askShape, errorShape } from '../../src/cli/shapes.ts';
import { readRequests } from '../../src/store/requests.ts';
import { archive, end, queueWorld, RUNNING, report, submitted } from './world.ts';

describe('cancel', () => {
  test('leaves a request that says who, when, why and how gently', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const { code, json } = await world.json('cancel', 'wfe', '--reason', 'wrong mesh', '--grace', '0');
    expect(code).toBe(0);
    const asked = {
      requested_at: '2026-02-10T14:31:22.000Z',
      requested_by: 'ada@desk',
      reason: 'wrong mesh',
    };
    expect(askShape.parse(json)).toEqual({
      requests: [{ job_id: id, request: 'cancel', written: true, ...asked }],
    });
    expect(readRequests(world.disk.files, world.layout, id).cancel).toEqual({ ...asked, grace_s: 0 });
    expect((await world.json('status', id)).json).toMatchObject({ cancel_requested: true });
  });

  test('asked twice is no error and changes nothing', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    expect((await world.run('cancel', id, '--reason', 'first')).stdout).toBe(`${id}: cancel asked for\n`);
    world.disk.clock.advance(1000);
    const { code, stdout } = await world.run('cancel', id, '--reason', 'second');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${id}: cancel already asked for at 2026-02-10T14:31:22.000Z by ada@desk\n`,
    });
    const { json } = await world.json('cancel', id);
    expect(askShape.parse(json).requests).toMatchObject([{ written: false, reason: 'first' }]);
  });

  test.each(['here', 'archived'])(
    'of a job that has ended (%s) is a conflict, and then no other is asked either',
    async (where) => {
      const world = await queueWorld();
      const ended = await submitted(world, 'ended');
      const open = await submitted(world, 'open');
      await end(world, ended, 'completed');
      if (where === 'archived') await archive(world, ended);
      const { code, json } = await world.json('cancel', open, ended);
      expect(code).toBe(10);
      expect(errorShape.parse(json).error).toMatchObject({
        code: 'conflict',
        message: `nothing was asked: ${ended} has ended (completed)`,
      });
      expect(readRequests(world.disk.files, world.layout, open)).toEqual({});
    },
  );

  test('takes jobs that run, several at once', async () => {
    const world = await queueWorld();
    const ids = [await submitted(world, 'a'), await submitted(world, 'b')];
    await report(world, ids[0] ?? '', RUNNING);
    const { json } = await world.json('cancel', ...ids);
    expect(askShape.parse(json).requests.map(({ job_id }) => job_id)).toEqual(ids);
  });

  test('of a job that is not there ends with 3', async () => {
    expect((await (await queueWorld()).run('cancel', 'zzz')).code).toBe(3);
  });

  test('is refused on the side that does not write requests', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await world.disk.files.removeTree(world.layout.archive);
    expect((await world.run('cancel', id)).code).toBe(7);
    expect(readRequests(world.disk.files, world.layout, id)).toEqual({});
  });
});

describe('release', () => {
  test('leaves a request, once', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe', '--hold');
    expect((await world.run('release', 'wfe')).stdout).toBe(`${id}: release asked for\n`);
    expect(readRequests(world.disk.files, world.layout, id).release).toMatchObject({
      requested_by: 'ada@desk',
    });
    const { code, json } = await world.json('release', 'wfe');
    expect(code).toBe(0);
    expect(askShape.parse(json).requests).toMatchObject([
      { request: 'release', written: false, reason: null },
    ]);
  });

  test('of a held job that depends on an open one lifts the hold, and never lets it start without that', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    const id = await submitted(world, 'next', '--depends-on', first, '--hold');
    const { code, json } = await world.json('release', id);
    expect(code).toBe(0);
    const asked = { job_id: id, request: 'release', written: true, requested_by: 'ada@desk' };
    expect(askShape.parse(json).requests).toMatchObject([{ ...asked, waits_for: [first] }]);
    expect(readRequests(world.disk.files, world.layout, id)).toEqual({});
    expect(world.disk.files.facts(world.layout.unheld(id))).toBeDefined();
  });

  test('of a job that only waits for an open one is a conflict that names it', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    const id = await submitted(world, 'next', '--depends-on', first);
    const { code, json } = await world.json('release', id);
    expect(code).toBe(10);
    expect(errorShape.parse(json).error).toMatchObject({
      message: `nothing was asked: ${id} is not on hold, it waits for ${first}`,
      remedy: expect.stringContaining('--force') as string,
    });
    expect(readRequests(world.disk.files, world.layout, id)).toEqual({});
    expect(world.disk.files.facts(world.layout.unheld(id))).toBeUndefined();
  });

  test('asked twice of a held job that depends on an open one is no error and changes nothing', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    const id = await submitted(world, 'next', '--depends-on', first, '--hold');
    expect((await world.run('release', id)).stdout).toBe(
      `${id}: release asked for; it starts once ${first} has completed\n`,
    );
    expect(askShape.parse((await world.json('release', id)).json).requests).toMatchObject([
      { written: false },
    ]);
  });

  test('with --force overrules what it depends on, and says so', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    const id = await submitted(world, 'next', '--depends-on', first);
    expect((await world.run('release', id, '--force')).code).toBe(0);
    expect(readRequests(world.disk.files, world.layout, id).release).toMatchObject({ forced: true });
  });

  test('of a held job whose dependencies have completed is a release at once', async () => {
    const world = await queueWorld();
    const first = await submitted(world, 'first');
    await end(world, first, 'completed');
    const id = await submitted(world, 'next', '--depends-on', first, '--hold');
    expect((await world.json('release', id)).json).toMatchObject({ requests: [{ waits_for: [] }] });
    expect(readRequests(world.disk.files, world.layout, id).release).toBeDefined();
  });

  test('of a job that is being cancelled, or has ended, is a conflict', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe', '--hold');
    await world.run('cancel', id);
    const { code, stderr } = await world.run('release', id);
    expect(code).toBe(10);
    expect(stderr).toContain('is being cancelled');
    await end(world, id, 'cancelled');
    expect((await world.run('release', id)).stderr).toContain('has ended (cancelled)');
  });
});
