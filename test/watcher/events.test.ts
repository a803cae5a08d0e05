// What a watcher tells of a queue, over its whole life and over its deaths.
import { describe, expect, test } from 'vitest';
import type { EventType, JobEvent } from '../../src/job/event.ts';
import { fileAway, moveOrder } from '../../src/store/archive.ts';
import { lastSeq } from '../../src/store/event-files.ts';
import type { WatcherSettings } from '../../src/watcher/parts.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { oneMachine } from '../runner/one-machine.ts';
import { randomFrom } from '../simulation/random.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { courseOf, eventsOf, listener } from './told.ts';

const QUICK = { lost_after_s: 10, second_look_s: 2, checkpoint_interval_s: 5, events_heartbeat_s: 0 };
const OUTCOME = { kind: 'completed' as const, exit_code: 0 };
const isClosed = (q: ByHand) => () =>
  q.archived().length > 0 && !q.isThere('outbox') && !q.isThere('requests');

/** A job that is lost, heard again, ends well and comes home. */
async function life(q: ByHand): Promise<void> {
  await q.presence();
  await q.order();
  await q.look();
  await q.record(JOB, { status: 'submitted', state: 'queued', waiting_for: 'slot', attempt: 0 });
  await q.look();
  await q.runs();
  await q.presence({ running: [{ job_id: JOB, heartbeat_seq: 1 }] });
  await q.until(() => q.view().state === 'lost');
  await q.look(); // the verdict is a file: the event may still be missing when the watcher died between the two
  const isRecovered = () => String(q.disk.files.read(q.layout.lost(JOB))).includes('recovered_at');
  for (let beats = 0; beats < 20 && !isRecovered(); beats++) {
    await q.presence({ running: [{ job_id: JOB, heartbeat_seq: 2 }] });
    await q.look();
  }
  await q.look();
  await q.ends(JOB, OUTCOME);
  await q.until(isClosed(q));
  await q.look();
}

const COURSE =
  'runner-seen submitted queued started runner-silent lost runner-heard recovered finished late archived';

test('a queue on one machine tells the life of its jobs', async () => {
  const q = await oneMachine();
  await makeOrder(q.disk, q.layout, { job_id: JOB });
  await makeOrder(q.disk, q.layout, {
    job_id: 'job-20260210-150000-held',
    fields: { hold: true, project: 'wfe' },
  });
  expect(await q.until(() => q.archived(JOB) !== undefined)).toBe(true);
  await q.step();
  const told = eventsOf(q);
  const of = (job: string) => told.filter(({ job_id }) => job_id === job).map(({ type }) => type);
  expect(of(JOB)).toEqual(['submitted', 'queued', 'started', 'progress', 'finished', 'archived']);
  expect(of('job-20260210-150000-held')).toEqual(['submitted', 'queued']);
  expect(told.find(({ job_id }) => job_id?.endsWith('held'))).toMatchObject({ hold: true, project: 'wfe' });
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
  expect(told.find(({ type }) => type === 'archived')).toMatchObject({
    state: 'completed',
    best: 3.25,
    trial: 2,
  });
  await q.watcher.close();
  expect(eventsOf(q).at(-1)?.type).toBe('watcher-stopped');
});

describe('a life', () => {
  test('is told in the order in which it happens, each step once', async () => {
    const q = await byHand(QUICK);
    await life(q);
    expect(courseOf(q)).toBe(COURSE);
  });

  test('is known over a restart, and nothing is told again', async () => {
    const q = await byHand(QUICK);
    await life(q);
    const before = lastSeq(q.disk.files, q.layout);
    await q.close();
    await q.look();
    await q.look();
    expect(
      eventsOf(q)
        .slice(before)
        .map(({ type }) => type),
    ).toEqual(['watcher-stopped', 'watcher-started']);
  });

  test('that nobody watched is told when somebody looks', async () => {
    const q = await byHand(QUICK);
    await q.order();
    await q.look();
    q.restart();
    await q.runs();
    await q.ends(JOB, OUTCOME);
    await q.until(isClosed(q));
    await q.look();
    expect(courseOf(q)).toBe('submitted queued started finished archived');
  });

  test('of a job whose order somebody removed ends, once it is gone for good', async () => {
    const q = await byHand(QUICK);
    await q.order();
    await q.look();
    await q.disk.files.removeTree(q.layout.order(JOB));
    await q.look();
    expect(courseOf(q)).toBe('submitted');
    await q.look();
    await q.look();
    expect(courseOf(q)).toBe('submitted removed');
    await q.look();
    expect(courseOf(q)).toBe('submitted removed');
  });

  test('of a job that cannot be read goes on', async () => {
    const q = await byHand(QUICK);
    await q.order();
    await q.look();
    const { list } = q.files;
    q.files.list = (dir) => {
      if (dir === q.layout.order(JOB)) throw new Error('EACCES');
      return list(dir);
    };
    for (let looks = 0; looks < 5; looks++) await q.look();
    q.files.list = list;
    await q.look();
    expect(courseOf(q)).toBe('submitted');
  });
});

