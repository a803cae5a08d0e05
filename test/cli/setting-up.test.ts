// init and settings.
import { describe, expect, test } from 'vitest';
import { errorShape, initShape, settingsShape } from '../../src/cli/shapes.ts';
import { bareWorld, QUEUE, queueWorld } from './world.ts';

describe('init', () => {
  test('makes a queue of both sides and says what to do next', async () => {
    const world = bareWorld();
    const { code, stdout, stderr } = await world.run('init', 'queue');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${QUEUE}/queue is queue q-`);
    expect(stdout).toContain('jobq submit <study-dir>');
    expect(world.disk.files.facts(`${QUEUE}/queue/inbox/.jobq-queue`)).toBeDefined();
    expect(world.disk.files.read(`${QUEUE}/queue/jobq.toml`)?.toString()).toContain('# ---- runner ----');
  });

  test('done twice changes nothing', async () => {
    const world = bareWorld();
    const first = initShape.parse((await world.json('init', QUEUE)).json);
    const before = world.disk.volume.toJSON();
    const { code, json } = await world.json('init', QUEUE);
    expect(code).toBe(0);
    expect(initShape.parse(json)).toMatchObject({ queue_id: first.queue_id, made: [] });
    expect(world.disk.volume.toJSON()).toEqual(before);
  });

  test('on the Linux side gives the command for the other side, with the id', async () => {
    const { json } = await bareWorld().json('init', QUEUE, '--role', 'linux');
    const { queue_id, next } = initShape.parse(json);
    expect(next[0]).toContain(`--role windows --queue-id ${queue_id}`);
    expect(next[1]).toMatch(/^jobq syncthing setup --role linux --queue \//);
    expect(next[2]).toContain('outbox/ and requests/ as send-only');
  });

  test('on the Windows side wants the id of the queue', async () => {
    const world = bareWorld();
    const refused = await world.json('init', QUEUE, '--role', 'windows');
    expect(refused.code).toBe(2);
    expect(errorShape.parse(refused.json).error.field).toBe('--queue-id');
    const { json } = await world.json('init', QUEUE, '--role', 'windows', '--queue-id', 'q-7');
    expect(initShape.parse(json)).toMatchObject({ queue_id: 'q-7', role: 'windows' });
    expect(world.disk.files.facts(`${QUEUE}/outbox/.jobq-queue`)).toBeUndefined();
  });

  test('refuses an id that cannot name a folder before anything is made', async () => {
    const world = bareWorld();
    const { code, json } = await world.json('init', QUEUE, '--queue-id', 'a/b');
    expect(code).toBe(2);
    expect(errorShape.parse(json).error.message).toContain('--queue-id');
    expect(world.disk.files.facts(QUEUE)).toBeUndefined();
  });

  test('refuses another id than the one the folder has', async () => {
    const world = await queueWorld();
    const { code, json } = await world.json('init', QUEUE, '--queue-id', 'q-other');
    expect(code).toBe(10);
    expect(errorShape.parse(json).error.code).toBe('conflict');
  });
});

describe('settings', () => {
  test('shows every value and where it is from', async () => {
    const world = await queueWorld();
    await world.write(world.layout.settings, '[runner]\nslots = 3\n');
    world.environment.variables = { JOBQ_WATCHER_POLL_INTERVAL_S: '9' };
    const { code, json } = await world.json('settings');
    expect(code).toBe(0);
    const { settings, file } = settingsShape.parse(json);
    expect(file).toBe(world.layout.settings);
    const row = (key: string) => settings.find((each) => each.key === key);
    expect(row('runner.slots')).toMatchObject({
      value: 3,
      source: 'jobq.toml:2',
      variable: 'JOBQ_RUNNER_SLOTS',
    });
    expect(row('watcher.poll_interval_s')).toMatchObject({
      value: 9,
      source: 'JOBQ_WATCHER_POLL_INTERVAL_S',
      unit: 's',
    });
    expect(row('runner.heartbeat_interval_s')).toMatchObject({ value: 30, source: 'default' });
    const human = await world.run('settings');
    expect(human.stdout).toMatch(/runner\.slots +3 +jobs +jobq\.toml:2/);
  });

  test('shows no secret, as text or as JSON', async () => {
    const world = await queueWorld();
    world.environment.variables = { JOBQ_SYNCTHING_API_KEY: 'sEcReT' };
    const [human, { json }] = [await world.run('settings'), await world.json('settings')];
    expect(human.stdout).toMatch(/syncthing\.api_key +\*\*\* +text +JOBQ_SYNCTHING_API_KEY/);
    expect(human.stdout + JSON.stringify(json)).not.toContain('sEcReT');
  });

  test('shows what is unset as null', async () => {
    const { json } = await (await queueWorld()).json('settings');
    expect(settingsShape.parse(json).settings).toContainEqual(
      expect.objectContaining({ key: 'queue.run_on', value: null }),
    );
  });
});
