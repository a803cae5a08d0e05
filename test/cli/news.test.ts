// jobq news: what matters since a consumer acknowledged last.
import { describe, expect, test } from 'vitest';
import { newsShape } from '../../src/cli/shapes.ts';
import { put } from '../helpers/make-order.ts';
import { happened } from './happened.ts';
import type { World } from './world.ts';
import { queueWorld } from './world.ts';

const JOB = 'job-20260210-143022-wfe';
const HOME = `${JOB}_20260210-160000`;
const NO_WATCHER = 'jobq: the watcher does not run on this machine';

const ended = {
  type: 'archived',
  job_id: JOB,
  archived_as: HOME,
  state: 'completed',
  attempt: 1,
  best: 3.2,
  trial: 9,
  trials: 10,
  project: 'wing',
};
const held = { type: 'queued', job_id: 'job-held', waiting_for: 'release' };

/** A queue in which somebody has begun to read the news. */
async function read(): Promise<World> {
  const world = await queueWorld();
  await happened(world, [{ type: 'watcher-started' }, { ...ended, job_id: 'job-long-ago' }]);
  expect(await world.run('news')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return world;
}

const said = async (world: World, ...options: string[]) => (await world.run('news', ...options)).stdout;
const cursorOf = (world: World, consumer = 'default') =>
  JSON.parse(String(world.disk.files.read(world.layout.news(consumer)))) as { seq: number };

describe('news', () => {
  test('begin at the first call, and are nothing when nothing happened', async () => {
    const world = await queueWorld();
    await happened(world, [ended]);
    const first = newsShape.parse((await world.json('news', '--for', 'manager')).json);
    expect(first).toEqual({
      consumer: 'manager',
      first: true,
      watcher_runs: true,
      missed: null,
      seq: 1,
      acknowledged: false,
      items: [],
    });
    expect(await world.run('news', '--for', 'manager')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(newsShape.parse((await world.json('news', '--for', 'manager')).json).first).toBe(false);
  });

  test('are lines to act on, and stay until they are acknowledged', async () => {
    const world = await read();
    await happened(world, [ended, held, { type: 'heartbeat', job_id: JOB, heartbeat_seq: 1 }]);
    const lines = [
      `COMPLETED ${JOB} (project wing, best 3.2, trial 9/10): results in ${world.layout.archived(HOME)}; next: jobq status ${JOB}`,
      'HELD job-held: it waits for release; next: jobq release job-held',
      '',
    ].join('\n');
    expect(await said(world)).toBe(lines);
    expect(await said(world, '--ack')).toBe(lines);
    expect(await said(world)).toBe('');
    await happened(world, [
      { type: 'lost', job_id: JOB, reason: 'no heartbeat', lost_at: '2026-02-10T15:00:00Z', attempt: 1 },
    ]);
    expect(await said(world)).toBe(`LOST ${JOB}: no heartbeat; next: jobq status\n`);
  });

  test.each([
    {
      event: {
        ...ended,
        state: 'failed',
        outcome: { kind: 'failed', exit_code: 3, error_class: 'script' },
        best: undefined,
        trial: undefined,
      },
      says: `FAILED ${JOB} (project wing, exit code 3): results in /home/ada/queue/archive/${HOME}; next: jobq logs ${JOB}`,
    },
    {
      event: { ...ended, state: 'failed', retried_as: 'job-r1', retry_at: '2026-02-10T17:00:00Z' },
      says: `FAILED ${JOB} (project wing, best 3.2, trial 9/10), tried again as job-r1 from 2026-02-10T17:00:00Z on: results in /home/ada/queue/archive/${HOME}; next: jobq status job-r1`,
    },
    {
      event: { ...ended, late: true, post: 'failed', trials: undefined },
      says: `COMPLETED ${JOB} (project wing, best 3.2, trial 9, late: it had been called lost or given up, post-processing failed): results in /home/ada/queue/archive/${HOME}; next: jobq status ${JOB}`,
    },
    {
      event: { ...held, waiting_for: 'release\n\u001b[2Jplease' },
      says: 'HELD job-held: it waits for release [2Jplease; next: jobq release job-held',
    },
    {
      event: { type: 'runner-paused', runner: 'station', reason: 'me\u001b[31mshing\nnow' },
      says: 'RUNNER-PAUSED station: it is paused (me[31mshing now): nothing starts there; next: jobq status',
    },
    {
      event: { type: 'ledger-lost', runner: 'station', ledger_id: 'l' },
      says: 'LEDGER-LOST station: its ledger was lost: every order waits there for a release, so that nothing runs twice unseen; next: jobq list --open',
    },
    {
      event: { type: 'problem', kind: 'conflict-copy', file: 'inbox/x', reason: 'both', remedy: 'compare' },
      says: 'PROBLEM inbox/x: both (what to do: compare); next: jobq doctor',
    },
    {
      event: { type: 'undelivered', job_id: JOB, message: 'm', target: 'team', reason: '404' },
      says: 'UNDELIVERED message m could not be sent to team: 404; next: jobq notify',
    },
    {
      event: { type: 'target-failing', message: 'm', target: 'team', tries: 5, reason: 'status 500' },
      says: 'TARGET-FAILING a message to team was tried 5 times in vain: status 500; next: jobq notify',
    },
  ])('$says', async ({ event, says }) => {
    const world = await read();
    await happened(world, [event]);
    expect(await said(world)).toBe(`${says}\n`);
  });

  test('of many messages that could not be sent are one line for a target', async () => {
    const world = await read();
    const lost = (message: string, target: string) => ({
      type: 'undelivered',
      job_id: 'job-a',
      message,
      target,
      reason: '404',
    });
    await happened(world, [
      lost('a', 'team'),
      lost('a', 'boss'),
      ended,
      lost('b', 'team'),
      lost('c', 'team'),
    ]);
    expect((await said(world)).split('\n').map((line) => line.slice(0, 90))).toEqual([
      'UNDELIVERED message a could not be sent to boss: 404; next: jobq notify',
      expect.stringContaining('COMPLETED'),
      'UNDELIVERED 3 messages could not be sent to team; the last: message c could not be sent to team: 404; next: jobq notify'.slice(
        0,
        90,
      ),
      '',
    ]);
    expect(
      newsShape.parse((await world.json('news')).json).items.map(({ target, job_id }) => [target, job_id]),
    ).toEqual([
      ['boss', 'job-a'],
      [null, JOB],
      ['team', null],
    ]);
  });

  test('are a value for programs, with the place of the results', async () => {
    const world = await read();
    await happened(world, [ended]);
    const { json } = await world.json('news', '--ack');
    expect(newsShape.parse(json)).toMatchObject({
      acknowledged: true,
      seq: 3,
      items: [
        {
          seq: 3,
          what: 'completed',
          job_id: JOB,
          best: 3.2,
          results_dir: world.layout.archived(HOME),
          next: `jobq status ${JOB}`,
        },
      ],
    });
  });

  test('of several consumers do not know of each other', async () => {
    const world = await read();
    await world.run('news', '--for', 'manager');
    await happened(world, [ended]);
    expect(await said(world, '--for', 'manager', '--ack')).toContain('COMPLETED');
    expect(await said(world, '--for', 'manager')).toBe('');
    expect(await said(world)).toContain('COMPLETED');
    expect(await said(world, '--for', 'a-third')).toBe('');
  });

  test('asked for twice at the same time are lost for nobody', async () => {
    const world = await read();
    await happened(world, [ended]);
    const both = await Promise.all([said(world, '--ack'), said(world, '--ack')]);
    expect(both.every((text) => text.includes('COMPLETED'))).toBe(true);
    expect(cursorOf(world).seq).toBe(3);
  });

  test('are not acknowledged when nobody reads them', async () => {
    const world = await read();
    await happened(world, [ended]);
    world.interrupt.abort();
    await world.run('news', '--ack');
    expect(cursorOf(world).seq).toBe(2);
  });

  test('that were acknowledged further meanwhile stay so', async () => {
    const world = await read();
    await happened(world, [ended]);
    const { turn } = world.disk.clock;
    world.disk.clock.turn = async () => {
      world.disk.clock.turn = turn;
      await happened(world, [held]);
      await world.run('news', '--ack');
    };
    await world.run('news', '--ack');
    expect(cursorOf(world).seq).toBe(4);
  });
});

describe('what may have been missed', () => {
  test('is told when events are not kept any more, until it is acknowledged', async () => {
    const world = await read();
    for (let n = 0; n < 7; n++)
      await happened(world, [{ type: 'waiting', job_id: JOB, waiting_for: 'x' }], 1);
    await happened(world, [ended], 1);
    const text = await said(world);
    expect(text).toMatch(
      /^jobq: something may have been missed: 4 events since 2026-\S+ are not kept any more; look at it: jobq list\nCOMPLETED/,
    );
    expect(await said(world, '--ack')).toBe(text);
    expect(await said(world)).toBe('');
  });

  test.each([
    {
      name: 'that cannot be read',
      text: '{"seq": 1',
      says: 'the place of default could not be read: its news begin again from now',
    },
    {
      name: 'behind all events there are',
      text: '{"schema_version": 1, "seq": 99, "at": "2026-02-10T15:00:00Z"}',
      says: 'the events were begun anew: what came before is not known',
    },
  ])('is told once of a place $name', async ({ text, says }) => {
    const world = await read();
    await world.disk.files.removeFile(world.layout.news('default'));
    put(world.disk, world.layout.news('default'), text);
    await happened(world, [ended]);
    expect(await said(world)).toBe(`jobq: something may have been missed: ${says}; look at it: jobq list\n`);
    expect(await said(world)).toBe('');
    await happened(world, [held]);
    expect(await said(world)).toContain('HELD');
  });
});

describe('without a watcher', () => {
  test('one line says so, with exit code 0, beside what there is', async () => {
    const world = await read();
    await happened(world, [ended]);
    world.held = () => false;
    const { code, stdout } = await world.run('news', '--ack');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringContaining(NO_WATCHER),
      expect.stringContaining('COMPLETED'),
      '',
    ]);
    expect(await said(world)).toMatch(/^jobq: the watcher does not run .*; start it: jobq watcher\n$/);
    expect(newsShape.parse((await world.json('news')).json).watcher_runs).toBe(false);
  });
});

describe('refused', () => {
  test.each(['../x', '', 'a b', 'a.b'])('a consumer %j', async (name) => {
    const world = await queueWorld();
    expect(await world.run('news', '--for', name)).toMatchObject({ code: 2 });
  });

  test('the side without an archive', async () => {
    const world = await queueWorld();
    await world.disk.files.removeTree(world.layout.archive);
    expect(await world.run('news')).toMatchObject({ code: 7 });
    expect(await world.run('events')).toMatchObject({ code: 7 });
  });
});

test('a hundred thousand archived jobs cost nothing: neither archive nor old events are read', async () => {
  const world = await read();
  await happened(world, [ended]);
  const { list } = world.disk.files;
  const listed: string[] = [];
  world.disk.files.list = (dir) => {
    listed.push(dir);
    return list(dir);
  };
  expect(await said(world)).toContain('COMPLETED');
  expect(listed).not.toContain(world.layout.archive);
});
