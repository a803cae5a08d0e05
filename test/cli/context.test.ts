// Which queue a command works on.
import { describe, expect, test } from 'vitest';
import { errorShape } from '../../src/cli/shapes.ts';
import { bareWorld, QUEUE, queueWorld } from './world.ts';

const queueOf = (ran: { json: unknown }) => (ran.json as { queue: string }).queue;

describe('the queue', () => {
  test('is the one that --queue names, before or behind the verb, relative to where one stands', async () => {
    const world = await queueWorld();
    world.environment.cwd = '/home/ada';
    expect(queueOf(await world.json('--queue', 'queue', 'status'))).toBe(QUEUE);
    expect(queueOf(await world.json('status', '--queue', QUEUE))).toBe(QUEUE);
  });

  test('behind the verb wins over before it', async () => {
    const world = await queueWorld();
    expect(queueOf(await world.json('--queue', '/nowhere', 'status', '--queue', QUEUE))).toBe(QUEUE);
  });

  test('is the one of JOBQ_QUEUE, unless --queue names another', async () => {
    const world = await queueWorld();
    world.environment.cwd = '/';
    world.environment.variables = { JOBQ_QUEUE: QUEUE };
    expect(queueOf(await world.json('status'))).toBe(QUEUE);
    expect((await world.json('status', '--queue', '/nowhere')).code).toBe(7);
  });

  test('is the nearest one upwards from where one stands', async () => {
    const world = await queueWorld();
    world.environment.cwd = `${QUEUE}/outbox/deeper`;
    expect(queueOf(await world.json('status'))).toBe(QUEUE);
  });

  test('is found by the marker alone, and then told by it', async () => {
    const world = await queueWorld();
    await world.disk.files.removeFile(world.layout.settings);
    const { json } = await world.json('status');
    expect(json).toMatchObject({ queue: QUEUE, queue_id: expect.stringMatching(/^q-/) });
  });

  test.each([
    { how: 'nothing names it', argv: ['status'], variables: {}, message: '/home/ada is not in a queue' },
    {
      how: '--queue',
      argv: ['status', '--queue', '/tmp/x'],
      variables: {},
      message: '--queue names /tmp/x, which is no queue',
    },
    {
      how: 'JOBQ_QUEUE',
      argv: ['status'],
      variables: { JOBQ_QUEUE: '/tmp/y' },
      message: 'JOBQ_QUEUE names /tmp/y',
    },
  ])('that cannot be found ($how) is an error with exit code 7', async ({ argv, variables, message }) => {
    const world = bareWorld();
    world.environment.cwd = '/home/ada';
    world.environment.variables = variables;
    const { code, json } = await world.json(...argv);
    expect(code).toBe(7);
    expect(errorShape.parse(json).error).toMatchObject({
      code: 'queue-unusable',
      remedy: expect.stringContaining('jobq init'),
    });
    expect(errorShape.parse(json).error.message).toContain(message);
  });

  test('with a wrong setting is an error that names line and key', async () => {
    const world = await queueWorld();
    await world.write(world.layout.settings, '[runner]\nslot = 2\n');
    const { code, stderr } = await world.run('list');
    expect(code).toBe(2);
    expect(stderr).toContain('jobq.toml:2');
    expect(stderr).toContain('slots');
  });

  test('whose outbox is another queue is not written to', async () => {
    const world = await queueWorld();
    await world.write(`${QUEUE}/outbox/.jobq-queue`, '{"queue_id":"q-other","schema_version":1}');
    const { code, stderr } = await world.run('submit', '/home/ada/studies/wing');
    expect(code).toBe(7);
    expect(stderr).toContain('q-other');
    expect(world.disk.files.list(`${QUEUE}/outbox`)?.filter(({ kind }) => kind === 'directory')).toEqual([]);
  });
});

test('an argument that only looks like --json does not turn errors into JSON', async () => {
  const world = await queueWorld();
  const { stdout, stderr } = await world.run('submit', '/nowhere', '--arg', '--json');
  expect(stdout).toBe('');
  expect(stderr).toContain('jobq: /nowhere was not submitted');
});
