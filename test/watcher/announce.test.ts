// Jobs are announced: once archived, lost, heard again; at least once whatever dies, and told of as events.
import { describe, expect, test } from 'vitest';
import type { View } from '../../src/job/view.ts';
import { readDeliveries } from '../../src/notify/ledger.ts';
import type { Open } from '../../src/notify/ledger-lines.ts';
import type { Message } from '../../src/notify/message.ts';
import { openNotifier } from '../../src/notify/notifier.ts';
import { openEventLog } from '../../src/store/event-log.ts';
import { newChores } from '../../src/system/chores.ts';
import type { HttpRequest } from '../../src/system/http.ts';
import { announcer, messageEvents, untold } from '../../src/watcher/announce.ts';
import { newBus } from '../../src/watcher/bus.ts';
import type { Watcher } from '../../src/watcher/watcher.ts';
import { openWatcher } from '../../src/watcher/watcher.ts';
import { notifySettings } from '../notify/given.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { courseOf, eventsOf } from './told.ts';

const QUICK = { lost_after_s: 10, second_look_s: 2, checkpoint_interval_s: 5 };
const HOOK = 'targets.hook = { kind = "webhook", url = "http://hook.example/" }';

/** A queue whose watcher sends messages; `sent` are the ids of those that arrived, as often as they did. */
async function announcing(toml = HOOK) {
  const q = await byHand(QUICK);
  const sent: string[] = [];
  const bodies: string[] = [];
  const disk = { files: q.files, clock: q.disk.clock };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  let answer = 200;
  const http = ({ body = '' }: HttpRequest) => {
    bodies.push(body);
    if (answer === 200) sent.push(/job-[^"]*?\/(?:completed|failed|lost)\/[^"]*/.exec(body)?.[0] ?? body);
    return Promise.resolve({ status: answer, headers: {}, body: '' });
  };
  const open = async () => {
    const bus = newBus();
    const chores = newChores(disk.clock, () => {});
    const eventsOfChange = messageEvents();
    const notifier = await openNotifier({
      disk,
      file: q.layout.notifications,
      settings: notifySettings(toml),
      variables: {},
      http,
      run: () => Promise.reject(new Error('no command')),
      random: () => 0.5,
      chores,
      log,
      heard: (change, waiting) => {
        for (const event of eventsOfChange(change, waiting)) bus.post(event);
      },
    });
    bus.subscribe(announcer({ disk, layout: q.layout }, notifier));
    const run = () => Promise.reject(new Error('no post-processor'));
    const identity = { host: 'desk', user: 'agent' };
    const parts = {
      disk,
      layout: q.layout,
      run,
      log,
      settings: q.settings,
      link: () => 'local' as const,
      identity,
    };
    return openWatcher({ ...parts, bus, notifier }, 'q-by-hand', chores, () => {});
  };
  let life: Watcher | undefined;
  const look = async () => {
    if (q.files.isDead()) {
      q.files.revive();
      life = undefined;
    }
    try {
      life ??= await open();
      await life.tick();
      await life.settled();
    } catch (error) {
      if (!q.files.isDead()) throw error;
    }
    if (q.requests().archived) await q.disk.files.removeTree(q.layout.record(JOB));
    q.disk.clock.advance(1000);
  };
  const until = async (fact: () => boolean) => {
    for (let looks = 0; looks < 200 && !fact(); looks++) await look();
    expect(fact()).toBe(true);
  };
  return { q, sent, bodies, look, until, answer: (status: number) => (answer = status) };
}

const isClosed = (q: ByHand) => q.archived().length > 0 && !q.isThere('outbox') && !q.isThere('requests');
const OUTCOME = { kind: 'completed' as const, exit_code: 0 };

