// A job on hold that depends on others starts when both are over, whoever lifted the hold and whatever dies; one whose
// dependency has failed says so once, and one that is cancelled for it says why.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newsOf } from '../../src/queue/news.ts';
import { say } from '../../src/store/said.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB } from './by-hand.ts';
import { eventsOf } from './told.ts';

const AFTER = 'job-20260210-143023-after';
const BY = { requested_at: '2026-02-10T15:00:00Z', requested_by: 'ada@desk' };

async function depending(fields: object): Promise<ByHand> {
  const hand = await byHand();
  await hand.order(JOB);
  await hand.order(AFTER, { depends_on: [JOB], ...fields });
  const held = 'hold' in fields;
  const waiting_for = held ? 'release' : `dependency ${JOB}`;
  await hand.record(AFTER, { status: 'submitted', state: 'queued', waiting_for, attempt: 0 });
  await hand.look();
  return hand;
}

const lift = (hand: ByHand) => say(hand.disk, hand.layout, hand.layout.unheld(AFTER), BY);
const looks = async (hand: ByHand, count = 5) => {
  for (let n = 0; n < count; n++) await hand.look();
};
const waits = (hand: ByHand) =>
  eventsOf(hand).flatMap((event) =>
    event.job_id === AFTER && (event.type === 'queued' || event.type === 'waiting')
      ? [event.waiting_for]
      : [],
  );

describe('a job on hold that depends on another one', () => {
  test('names it, and is not released when only the hold is lifted', async () => {
    const hand = await depending({ hold: true });
    expect(hand.view(AFTER)).toMatchObject({
      waiting_for: `release (and dependency ${JOB})`,
      open_dependencies: [{ job_id: JOB, state: null }],
    });
    expect(newsOf(eventsOf(hand))).toMatchObject([
      { what: 'held', reason: `it waits for release (and dependency ${JOB})`, next: `jobq release ${AFTER}` },
    ]);
    await lift(hand);
    await looks(hand);
    expect(hand.requests(AFTER)).toEqual({});
    expect(hand.view(AFTER).waiting_for).toBe(`dependency ${JOB}`);
    expect(newsOf(eventsOf(hand))).toEqual([]);
    hand.restart();
    await hand.ends(JOB, { kind: 'completed' });
    await hand.until(() => hand.requests(AFTER).release !== undefined);
  });

  test('is not released when only that has completed, and then as soon as the hold is lifted', async () => {
    const hand = await depending({ hold: true });
    await hand.ends(JOB, { kind: 'completed' });
    await hand.until(() => hand.archived().length === 1);
    await looks(hand);
    expect(hand.requests(AFTER)).toEqual({});
    expect(hand.view(AFTER)).toMatchObject({ waiting_for: 'release', open_dependencies: [] });
    await lift(hand);
    await hand.until(() => hand.requests(AFTER).release !== undefined);
  });

  test('leaves no note behind', async () => {
    const hand = await depending({ hold: true });
    await lift(hand);
    await hand.ends(JOB, { kind: 'completed' });
    await hand.until(() => hand.requests(AFTER).release !== undefined);
    await hand.ends(AFTER, { kind: 'completed' });
    await hand.until(() => !hand.isThere('requests', AFTER) && hand.archived(AFTER).length === 1);
    expect(hand.disk.files.list(path.dirname(hand.layout.unheld(AFTER)))).toEqual([]);
  });
});

describe('a job that is to wait when its dependency fails', () => {
  const failed = { kind: 'failed', error_class: 'script', exit_code: 1 } as const;

  test('says what blocks it, once, and what can be done', async () => {
    const hand = await depending({ on_dependency_failure: 'wait' });
    await hand.ends(JOB, failed);
    await hand.until(() => hand.archived().length === 1);
    await looks(hand);
    expect(hand.view(AFTER)).toMatchObject({
      waiting_for: `dependency ${JOB}, which failed`,
      open_dependencies: [{ job_id: JOB, state: 'failed' }],
    });
    expect(waits(hand)).toEqual([`dependency ${JOB}`, `dependency ${JOB}, which failed`]);
    const news = newsOf(eventsOf(hand)).filter(({ job_id }) => job_id === AFTER);
    expect(news).toMatchObject([{ what: 'blocked', next: `jobq retry ${JOB}` }]);
    expect(news[0]?.reason).toContain(`jobq release ${AFTER} --force`);
    expect(hand.requests(AFTER)).toEqual({});
  });

  test('is blocked no more while that is tried again, and again when that fails, too', async () => {
    const hand = await depending({ on_dependency_failure: 'wait' });
    await hand.ends(JOB, failed);
    await hand.until(() => hand.archived().length === 1);
    await looks(hand);
    const again = `${JOB}-r1`;
    await hand.order(again, { retry_of: JOB });
    await looks(hand);
    expect(hand.view(AFTER).waiting_for).toBe(`dependency ${JOB}`);
    expect(newsOf(eventsOf(hand)).filter(({ job_id }) => job_id === AFTER)).toEqual([]);
    await hand.ends(again, failed);
    await hand.until(() => hand.archived(again).length === 1);
    await looks(hand);
    expect(newsOf(eventsOf(hand)).filter(({ job_id }) => job_id === AFTER)).toMatchObject([
      { what: 'blocked' },
    ]);
  });

  test('is not announced as blocked when something follows by itself', async () => {
    const hand = await depending({});
    await hand.ends(JOB, failed);
    await hand.until(() => hand.requests(AFTER).cancel !== undefined);
    expect(waits(hand)).toEqual([`dependency ${JOB}`]);
  });
});

describe('a job that is cancelled because its dependency failed', () => {
  test('says so in events and news', async () => {
    const hand = await depending({});
    await hand.ends(JOB, { kind: 'failed', error_class: 'script', exit_code: 1 });
    await hand.until(() => hand.requests(AFTER).cancel !== undefined);
    await hand.ends(AFTER, { kind: 'cancelled', error_class: 'cancelled' });
    await hand.until(() => hand.archived(AFTER).length === 1 && !hand.isThere('requests', AFTER));
    const why = { reason: `dependency ${JOB} failed`, by: 'watcher on desk' };
    expect(eventsOf(hand).find(({ type, job_id }) => type === 'archived' && job_id === AFTER)).toMatchObject(
      why,
    );
    expect(newsOf(eventsOf(hand)).find(({ job_id }) => job_id === AFTER)).toMatchObject({
      what: 'cancelled',
      reason: `cancelled by watcher on desk: dependency ${JOB} failed`,
    });
  });
});
