// Somebody edits a job.json on the side that may not write it, while the job runs: the run goes on, what was written by
// hand is announced to nobody, and the fact is told.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { archivedOrderProblems } from '../../src/store/archive-problems.ts';
import { indexJobs } from '../../src/store/find.ts';
import { findProblems } from '../../src/store/find-problems.ts';
import { makeOrder, put } from '../helpers/make-order.ts';
import { oneMachine } from '../runner/one-machine.ts';
import { byHand, JOB } from './by-hand.ts';
import { eventsOf } from './told.ts';

type Edit = (text: string) => string | undefined;

const withFields =
  (fields: object): Edit =>
  (text) =>
    JSON.stringify({ ...JSON.parse(text), ...fields });

const COMPLETED = {
  status: 'completed',
  state: 'completed',
  finished_at: '2026-02-10T15:00:00Z',
  outcome: { kind: 'completed', exit_code: 0, message: 'by hand' },
};

async function runningMachine() {
  const machine = await oneMachine();
  const { disk, layout, until, runner, watcher, archived, processes } = machine;
  await makeOrder(disk, layout, { job_id: JOB });
  const at = {
    record: path.join(layout.record(JOB), 'job.json'),
    order: path.join(layout.order(JOB), 'job.json'),
  };
  const textOf = (file: string) => String(disk.files.read(file));
  const isRunning = () => textOf(at.record).includes('"state": "running"');
  expect(await until(isRunning)).toBe(true);
  return {
    ...machine,
    at,
    textOf,
    isRunning,
    edit: async (file: string, edit: Edit) => {
      const text = edit(textOf(file));
      await disk.files.removeFile(file);
      if (text !== undefined) put(disk, file, text);
    },
    /** Both daemons look for so long, while the script does nothing. */
    daemonsLook: async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 2) {
        await runner.tick();
        await runner.settled();
        await watcher.tick();
        await watcher.settled();
        disk.clock.advance(2000);
      }
    },
    events: () => eventsOf({ disk, layout }).map(({ type }) => type),
    problems: () => findProblems(disk.files, layout, indexJobs(disk.files, layout)),
    /** The job ran once, to its true end. */
    endsWell: async () => {
      expect(await until(() => archived(JOB) !== undefined)).toBe(true);
      expect([...processes.starts]).toEqual([[JOB, 1]]);
      expect(processes.breaches).toEqual([]);
      const dir = archived(JOB) ?? '';
      const record = JSON.parse(textOf(path.join(dir, 'job.json'))) as Record<string, unknown>;
      expect(record).toMatchObject({ state: 'completed', args: ['--start'] });
      expect(record['outcome']).not.toMatchObject({ message: 'by hand' });
      expect(eventsOf({ disk, layout }).filter(({ type }) => type === 'finished')).toHaveLength(1);
      return dir;
    },
  };
}

describe('of a record in inbox/', () => {
  const EDITS: { what: string; edit: Edit }[] = [
    { what: 'to completed', edit: withFields(COMPLETED) },
    { what: 'to another state', edit: withFields({ status: 'submitted', state: 'queued' }) },
    { what: 'to nobody’s', edit: withFields({ runner: undefined, attempt: 0 }) },
    { what: 'to nonsense', edit: () => '{ "job_id"' },
    { what: 'away', edit: () => undefined },
  ];

  test.each(EDITS)('$what: its runner goes on and writes it again', async ({ edit }) => {
    const { at, edit: change, daemonsLook, isRunning, events, archived, endsWell } = await runningMachine();
    await change(at.record, edit);
    await daemonsLook(10);
    expect(events()).not.toContain('finished');
    expect(archived(JOB)).toBeUndefined();
    await daemonsLook(30);
    expect(isRunning()).toBe(true);
    expect(events()).not.toContain('finished');
    await endsWell();
  });

  test('that stays, as in a receive-only folder, is the end of nothing until the true one is there', async () => {
    const q = await byHand();
    await q.order();
    const beat = (heartbeat_seq: number) => q.presence({ running: [{ job_id: JOB, heartbeat_seq }] });
    await beat(1);
    await q.runs();
    await q.look();
    await q.record(JOB, COMPLETED);
    for (let count = 2; count < 40; count++) {
      await beat(count);
      await q.look(30_000);
    }
    const told = () => eventsOf(q).map(({ type }) => type);
    expect(told()).not.toContain('finished');
    expect(told()).not.toContain('lost');
    expect(q.archived()).toEqual([]);
    expect(q.requests()).toEqual({});
    await q.ends(JOB, { kind: 'failed', exit_code: 3, error_class: 'script' });
    await q.until(() => q.archived().length > 0);
    const ends = eventsOf(q).filter(({ type }) => type === 'finished');
    expect(ends).toMatchObject([{ state: 'failed' }]);
  });

  test('that had ended already, and stays: nothing is archived, and it is told why', async () => {
    const q = await byHand();
    await q.order();
    await q.ends(JOB, { kind: 'completed', exit_code: 0 });
    const file = path.join(q.layout.record(JOB), 'job.json');
    const text = String(q.disk.files.read(file));
    await q.disk.files.removeFile(file);
    put(q.disk, file, `${text.trimEnd()} \n`);
    for (let count = 0; count < 5; count++) await q.look(40_000);
    expect(q.archived()).toEqual([]);
    expect(eventsOf(q)).toContainEqual(
      expect.objectContaining({ type: 'problem', kind: 'broken-record', job_id: JOB }),
    );
  });
});

describe('of an order in outbox/', () => {
  const EDITS: { what: string; edit: Edit; reason: RegExp }[] = [
    { what: 'other arguments', edit: withFields({ args: ['--other'] }), reason: /digest/ },
    { what: 'nonsense', edit: () => '{ "job_id"', reason: /digest/ },
    { what: 'nothing', edit: () => undefined, reason: /missing/ },
  ];

  test.each(EDITS)('to $what: the run goes on, and its end is archived with what is there', async (given) => {
    const q = await runningMachine();
    await q.edit(q.at.order, given.edit);
    const edited = q.disk.files.read(q.at.order);
    await q.daemonsLook(70);
    expect(q.isRunning()).toBe(true);
    expect(q.problems()).toMatchObject([
      { kind: 'changed-order', job_id: JOB, reason: expect.stringMatching(given.reason) },
    ]);
    expect(q.events()).toContain('problem');
    const dir = await q.endsWell();
    expect(q.disk.files.read(path.join(dir, 'order', 'job.json'))).toEqual(edited);
    expect(q.disk.files.facts(q.layout.order(JOB))).toBeUndefined();
    const name = path.basename(dir);
    expect(archivedOrderProblems(q.disk.files, q.layout, name, JOB)).toMatchObject([
      { kind: 'changed-order', file: `archive/${name}/order/job.json`, job_id: JOB },
    ]);
  });

  test('that was left as it was: the archive has nothing to tell', async () => {
    const q = await runningMachine();
    const dir = await q.endsWell();
    expect(archivedOrderProblems(q.disk.files, q.layout, path.basename(dir), JOB)).toEqual([]);
  });
});