describe('when the watcher is killed', () => {
  const of = (events: readonly JobEvent[], types: readonly EventType[]) =>
    events.filter(({ type }) => types.includes(type));
  const ofJob = (course: string) => course.replaceAll(/ runner-(silent|heard)/g, '');
  const TAKEN: readonly EventType[] = ['submitted', 'lost', 'recovered', 'archived'];

  async function liveWith(settings: Partial<WatcherSettings>, at: string, prepare: (q: ByHand) => void) {
    const heard = listener(TAKEN);
    const q = await byHand(settings, 'local', heard.busOf);
    prepare(q);
    await life(q);
    const events = eventsOf(q);
    // the silence of a runner is no fact of the folder: with a new life its age begins again
    expect({ at, course: ofJob(courseOf(q)) }).toEqual({ at, course: ofJob(COURSE) });
    expect({ at, seqs: events.map(({ seq }) => seq) }).toEqual({
      at,
      seqs: events.map((_, index) => index + 1),
    });
    const taken = new Set(heard.taken.map(({ seq }) => seq));
    expect({ at, missed: of(events, TAKEN).filter(({ seq }) => !taken.has(seq)) }).toEqual({
      at,
      missed: [],
    });
    return q;
  }

  test.each([
    { name: 'one file', settings: QUICK },
    { name: 'a file for each look', settings: { ...QUICK, events_max_mb: 0.000001, events_keep: 100 } },
  ])(
    'at any of its file operations, everything is told once and taken by who listens, events in $name',
    async ({ settings }) => {
      const operations = (await liveWith(settings, 'never', () => {})).files.operations();
      expect(operations).toBeGreaterThan(50);
      for (let operation = 0; operation < operations; operation++) {
        await liveWith(settings, `killed at operation ${operation}`, (q) => q.files.crashIn(operation));
      }
    },
  );

  test('again and again, the same holds', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = randomFrom(seed);
      await liveWith({ ...QUICK, events_max_mb: 0.0005, events_keep: 100 }, `seed ${seed}`, (q) => {
        const { revive } = q.files;
        q.files.crashIn(random.below(20));
        q.files.revive = () => {
          revive();
          if (random.chance(0.9)) q.files.crashIn(5 + random.below(30));
        };
      });
    }
  });

  test('again and again, what it called lost stays so', async () => {
    const q = await byHand(QUICK);
    await q.order();
    await q.runs();
    await q.presence({ running: [{ job_id: JOB, heartbeat_seq: 1 }] });
    await q.until(() => q.view().state === 'lost');
    for (let lives = 0; lives < 5; lives++) {
      q.files.crashIn(lives * 2);
      for (let looks = 0; looks < 8; looks++) await q.look();
      q.restart();
    }
    expect(q.view().state).toBe('lost');
    expect(
      courseOf(q)
        .split(' ')
        .filter((type) => type === 'lost'),
    ).toHaveLength(1);
  });
});

describe('events that cannot be written', () => {
  test.each([{ writes: 1 }, { writes: 2 }, { writes: 3 }, { writes: 5 }])(
    'are told by the log once and found again ($writes failures)',
    async ({ writes }) => {
      const heard = listener(['submitted', 'archived']);
      const q = await byHand(QUICK, 'local', heard.busOf);
      const { openAppend } = q.files;
      let left = 0;
      q.files.openAppend = (file) => {
        const open = openAppend(file);
        if (file !== q.layout.events || left-- <= 0) return open;
        // some whole lines and a torn one, as on a disk that is full
        const write = (bytes: Uint8Array) => {
          open.write(bytes.subarray(0, Math.ceil(bytes.length * 0.7)));
          throw new Error('ENOSPC');
        };
        return { ...open, write };
      };
      await q.order();
      await q.look();
      left = writes;
      await q.runs();
      await q.ends(JOB, OUTCOME);
      await q.until(isClosed(q));
      await q.look();
      await q.look();
      expect(courseOf(q)).toBe('submitted queued started finished archived');
      expect(q.lines.filter(({ message }) => message === 'events cannot be written')).toHaveLength(1);
      expect(heard.taken.map(({ type }) => type)).toEqual(['submitted', 'archived']);
    },
  );

  test('of a job that came home by another hand are found by its name in the archive', async () => {
    const q = await byHand(QUICK);
    await q.order('job-20260210-140000-before');
    await q.look();
    await q.look(6000);
    const { openAppend } = q.files;
    q.files.openAppend = (file) => {
      if (file === q.layout.events) throw new Error('ENOSPC');
      return openAppend(file);
    };
    await q.order();
    await q.look();
    await q.runs();
    await q.ends(JOB, OUTCOME);
    await q.look();
    const name = await fileAway(q.disk, q.layout, JOB, q.layout.record(JOB));
    await moveOrder(q.disk, q.layout, JOB, name);
    q.restart();
    q.files.openAppend = openAppend;
    await q.look();
    expect(courseOf(q)).toBe('submitted submitted queued started finished archived');
  });
});