describe('a job', () => {
  test('is announced once it is archived, and not before', async () => {
    const { q, sent, bodies, look, until } = await announcing();
    await q.order(JOB, { project: 'wfe' });
    await q.runs();
    await look();
    await q.ends(JOB, OUTCOME);
    await until(() => isClosed(q));
    await look();
    await look();
    expect(sent).toEqual([`${JOB}/completed/1`]);
    expect(bodies[0]).toContain(q.archived()[0]);
    expect(courseOf(q)).toBe('submitted queued started finished archived notified');
    expect(eventsOf(q).at(-1)).toMatchObject({
      type: 'notified',
      job_id: JOB,
      message: `${JOB}/completed/1`,
      target: 'hook',
    });
  });

  test('is announced whatever stands in its record', async () => {
    const strange = {
      project: 5,
      type: ['a'],
      description: { deep: 1 },
      created_by: 7,
      priority: null,
      run_on: {},
      hold: 'yes',
      depends_on: [5, {}],
      retry_of: 9,
      channel: 3,
      metadata: 'none',
      notify: 'always',
    };
    const { q, sent, look, until } = await announcing();
    await q.runs();
    await look();
    await q.ends(JOB, OUTCOME, strange);
    await until(() => isClosed(q) && sent.length > 0);
    await look();
    expect(courseOf(q)).toBe('submitted queued started finished archived notified');
    expect(sent).toEqual([`${JOB}/completed/1`]);
    expect(readDeliveries(q.disk.files, q.layout.notifications).sent.size).toBe(1);
  });

  test('that is lost, heard again and ends late is announced each time', async () => {
    const { q, sent, look, until } = await announcing();
    await q.order();
    await q.runs();
    await q.presence({ running: [{ job_id: JOB, heartbeat_seq: 1 }] });
    await until(() => q.view().state === 'lost');
    await look();
    await q.presence({ running: [{ job_id: JOB, heartbeat_seq: 2 }] });
    await look();
    await q.ends(JOB, OUTCOME);
    await until(() => isClosed(q));
    await look();
    await look();
    const lostAt = /lost-(\d+-\d+)/.exec(sent[0] ?? '')?.[1];
    expect(sent).toEqual([
      `${JOB}/lost/1/lost-${lostAt}`,
      `${JOB}/lost/1/recovered-${lostAt}`,
      `${JOB}/completed/1/late`,
    ]);
  });

  test.each([
    { fields: { notify: { on_complete: false } }, kind: 'completed' as const, messages: 0 },
    { fields: { notify: { on_complete: false } }, kind: 'failed' as const, messages: 1 },
    { fields: { notify: { on_fail: false } }, kind: 'failed' as const, messages: 0 },
    { fields: { notify: 'broken' }, kind: 'failed' as const, messages: 1 },
    { fields: { channel: '#quiet' }, kind: 'completed' as const, messages: 0 },
    { fields: { channel: '#other' }, kind: 'completed' as const, messages: 1 },
  ])('whose order says $fields, $kind: $messages', async ({ fields, kind, messages }) => {
    const { q, sent, look, until } = await announcing(`${HOOK}\nchannels = { "#quiet" = [] }`);
    await q.order(JOB, fields);
    await q.runs();
    await look();
    await q.ends(JOB, { ...OUTCOME, kind });
    await until(() => q.archived().length > 0);
    await look();
    await look();
    expect(sent).toHaveLength(messages);
  });

  test('that nobody can be told of is told of when they can, and given up in the events', async () => {
    const { q, sent, look, until, answer } = await announcing();
    answer(400);
    await q.order();
    await q.runs();
    await q.ends(JOB, OUTCOME);
    await until(() => eventsOf(q).some(({ type }) => type === 'undelivered'));
    await look();
    expect(sent).toEqual([]);
    expect(eventsOf(q).find(({ type }) => type === 'undelivered')).toMatchObject({
      target: 'hook',
      job_id: JOB,
    });
  });
});

test('a target that cannot be reached is told of in the events before its messages are given up', async () => {
  const { q, sent, until, answer } = await announcing();
  answer(500);
  await q.order();
  await q.runs();
  await q.ends(JOB, OUTCOME);
  const failing = () => eventsOf(q).filter(({ type }) => type === 'target-failing');
  await until(() => failing().length > 0);
  expect(failing()).toMatchObject([{ target: 'hook', tries: 5, reason: 'status 500', job_id: null }]);
  answer(200);
  await until(() => sent.length > 0);
  expect(failing()).toHaveLength(1);
});

test('a target that is to be tried after long pauses is told of after the second try in vain', async () => {
  const { q, look, until, answer } = await announcing();
  answer(500);
  await q.order();
  await q.runs();
  await q.ends(JOB, OUTCOME);
  const waiting = () => [...readDeliveries(q.files, q.layout.notifications).open.values()];
  await until(() => waiting()[0]?.tries === 1);
  q.disk.clock.advance(600_000);
  await look();
  await look();
  expect(eventsOf(q).find(({ type }) => type === 'target-failing')).toMatchObject({ tries: 2 });
});

