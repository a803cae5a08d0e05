// A watcher that cannot write its events does nothing that it would have to tell of.
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/job/event.ts';
import { fileAway } from '../../src/store/archive.ts';
import { writeRequest } from '../../src/store/requests.ts';
import { newBus } from '../../src/watcher/bus.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { courseOf, eventsOf, listener } from './told.ts';

const QUICK = { second_look_s: 2, checkpoint_interval_s: 5, events_heartbeat_s: 0 };
const OUTCOME = { kind: 'completed' as const, exit_code: 0 };
const isClosed = (q: ByHand) => () =>
  q.archived().length > 0 && !q.isThere('outbox') && !q.isThere('requests');

describe('while no event can be written', () => {
  /** A watcher that cannot write its events until it is mended. */
  async function mute() {
    const heard = listener(['archived']);
    const q = await byHand(QUICK, 'local', heard.busOf);
    const { openAppend } = q.files;
    q.files.openAppend = (file) => {
      if (file === q.layout.events) throw new Error('EACCES');
      return openAppend(file);
    };
    const mend = () => {
      q.files.openAppend = openAppend;
    };
    return { q, heard, mend };
  }

  test.each([true, false])(
    'a job stays where it is, and is told of later (watcher lives on: %s)',
    async (lives) => {
      const { q, heard, mend } = await mute();
      await q.order();
      await q.runs();
      await q.ends(JOB, OUTCOME);
      for (let looks = 0; looks < 10; looks++) await q.look();
      expect(q.archived()).toEqual([]);
      expect(q.requests().archived).toBeUndefined();
      mend();
      if (!lives) q.restart();
      await q.until(isClosed(q));
      await q.look();
      expect(courseOf(q)).toBe('submitted queued started finished archived');
      expect(heard.taken).toHaveLength(1);
    },
  );

  test('a job that is given up stays where it is, too', async () => {
    const { q, mend } = await mute();
    await q.order();
    await writeRequest(q.disk, q.layout, JOB, 'cancel', {
      requested_at: '2026-02-10T14:40:00Z',
      abandoned: true,
    });
    for (let looks = 0; looks < 10; looks++) await q.look();
    expect(q.archived()).toEqual([]);
    mend();
    await q.until(() => q.archived().length > 0);
    await q.look();
    expect(eventsOf(q).filter(({ type }) => type === 'archived')).toHaveLength(1);
  });

  test('what comes into the archive is news all the same', async () => {
    const { q, heard, mend } = await mute();
    await q.look();
    await q.ends(JOB, OUTCOME);
    await fileAway(q.disk, q.layout, JOB, q.layout.record(JOB));
    await q.look();
    mend();
    await q.look();
    expect(heard.taken.map(({ job_id }) => job_id)).toEqual([JOB]);
  });
});

test('what stands in the events can be read again: a strange field is left out', async () => {
  const bus = newBus();
  const q = await byHand(QUICK, 'local', () => bus);
  await q.look();
  const about = { at: '2026-02-10T14:40:00Z', job_id: null, runner: 'station' };
  bus.post({ type: 'runner-paused', ...about, reason: 5 } as unknown as Draft);
  bus.post({ type: 'runner-paused', ...about, runner: 5 } as unknown as Draft);
  await q.look();
  await q.look();
  const told = String(q.disk.files.read(q.layout.events))
    .split('\n')
    .filter((line) => line.includes('paused'));
  expect(told.map((line) => JSON.parse(line) as object)).toEqual([
    { seq: expect.any(Number) as number, type: 'runner-paused', ...about },
  ]);
  expect(q.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});
