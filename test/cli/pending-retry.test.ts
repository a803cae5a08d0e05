// Retries that are decided and not made yet: they can be seen, waited for and stopped by the id that they will have.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { abandonShape, askShape, glanceShape, listShape, waitShape } from '../../src/cli/shapes.ts';
import { isoNow, jsonText } from '../../src/store/disk.ts';
import { writeJudgement } from '../../src/store/judgement.ts';
import { writeLost } from '../../src/store/lost.ts';
import { readRequests, writeRequest } from '../../src/store/requests.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, submitted } from './world.ts';

const AT = '2026-02-10T23:00:00.000Z';

/** A job that failed, and whose retry is to come: in inbox/, or archived. */
async function failed(world: World, where: string): Promise<string> {
  const id = await submitted(world, 'wfe');
  await end(world, id, 'failed');
  const retry = { superseded_by: `${id}-r1`, retry_at: AT, requested_at: AT };
  if (where === 'in inbox/') await writeRequest(world.disk, world.layout, id, 'cancel', retry);
  else {
    const dir = await archive(world, id);
    put(world.disk, path.join(dir, 'retry.json'), jsonText({ retried_as: `${id}-r1`, not_before: AT }));
    // the watcher, which is to make it, names the job
    const at = isoNow(world.disk);
    const judgement = { at, link: 'up', link_since: at, runners: [], jobs: {}, retried: [id] };
    await writeJudgement(world.disk, world.layout, judgement);
  }
  return id;
}

const note = (world: World, retry: string) => world.disk.files.read(world.layout.stoppedRetry(retry));

describe.each(['in inbox/', 'archived'])('a retry that is to come of a job that failed (%s)', (where) => {
  test('is shown by its id, by a part of it, at a glance and in lists', async () => {
    const world = await queueWorld();
    const id = await failed(world, where);
    const shown = {
      job_id: `${id}-r1`,
      state: 'submitted',
      retry_of: id,
      retry_at: AT,
      waiting_for: `its time, ${AT}: it is a retry that is to come`,
    };
    expect((await world.json('status', `${id}-r1`)).json).toMatchObject(shown);
    expect((await world.json('status', 'wfe-r1')).json).toMatchObject(shown);
    expect(glanceShape.parse((await world.json('status')).json).waiting).toMatchObject([shown]);
    const listed = listShape.parse((await world.json('list')).json).jobs.map(({ job_id }) => job_id);
    expect(listed.toSorted()).toEqual([id, `${id}-r1`]);
    expect((await world.run('status', 'wfe-r2')).code).toBe(3);
  });

  test('can be waited for, also before it is made', async () => {
    const world = await queueWorld();
    const id = await failed(world, where);
    world.onSleep = async (nth) => {
      if (nth === 3) {
        await makeOrder(world.disk, world.layout, { job_id: `${id}-r1`, fields: { retry_of: id } });
        await end(world, `${id}-r1`, 'completed');
      }
    };
    const { code, json } = await world.json('wait', `${id}-r1`);
    expect(code).toBe(0);
    expect(waitShape.parse(json).jobs).toMatchObject([{ job_id: `${id}-r1`, state: 'completed' }]);
  });

  test('is told to whoever waited for the first one', async () => {
    const world = await queueWorld();
    const id = await failed(world, where);
    const { code, stderr } = await world.run('wait', id);
    expect(code).toBe(5);
    expect(stderr).toContain(`${id} is tried again as ${id}-r1 (${AT})`);
  });

  test.each(['itself', 'the first one'])('is stopped by a cancel of %s, for good', async (which) => {
    const world = await queueWorld();
    const id = await failed(world, where);
    const { code, json } = await world.json(
      'cancel',
      which === 'itself' ? `${id}-r1` : id,
      '--reason',
      'enough',
    );
    expect(code).toBe(0);
    expect(askShape.parse(json).requests).toMatchObject([
      { job_id: `${id}-r1`, written: true, reason: 'enough', requested_by: 'ada@desk', retry_of: id },
    ]);
    expect(String(note(world, `${id}-r1`))).toContain('"enough"');
    expect((await world.json('status', id)).json).toMatchObject({ state: 'failed', retried_as: null });
    expect((await world.json('status', `${id}-r1`)).json).toMatchObject({
      state: 'cancelled',
      outcome: { message: 'it is not made: stopped by ada@desk: enough' },
    });
    expect((await world.json('wait', `${id}-r1`)).code).toBe(8);
    expect(glanceShape.parse((await world.json('status')).json).waiting).toEqual([]);
    expect(readRequests(world.disk.files, world.layout, `${id}-r1`)).toEqual({});
    const again = askShape.parse((await world.json('cancel', `${id}-r1`)).json);
    expect(again.requests).toMatchObject([{ written: false, reason: 'enough' }]);
  });

  test('that was stopped comes all the same when a person wants it', async () => {
    const world = await queueWorld();
    const id = await failed(world, where);
    await world.run('cancel', `${id}-r1`);
    expect((await world.run('retry', id)).stdout).toBe(`${id}-r1\n`);
    expect(note(world, `${id}-r1`)).toBeUndefined();
  });

  test('cannot be released or given up', async () => {
    const world = await queueWorld();
    const id = await failed(world, where);
    expect((await world.run('release', `${id}-r1`)).stderr).toContain('is a retry that is to come');
    const { code, stderr } = await world.run('abandon', `${id}-r1`);
    expect(code).toBe(10);
    expect(stderr).toContain('`jobq cancel` stops a retry that is to come');
    expect(readRequests(world.disk.files, world.layout, `${id}-r1`)).toEqual({});
  });
});

test('a lost job that is given up is not tried again by itself', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  await report(world, id, RUNNING);
  await writeLost(world.disk, world.layout, id, { at: '2026-02-10T16:00:00Z', reason: 'silent' });
  const retry = { superseded_by: `${id}-r1`, retry_at: AT, requested_at: AT };
  await writeRequest(world.disk, world.layout, id, 'cancel', retry);
  const { json } = await world.json('abandon', id, '--reason', 'scrapped');
  expect(abandonShape.parse(json).abandoned).toMatchObject([{ job_id: id, written: true }]);
  expect(String(note(world, `${id}-r1`))).toContain('scrapped');
});
