// logs, now and following.
import { describe, expect, test } from 'vitest';
import { errorShape, logsShape } from '../../src/cli/shapes.ts';
import { archive, end, queueWorld, RUNNING, report, submitted } from './world.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}\n`).join('');

describe('logs', () => {
  test('prints what there is, from inbox/ or the archive', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed', { log: lines(1, 3) });
    expect(await world.run('logs', 'wfe')).toMatchObject({ code: 0, stdout: lines(1, 3), stderr: '' });
    const dir = await archive(world, id);
    const { json } = await world.json('logs', 'wfe');
    expect(logsShape.parse(json)).toEqual({
      job_id: id,
      state: 'completed',
      finished: true,
      file: `${dir}/stdout.log`,
      text: lines(1, 3),
    });
  });

  test.each([
    { n: 2, log: lines(1, 5), shown: lines(4, 5) },
    { n: 9, log: lines(1, 5), shown: lines(1, 5) },
    { n: 1, log: 'a\nno line feed', shown: 'no line feed' },
    { n: 0, log: lines(1, 5), shown: '' },
    { n: 3, log: lines(1, 30_000), shown: lines(29_998, 30_000) },
    { n: 20_000, log: lines(1, 30_000), shown: lines(10_001, 30_000) },
    { n: 2, log: '', shown: '' },
    { n: 2, log: '\n\n\n', shown: '\n\n' },
  ])('--lines $n shows the end', async ({ n, log, shown }) => {
    const world = await queueWorld();
    await report(world, await submitted(world, 'wfe'), RUNNING, log);
    const { json } = await world.json('logs', 'wfe', '--lines', String(n));
    expect(logsShape.parse(json).text).toBe(shown);
  });

  test('of a job that has none ends with 3 and says what the job waits for', async () => {
    const world = await queueWorld();
    await submitted(world, 'wfe');
    const { code, json } = await world.json('logs', 'wfe');
    expect(code).toBe(3);
    expect(errorShape.parse(json).error.message).toContain('it waits for assignment');
  });
});

test('logs of a job that was cancelled before it ran says that there will be none, and why', async () => {
  const world = await queueWorld();
  const id = await submitted(world, 'wfe');
  const message = 'cancelled before it started: dependency job-a failed';
  const fields = { status: 'failed', state: 'cancelled', attempt: 0, finished_at: '2026-02-10T15:00:00Z' };
  await report(world, id, { ...fields, outcome: { kind: 'cancelled', message } });
  const { code, stderr } = await world.run('logs', id);
  expect(code).toBe(3);
  expect(stderr).toContain(`${id} has no log: it never ran (cancelled): ${message}`);
  expect(stderr).not.toContain('--follow');
  const { stdout } = await world.run('status', id);
  expect(stdout).toContain(`jobq show ${id}`);
  expect(stdout).not.toContain('jobq logs');
});

describe('logs --follow', () => {
  test('waits for the log, prints what is added, follows it into the archive, and ends with the job', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const steps = new Map<number, () => Promise<unknown>>([
      [2, () => report(world, id, RUNNING, lines(1, 2))],
      [4, () => report(world, id, RUNNING, lines(1, 2))],
      [5, () => report(world, id, RUNNING, `${lines(1, 3)}li`)],
      [7, () => end(world, id, 'completed', { log: lines(1, 5) }).then(() => archive(world, id))],
    ]);
    world.onSleep = async (nth) => void (await steps.get(nth)?.());
    const { code, stdout, stderr } = await world.run('logs', id, '--follow');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(lines(1, 5));
  });

  test('goes on while the results are still arriving', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'failed', { seal: false, log: 'a\n' });
    world.onSleep = (nth) => (nth === 3 ? end(world, id, 'failed', { log: 'a\nb\n' }) : undefined);
    expect((await world.run('logs', id, '--follow')).stdout).toBe('a\nb\n');
  });

  test('loses nothing of a log that moves into the archive just when it is to be read', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await end(world, id, 'completed', { log: lines(1, 3) });
    const { readFrom } = world.disk.files;
    let isMoved = false;
    world.disk.files.readFrom = (file, offset, length) => {
      if (file.includes('/inbox/') && !isMoved) void archive(world, id);
      isMoved = true;
      return readFrom(file, offset, length);
    };
    expect((await world.run('logs', id, '--follow')).stdout).toBe(lines(1, 3));
  });

  test('never tears a character', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    const whole = Buffer.from('über\n');
    await report(world, id, RUNNING, '');
    const put = async (bytes: Buffer) => {
      await world.disk.files.removeFile(`${world.layout.record(id)}/stdout.log`);
      const out = world.disk.files.openNew(`${world.layout.record(id)}/stdout.log`);
      out.write(bytes);
      out.close();
    };
    world.onSleep = async (nth) => {
      if (nth === 1) await put(whole.subarray(0, 1));
      if (nth === 3) await end(world, id, 'completed', { log: 'über\n' });
    };
    expect((await world.run('logs', id, '--follow')).stdout).toBe('über\n');
  });

  test('says when the log begins again, as with another attempt', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await report(world, id, RUNNING, lines(1, 5));
    world.onSleep = (nth) => (nth === 1 ? end(world, id, 'completed', { log: 'anew\n' }) : undefined);
    const { stdout, stderr } = await world.run('logs', id, '--follow');
    expect(stdout).toBe(`${lines(1, 5)}anew\n`);
    expect(stderr).toContain('begins again');
  });

  test('ends for a job that ended without a log, and when it is interrupted', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    world.onSleep = () => world.interrupt.abort();
    expect(await world.run('logs', id, '--follow')).toMatchObject({ code: 0, stdout: '' });
    const other = await queueWorld();
    const rejected = await submitted(other, 'wfe');
    await end(other, rejected, 'failed');
    await archive(other, rejected);
    await other.disk.files.removeFile(`${other.layout.archived(`${rejected}_20260210-160000`)}/stdout.log`);
    expect(await other.run('logs', rejected, '--follow')).toMatchObject({ code: 0, stdout: '' });
  });

  test('--lines begins at the end of what is there; as JSON all of it comes as one value', async () => {
    const world = await queueWorld();
    const id = await submitted(world, 'wfe');
    await report(world, id, RUNNING, lines(1, 5));
    world.onSleep = (nth) => (nth === 1 ? end(world, id, 'completed', { log: lines(1, 7) }) : undefined);
    const { json } = await world.json('logs', id, '--follow', '--lines', '1');
    expect(logsShape.parse(json)).toMatchObject({ finished: true, text: lines(5, 7) });
  });
});