test('wherever the watcher is killed, each job is archived and told once, and announced at least once', async () => {
  const run = async (prepare: (q: ByHand) => void) => {
    const made = await announcing();
    const { q, look, until } = made;
    prepare(q);
    await q.order();
    await look();
    await q.runs();
    await look();
    await q.ends(JOB, OUTCOME);
    await until(() => isClosed(q));
    await until(() => made.sent.length > 0);
    for (let looks = 0; looks < 4; looks++) await look();
    return made;
  };
  const operations = (await run(() => {})).q.files.operations();
  expect(operations).toBeGreaterThan(40);
  for (let operation = 0; operation < operations; operation++) {
    const { q, sent } = await run(({ files }) => files.crashIn(operation));
    const at = `killed at operation ${operation}`;
    const course = courseOf(q).replaceAll(/ notified/g, '');
    expect({ at, course }).toEqual({ at, course: 'submitted queued started finished archived' });
    expect({ at, homes: q.archived().length }).toEqual({ at, homes: 1 });
    expect({ at, sent: [...new Set(sent)] }).toEqual({ at, sent: [`${JOB}/completed/1`] });
    expect(sent.length).toBeLessThanOrEqual(2);
  }
});

test('an event of a job that has gone from where it was lost is not told in the words of the present', async () => {
  const q = await byHand();
  const told: Message[] = [];
  const enqueue = (message: Message) => {
    told.push(message);
    return Promise.resolve([]);
  };
  const { handle } = announcer(q, { enqueue });
  const event = {
    seq: 1,
    at: '2026-02-10T15:00:00Z',
    job_id: JOB,
    lost_at: '2026-02-10T15:00:00Z',
    attempt: 1,
  };
  await handle({ ...event, type: 'lost', reason: 'no heartbeat' });
  expect(told).toEqual([]);
  await q.order();
  await q.runs();
  await handle({ ...event, type: 'lost', reason: 'no heartbeat' });
  expect(told).toMatchObject([{ event: 'lost', route: { state: 'lost' satisfies View['state'] } }]);
});

test('a message that was given up right before a kill is told once', async () => {
  const q = await byHand();
  await q.look();
  const deadMs = q.disk.clock.now();
  const message = { id: `${JOB}/failed/1` } as Message;
  const dead = [
    { message, target: 'hook', queuedMs: 0, deadMs, reason: '404' },
    { message, target: 'old', queuedMs: 0, deadMs: deadMs - 3_600_000, reason: '404' },
  ];
  const found = untold(q, dead);
  const at = new Date(deadMs).toISOString();
  expect(found).toEqual([
    { type: 'undelivered', at, job_id: JOB, message: message.id, target: 'hook', reason: '404' },
  ]);
  const log = await openEventLog(q.disk, q.layout, { maxBytes: 1e6, keep: 1 }, 0);
  await log.append(found);
  expect(untold(q, dead)).toEqual([]);
});

describe('a target that cannot be sent to', () => {
  const at = (s: number) => new Date(Date.parse('2026-02-10T15:00:00Z') + 1000 * s).toISOString();
  const tried = (tries: number, s: number, target = 'hook') =>
    ({
      event: 'tried',
      at: at(s),
      id: `${JOB}/failed/1`,
      target,
      tries,
      problem: '500',
      next: at(s + 5),
    }) as const;
  const since = (s: number) => ({ queuedMs: Date.parse(at(s)) }) as Open;
  const types = (drafts: readonly { type: string }[]) => drafts.map(({ type }) => type);

  test('is told after five tries, once until the message that showed it is settled', () => {
    const eventsOfChange = messageEvents();
    const all = [1, 2, 3, 4, 5, 6, 7].map((tries) => eventsOfChange(tried(tries, tries), since(0)));
    expect(all.map((drafts) => drafts.length)).toEqual([0, 0, 0, 0, 1, 0, 0]);
    const id = `${JOB}/failed/1`;
    expect(all[4]).toEqual([
      {
        type: 'target-failing',
        at: at(5),
        job_id: null,
        target: 'hook',
        message: id,
        tries: 5,
        reason: '500',
      },
    ]);
    const of = (event: 'sent' | 'dead', message: string) =>
      types(eventsOfChange({ event, at: at(9), id: message, target: 'hook', reason: '' }));
    const again = (target?: string) => types(eventsOfChange(tried(6, 9, target), since(0)));
    expect(again('other')).toEqual(['target-failing']);
    expect([of('sent', 'm'), again()]).toEqual([['notified'], []]);
    expect([of('sent', id), again()]).toEqual([['notified'], ['target-failing']]);
    expect([of('dead', id), again()]).toEqual([['undelivered'], ['target-failing']]);
  });

  test.each([
    { tries: 2, s: 600, told: 1 },
    { tries: 2, s: 599, told: 0 },
    { tries: 1, s: 4000, told: 0 },
  ])('is told of $tries tries over $s s: $told', ({ tries, s, told }) => {
    expect(messageEvents()(tried(tries, s), since(0))).toHaveLength(told);
  });

  test('is no news when dead messages are wanted again or forgotten', () => {
    for (const event of ['again', 'forgotten'] as const)
      expect(messageEvents()({ event, at: at(0), id: 'm', target: 'hook' })).toEqual([]);
  });
});
