// A retry that somebody stopped is not made: before or after its job is archived, and whatever the watcher dies of.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newsOf } from '../../src/queue/news.ts';
import { stopRetry } from '../../src/store/planned-retries.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB, RETRY } from './by-hand.ts';
import { eventsOf } from './told.ts';

const INTERRUPTED = { kind: 'interrupted', error_class: 'interrupted' } as const;
const retry = { max: 1, on: ['interrupted'], backoff_s: 100 };
const BY = { requested_at: '2026-02-10T15:00:00Z', requested_by: 'ada@desk', reason: 'enough' };
const WHY = 'stopped by ada@desk: enough';
const AFTER = 'job-20260210-143023-after';

const stop = (hand: ByHand) => stopRetry(hand.disk, hand.layout, RETRY, BY);
const isClosed = (hand: ByHand) =>
  !hand.isThere('requests') && !hand.isThere('outbox') && hand.archived().length === 1;
const plan = (hand: ByHand) => hand.json(path.join(hand.archived()[0] ?? '', 'retry.json'));
const notes = (hand: ByHand) => hand.disk.files.list(path.dirname(hand.layout.stoppedRetry(RETRY))) ?? [];
const isDecided = (hand: ByHand) => () => hand.requests().cancel?.superseded_by === RETRY;

async function failed(hand: ByHand): Promise<void> {
  await hand.order(JOB, { retry });
  await hand.ends(JOB, INTERRUPTED);
  await hand.until(isDecided(hand));
}

describe('a retry that is stopped', () => {
  test('before its job is archived is not made, and the archive says why', async () => {
    const hand = await byHand();
    await failed(hand);
    await stop(hand);
    await hand.until(() => isClosed(hand));
    expect(plan(hand)).toMatchObject({ retried_as: RETRY, given_up: WHY });
    for (let looks = 0; looks < 30; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    expect(notes(hand)).toEqual([]);
    expect(hand.view()).toMatchObject({ state: 'failed', retried_as: null });
  });

  test('after its job is archived is not made, and whoever was told of it hears so', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => isClosed(hand));
    await hand.look();
    expect(newsOf(eventsOf(hand))).toMatchObject([{ what: 'failed', retried_as: RETRY }]);
    await stop(hand);
    for (let looks = 0; looks < 30; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    expect(plan(hand)).toMatchObject({ given_up: WHY });
    expect(notes(hand)).toEqual([]);
    expect(newsOf(eventsOf(hand))).toMatchObject([
      { what: 'failed', retried_as: null, next: `jobq status ${JOB}` },
      { what: 'retry-stopped', job_id: JOB, reason: `it is not tried again as ${RETRY}: ${WHY}` },
    ]);
  });

  test.each([0, 100])('in the moment in which it is made is cancelled (after %i s)', async (backoff_s) => {
    const hand = await byHand();
    const { rename } = hand.files;
    hand.files.rename = async (from, to) => {
      await rename(from, to);
      if (to === hand.layout.order(RETRY)) await stop(hand);
    };
    await hand.order(JOB, { retry: { ...retry, backoff_s } });
    await hand.ends(JOB, INTERRUPTED);
    await hand.until(() => hand.requests(RETRY).cancel !== undefined);
    expect(hand.requests(RETRY).cancel).toMatchObject({ reason: WHY, requested_by: 'watcher on desk' });
    await hand.until(() => isClosed(hand));
    await hand.until(() => plan(hand)['made_at'] !== undefined);
    expect(notes(hand)).toEqual([]);
  });

  test('of a job that is lost is not made', async () => {
    const hand = await byHand();
    await hand.order(JOB, { retry: { max: 1, on: ['lost'], backoff_s: 100 } });
    await hand.runs();
    await hand.until(isDecided(hand), 10_000);
    await stop(hand);
    for (let looks = 0; looks < 30; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    expect(hand.view()).toMatchObject({ state: 'lost', retried_as: null });
  });

  test('is waited for by nobody: those who depend on its job follow what they say of failure', async () => {
    const hand = await byHand();
    await hand.order(AFTER, { depends_on: [JOB] });
    await failed(hand);
    await hand.until(() => isClosed(hand));
    expect(hand.requests(AFTER)).toEqual({});
    await stop(hand);
    await hand.until(() => hand.requests(AFTER).cancel !== undefined, 100);
  });

  test.each(['before', 'after'])(
    'stays stopped wherever the watcher dies, said %s its job is archived',
    async (when) => {
      const scene = async (hand: ByHand): Promise<void> => {
        await failed(hand);
        if (when === 'after') await hand.until(() => isClosed(hand));
        await stop(hand);
        for (let looks = 0; looks < 40; looks++) await hand.look(10_000);
        await hand.until(() => isClosed(hand));
        expect(hand.isThere('outbox', RETRY)).toBe(false);
        expect(plan(hand)['given_up']).toBe(WHY);
      };
      const whole = await byHand();
      await scene(whole);
      for (let operation = 0; operation < whole.files.operations(); operation++) {
        const hand = await byHand();
        hand.files.crashIn(operation);
        await scene(hand).catch((error: unknown) => {
          throw new Error(`after a death at operation ${operation}`, { cause: error });
        });
      }
    },
  );
});

test('a job that is lost says in the news that it is tried again, and when', async () => {
  const hand = await byHand();
  await hand.order(JOB, { retry: { max: 1, on: ['lost'], backoff_s: 100 } });
  await hand.runs();
  await hand.until(isDecided(hand), 10_000);
  await hand.look();
  const { retry_at } = hand.requests().cancel ?? {};
  expect(retry_at).toBeDefined();
  expect(newsOf(eventsOf(hand))).toMatchObject([
    { what: 'lost', retried_as: RETRY, retry_at, next: `jobq status ${RETRY}` },
  ]);
});