describe('a checkpoint', () => {
  const warnings = (q: ByHand) => q.lines.filter(({ message }) => message === 'the checkpoint is not used');

  async function afterALife(fields = {}) {
    const q = await byHand({ ...QUICK, ...fields });
    await life(q);
    await q.order('job-20260210-150000-open');
    await q.look();
    await q.close();
    return { q, before: lastSeq(q.disk.files, q.layout) };
  }

  async function toldThen(q: ByHand, before: number) {
    await q.look();
    await q.look();
    return eventsOf(q).filter(({ seq }) => seq > before);
  }

  test('is written now and then, and at the end', async () => {
    const q = await byHand(QUICK);
    await q.look();
    const seqIn = () => q.json(q.layout.checkpoint)['seq'];
    expect(seqIn()).toBe(1);
    await q.order();
    await q.look();
    expect(seqIn()).toBe(1);
    for (let looks = 0; looks < 5; looks++) await q.look();
    expect(seqIn()).toBe(2);
    await q.close();
    expect(q.json(q.layout.checkpoint)).toMatchObject({ seq: 3, queue_id: 'q-by-hand' });
  });

  test.each([
    { name: 'cannot be read', text: '{"schema_version": 1, "qu', reason: 'checkpoint.json' },
    { name: 'was removed', text: undefined, reason: 'there is none' },
  ])('that $name is told once, and what is known stands in the events', async ({ text, reason }) => {
    const { q, before } = await afterALife();
    await q.disk.files.removeFile(q.layout.checkpoint);
    if (text !== undefined) put(q.disk, q.layout.checkpoint, text);
    const told = await toldThen(q, before);
    expect(told).toEqual([
      expect.objectContaining({ type: 'watcher-started', note: expect.stringContaining(reason) as string }),
    ]);
    expect(warnings(q)).toHaveLength(1);
  });

  test('that is gone with all events leaves no avalanche: what is archived is known', async () => {
    const { q } = await afterALife();
    await q.disk.files.removeTree(q.layout.watcher);
    await q.look();
    await q.look();
    expect(courseOf(q)).toBe('runner-seen submitted');
    expect(eventsOf(q).at(-1)?.job_id).toBe('job-20260210-150000-open');
    expect(warnings(q)).toEqual([]);
  });

  test('of another queue is told, and its jobs are not ours', async () => {
    const { q, before } = await afterALife();
    const text = String(q.disk.files.read(q.layout.checkpoint)).replaceAll('q-by-hand', 'q-other');
    await q.disk.files.removeFile(q.layout.checkpoint);
    put(q.disk, q.layout.checkpoint, text.replaceAll('job-20260210-150000-open', 'job-of-the-other'));
    const told = await toldThen(q, before);
    expect(told.map(({ type }) => type)).toEqual(['watcher-started', 'runner-seen', 'submitted']);
    expect(told.map(({ seq }) => seq)).toEqual([before + 1, before + 2, before + 3]);
    expect(warnings(q)).toMatchObject([{ facts: { reason: 'it is of queue q-other' } }]);
  });

  test('that is older than the events that are kept is told', async () => {
    const q = await byHand({ ...QUICK, events_max_mb: 0.0001, events_keep: 1 });
    await q.look();
    const old = String(q.disk.files.read(q.layout.checkpoint));
    for (const name of ['a', 'b', 'c', 'd']) {
      await q.order(`job-20260210-15000${name.charCodeAt(0) % 10}-${name}`);
      await q.look();
    }
    await q.close();
    await q.disk.files.removeFile(q.layout.checkpoint);
    put(q.disk, q.layout.checkpoint, old);
    const [started] = await toldThen(q, lastSeq(q.disk.files, q.layout));
    expect(started).toMatchObject({
      type: 'watcher-started',
      note: expect.stringContaining('it is old') as string,
    });
    expect(warnings(q)).toHaveLength(1);
  });
});

