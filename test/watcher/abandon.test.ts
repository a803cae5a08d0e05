// A job that was given up: archived as it is, closed when its runner knows, and its results taken in if they come late.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { askToAbandon } from '../../src/store/abandoned.ts';
import { readSeal } from '../../src/store/seal.ts';
import { put } from '../helpers/make-order.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB, RETRY } from './by-hand.ts';
import { courseOf, eventsOf } from './told.ts';

const BY = { requested_at: '2026-02-10T15:00:00Z', requested_by: 'ada@desk', reason: 'scrapped' };

async function givenUp(fields: object = {}): Promise<ByHand> {
  const hand = await byHand();
  await hand.order(JOB, fields);
  await hand.runs();
  put(hand.disk, path.join(hand.layout.record(JOB), '3_results', 'history.csv'), '1,2\n');
  await askToAbandon(hand.disk, hand.layout, JOB, BY);
  return hand;
}

/** The runner's machine is gone: the mirror takes its record away, too. */
const recordGoes = (hand: ByHand) => hand.disk.files.removeTree(hand.layout.record(JOB));
const looks = async (hand: ByHand, count = 20) => {
  for (let n = 0; n < count; n++) await hand.look();
};

describe('a job that was given up', () => {
  test('is archived as it is, with order, record and who gave it up', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    const [dir = ''] = hand.archived();
    expect(hand.json(path.join(dir, 'abandoned.json'))).toEqual({
      abandoned_at: BY.requested_at,
      abandoned_by: 'ada@desk',
      reason: 'scrapped',
    });
    expect(String(hand.disk.files.read(path.join(dir, '3_results', 'history.csv')))).toBe('1,2\n');
    expect(hand.json(path.join(dir, 'job.json'))).toMatchObject({ state: 'running' });
    expect(readSeal(hand.disk.files, path.join(dir, 'order')).seal).toBe('valid');
  });

  test('is shown as failed, given up, with what there is of results', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1);
    const [dir = ''] = hand.archived();
    expect(hand.view()).toMatchObject({
      state: 'failed',
      status: 'failed',
      state_at: BY.requested_at,
      outcome: { kind: 'abandoned', message: 'given up by ada@desk: scrapped' },
      results_dir: dir,
      results_sealed: false,
      late: false,
      runner: 'station',
    });
  });

  test('before its order was sealed is told of from its beginning to its end', async () => {
    const hand = await byHand();
    const order = {
      job_id: JOB,
      created_at: BY.requested_at,
      script: 'run.py',
      args: [],
      status: 'submitted',
    };
    put(hand.disk, path.join(hand.layout.order(JOB), 'job.json'), JSON.stringify(order));
    await hand.look();
    expect(courseOf(hand)).toBe('');
    await askToAbandon(hand.disk, hand.layout, JOB, BY);
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    await looks(hand, 3);
    expect(courseOf(hand)).toBe('submitted cancel-requested archived');
    expect(eventsOf(hand).at(-1)).toMatchObject({ state: 'failed', outcome: { kind: 'abandoned' } });
  });

  test('of which there was no record is shown so as well', async () => {
    const hand = await byHand();
    await hand.order();
    await askToAbandon(hand.disk, hand.layout, JOB, BY);
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    expect(hand.view()).toMatchObject({ state: 'failed', project: null, run_on: 'station', attempt: 0 });
  });

  test('that had been asked to be cancelled before is given up by a note: the cancel is not edited', async () => {
    const hand = await byHand();
    await hand.order();
    const cancel = path.join(hand.layout.requests(JOB), 'cancel.json');
    put(hand.disk, cancel, '{"reason": "first"}');
    expect(await askToAbandon(hand.disk, hand.layout, JOB, BY)).toBe(true);
    expect(await askToAbandon(hand.disk, hand.layout, JOB, BY)).toBe(false);
    expect(String(hand.disk.files.read(cancel))).toBe('{"reason": "first"}');
    await hand.until(() => hand.archived().length === 1);
    expect(hand.view()).toMatchObject({ outcome: { message: 'given up by ada@desk: scrapped' } });
    await hand.presence({ cleared: [JOB] });
    await hand.until(() => !hand.isThere('requests'));
    expect(hand.disk.files.list(path.dirname(hand.layout.abandoned(JOB)))).toEqual([]);
  });

  test('keeps its cancel until the runner that could take it up knows of it', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1);
    await recordGoes(hand);
    await looks(hand);
    await hand.presence({ running: [] });
    await looks(hand);
    await hand.presence({ cleared: [JOB], running: [{ job_id: JOB, heartbeat_seq: 3 }] });
    await looks(hand);
    expect(hand.requests().cancel).toMatchObject({ abandoned: true });
    await hand.presence({ cleared: [JOB] });
    await hand.until(() => !hand.isThere('requests'));
    expect(hand.archived()).toHaveLength(1);
  });

  test('keeps its cancel while there is a record of it that no runner has closed', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1);
    await hand.presence({ cleared: [JOB] });
    await looks(hand);
    expect(hand.isThere('requests')).toBe(true);
  });

  test('has results that come late archived beside, and marked', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    await hand.ends(JOB, { kind: 'completed' });
    await hand.until(() => hand.archived().length === 2 && !hand.isThere('requests'));
    const [before = '', late = ''] = hand.archived();
    expect(readSeal(hand.disk.files, late).seal).toBe('valid');
    expect(hand.disk.files.facts(path.join(before, 'order'))).toBeDefined();
    expect(hand.view()).toMatchObject({
      state: 'completed',
      late: true,
      results_dir: late,
      results_sealed: true,
    });
    expect(hand.view().order_dir).toBe(path.join(before, 'order'));
    expect(hand.isThere('inbox')).toBe(false);
  });

  test('and comes home whole before it is archived as it is, is archived once, and marked', async () => {
    const hand = await givenUp();
    await hand.ends(JOB, { kind: 'cancelled', error_class: 'cancelled' });
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('requests'));
    expect(hand.view()).toMatchObject({ state: 'cancelled', late: true });
  });

  test('whose seal came without its files is not taken for archived when they come', async () => {
    const hand = await byHand();
    await hand.order();
    await hand.ends(JOB, { kind: 'completed' });
    const log = path.join(hand.layout.record(JOB), 'stdout.log');
    await hand.disk.files.removeFile(log);
    await askToAbandon(hand.disk, hand.layout, JOB, BY);
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    const [dir = ''] = hand.archived();
    expect(hand.disk.files.facts(path.join(dir, 'SHA256SUMS'))).toBeUndefined();
    expect(hand.json(path.join(dir, 'abandoned.json'))['left_out']).toEqual(['SHA256SUMS']);
    await looks(hand);
    expect(hand.requests().archived).toBeUndefined();
    put(hand.disk, log, 'hello\n');
    await hand.until(() => hand.archived().length === 2 && !hand.isThere('inbox'));
  });

  test('is not called lost any more', async () => {
    const hand = await givenUp();
    await hand.until(() => hand.archived().length === 1);
    for (let n = 0; n < 60; n++) await hand.look(10_000);
    expect(hand.lines.filter(({ message }) => message === 'lost')).toEqual([]);
  });

  test('fails for those who depend on it', async () => {
    const hand = await givenUp();
    await hand.order('job-after', { depends_on: [JOB] });
    await hand.until(() => hand.requests('job-after').cancel !== undefined);
    expect(hand.requests('job-after').cancel?.reason).toBe(`dependency ${JOB} failed`);
  });

  test('while its retry was to come is still tried again', async () => {
    const hand = await byHand();
    await hand.order(JOB, { retry: { max: 1, on: ['lost'], backoff_s: 200 } });
    await hand.runs();
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10_000);
    await askToAbandon(hand.disk, hand.layout, JOB, BY);
    await hand.until(() => hand.archived().length === 1 && !hand.isThere('outbox'));
    expect(hand.view()).toMatchObject({ state: 'failed', retried_as: RETRY });
    await hand.until(() => hand.isThere('outbox', RETRY), 10_000);
  });
});

