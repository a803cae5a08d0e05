// What a runner tries in vain, as `status` and `runner status` show it.
import { expect, test } from 'vitest';
import { glanceShape } from '../../src/cli/shapes.ts';
import { queueWorld, seen, submitted } from './world.ts';

test('what fails again and again on a runner is among the problems, and on the card of its job', async () => {
  const world = await queueWorld();
  world.environment.variables = { JOBQ_RUNNER_ID: 'station' };
  const [id, other] = [await submitted(world, 'wfe'), await submitted(world, 'else')];
  await seen(world, 'station', [id]);
  const file = world.layout.presence('station');
  const presence = JSON.parse(String(world.disk.files.read(file))) as object;
  const at = '2026-02-10T14:30:22Z';
  const failing = [{ job_id: id, action: 'publish', error: 'ENOSPC: the disk is full', since: at }];
  expect((await world.run('status')).stdout).toContain(', 0 problems\n');
  await world.write(file, JSON.stringify({ ...presence, failing }));
  const line = `problem ${id}: publish has failed on station since 2026-02-10 14:30:22 UTC: ENOSPC: the disk is full\n`;
  const glance = (await world.run('status')).stdout;
  expect(glance).toContain(line);
  expect(glance).toContain('1 problem\n');
  expect(glanceShape.parse((await world.json('status')).json).runners).toMatchObject([{ failing }]);
  expect((await world.run('status', id)).stdout).toContain(line);
  expect((await world.run('status', other)).stdout).not.toContain('problem');
  expect((await world.run('runner', 'status')).stdout).toContain(line);
});