describe('who listens', () => {
  test('and fails is given the same events again, in order, and does not stop the watcher', async () => {
    const heard = listener(['submitted', 'archived']);
    const q = await byHand(QUICK, 'local', heard.busOf);
    heard.broken = true;
    await q.order();
    await q.look();
    await q.runs();
    await q.ends(JOB, OUTCOME);
    await q.until(isClosed(q));
    await q.look();
    expect(heard.taken).toEqual([]);
    expect(q.lines.filter(({ message }) => message.startsWith('an event cannot be taken'))).toHaveLength(1);
    await q.close();
    heard.broken = false;
    await q.look();
    expect(heard.taken.map(({ type }) => type)).toEqual(['submitted', 'archived']);
    await q.close();
    await q.look();
    expect(heard.taken).toHaveLength(2);
  });

  test('for the first time hears of what comes, not of what was', async () => {
    const heard = listener(['submitted']);
    const q = await byHand(QUICK);
    await q.order();
    await q.look();
    await q.close();
    const again = await byHand(QUICK, 'local', heard.busOf);
    again.disk.volume.fromJSON(q.disk.volume.toJSON());
    await again.look();
    expect(heard.taken).toEqual([]);
    await again.order('job-20260210-150000-next');
    await again.look();
    expect(heard.taken).toMatchObject([{ job_id: 'job-20260210-150000-next' }]);
  });

  test('gets what is young once more when no checkpoint says what it has taken', async () => {
    const heard = listener(['submitted']);
    const q = await byHand(QUICK, 'local', heard.busOf);
    await q.order('job-20260210-140000-old');
    await q.look(3_600_000);
    await q.order('job-20260210-150000-new');
    await q.look();
    await q.close();
    await q.disk.files.removeFile(q.layout.checkpoint);
    heard.taken = [];
    await q.look();
    expect(heard.taken).toMatchObject([{ job_id: 'job-20260210-150000-new' }]);
  });

  test('may post what nobody can see in the folder', async () => {
    const heard = listener([]);
    let bus = heard.busOf();
    const q = await byHand(QUICK, 'local', () => (bus = heard.busOf()));
    await q.look();
    const at = new Date(q.disk.clock.now()).toISOString();
    bus.post({ type: 'notified', at, job_id: JOB, message: 'm', target: 'team' });
    await q.look();
    await q.look();
    expect(eventsOf(q).slice(1)).toEqual([
      { seq: 2, type: 'notified', at, job_id: JOB, message: 'm', target: 'team' },
    ]);
  });

  test('and posts while events cannot be written is written once', async () => {
    const heard = listener([]);
    let bus = heard.busOf();
    const q = await byHand(QUICK, 'local', () => (bus = heard.busOf()));
    await q.look();
    const { openAppend } = q.files;
    q.files.openAppend = (file) => {
      const open = openAppend(file);
      if (file !== q.layout.events) return open;
      const write = (bytes: Uint8Array) => {
        open.write(bytes.subarray(0, bytes.length - 5));
        throw new Error('ENOSPC');
      };
      return { ...open, write };
    };
    const at = new Date(q.disk.clock.now()).toISOString();
    for (const target of ['a', 'b', 'c'])
      bus.post({ type: 'notified', at, job_id: JOB, message: 'm', target });
    await q.look();
    q.files.openAppend = openAppend;
    await q.look();
    const targets = eventsOf(q).flatMap((event) => (event.type === 'notified' ? [event.target] : []));
    expect(targets).toEqual(['a', 'b', 'c']);
  });
});

describe('problems', () => {
  test('that last are told, those of a moment are not', async () => {
    const q = await byHand(QUICK);
    put(q.disk, `${q.layout.tree('inbox')}/moment.txt`, 'x');
    await q.look();
    await q.disk.files.removeFile(`${q.layout.tree('inbox')}/moment.txt`);
    put(q.disk, `${q.layout.tree('inbox')}/stray.txt`, 'x');
    for (let looks = 0; looks < 8; looks++) await q.look(10_000);
    expect(eventsOf(q).filter(({ type }) => type === 'problem')).toMatchObject([
      { kind: 'foreign-file', file: 'inbox/stray.txt', job_id: null },
    ]);
  });

  test('of an action that fails again and again are told once, and are over when it succeeds', async () => {
    const q = await byHand(QUICK);
    await q.order();
    await q.runs();
    await q.ends(JOB, OUTCOME);
    const { rename } = q.files;
    let tries = 0;
    q.files.rename = async (from, to) => {
      if (to === q.layout.collected(JOB)) throw new Error(`ENOSPC: .jobq-tmp-${++tries}, rename`);
      await rename(from, to);
    };
    for (let looks = 0; looks < 12; looks++) await q.look(10_000);
    expect(tries).toBeGreaterThan(1);
    const problems = eventsOf(q).filter(({ type }) => type === 'problem');
    expect(problems).toMatchObject([
      { kind: 'failing', job_id: JOB, reason: 'collect fails: ENOSPC: .jobq-tmp-…, rename' },
    ]);
    q.files.rename = rename;
    await q.until(isClosed(q), 10_000);
    expect(eventsOf(q).filter(({ type }) => type === 'problem')).toHaveLength(1);
  });
});