describe('the watcher may die at any of its file operations', () => {
  /** Its runner hears of it at the 5th look, and then has nothing of it, or sends what it has. */
  async function scene(hand: ByHand, how: 'cleared' | 'late'): Promise<void> {
    const watch = hand.watchDirs();
    let count = 0;
    await hand.until(() => {
      expect(watch()).toEqual([]);
      count += 1;
      return count > 5 && hand.archived().length > 0 && !hand.isThere('outbox');
    });
    if (how === 'late') await hand.ends(JOB, { kind: 'cancelled', error_class: 'cancelled' });
    else await recordGoes(hand);
    await hand.presence({ cleared: how === 'cleared' ? [JOB] : [] });
    await hand.until(() => {
      expect(watch()).toEqual([]);
      return !hand.isThere('requests') && !hand.isThere('inbox');
    });
    expect(hand.archived()).toHaveLength(how === 'late' ? 2 : 1);
    expect(hand.archived().filter((dir) => hand.disk.files.facts(path.join(dir, 'order')))).toHaveLength(1);
    expect(hand.view()).toMatchObject(how === 'late' ? { late: true } : { outcome: { kind: 'abandoned' } });
    await looks(hand, 5);
    expect(watch()).toEqual([]);
  }

  test.each(['cleared', 'late'] as const)('and a job that was given up is archived once: %s', async (how) => {
    const whole = await givenUp();
    await scene(whole, how);
    const operations = whole.files.operations();
    expect(operations).toBeGreaterThan(20);
    for (let operation = 0; operation < operations; operation++) {
      const hand = await givenUp();
      hand.files.crashIn(operation);
      await scene(hand, how).catch((error: unknown) => {
        throw new Error(`after a death at operation ${operation}`, { cause: error });
      });
    }
  });
});
