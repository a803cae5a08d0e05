// A job that failed is tried again: once, at its time, from what is here, and whatever the watcher dies of.
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { JOB_JSON } from '../../src/job/seal.ts';
import type { LinkState } from '../../src/queue/liveness.ts';
import { readJudgement } from '../../src/store/judgement.ts';
import { writeLost } from '../../src/store/lost.ts';
import { readSeal, sealBreach } from '../../src/store/seal.ts';
import type { ByHand } from './by-hand.ts';
import { byHand, JOB, RETRY } from './by-hand.ts';

const INTERRUPTED = { kind: 'interrupted', error_class: 'interrupted' } as const;
const retry = { max: 1, on: ['interrupted'], backoff_s: 100 };

async function failed(hand: ByHand, fields: object = { retry }): Promise<void> {
  await hand.order(JOB, fields);
  await hand.ends(JOB, INTERRUPTED);
}

const isClosed = (hand: ByHand) =>
  !hand.isThere('requests') && !hand.isThere('outbox') && hand.archived().length === 1;

describe('a job that failed', () => {
  test('is tried again with the same files and fields, under an id of its own', async () => {
    const hand = await byHand();
    await failed(hand, { retry, project: 'm1', idempotency_key: 'once', colour: 'red' });
    await hand.until(() => hand.isThere('outbox', RETRY));
    const dir = hand.layout.order(RETRY);
    const seal = readSeal(hand.disk.files, dir);
    if (seal.seal !== 'valid') throw new Error('the retry has no seal');
    expect(await sealBreach(hand.disk, dir, seal.entries)).toBeUndefined();
    const [old = ''] = hand.archived();
    const {
      job_id: _,
      created_at: __,
      idempotency_key: ___,
      ...kept
    } = hand.json(path.join(old, 'order', JOB_JSON));
    const fields = hand.json(path.join(dir, JOB_JSON));
    expect(fields).toEqual({
      ...kept,
      job_id: RETRY,
      retry_of: JOB,
      created_by: 'watcher on desk',
      created_at: fields['created_at'],
    });
    expect(kept).toMatchObject({ project: 'm1', colour: 'red', args: ['--start'] });
    const textOf = (name: string, from: string) => String(hand.disk.files.read(path.join(from, name)));
    for (const name of ['run_optimization.py', 'README.md'])
      expect(textOf(name, dir)).toBe(textOf(name, path.join(old, 'order')));
  });

  test('is told before, and neither sooner nor later than it says', async () => {
    const hand = await byHand();
    await failed(hand);
    const start = hand.disk.clock.now();
    await hand.look();
    const { cancel } = hand.requests();
    expect(cancel).toMatchObject({ superseded_by: RETRY, requested_by: 'watcher on desk' });
    const waitS = (Date.parse(cancel?.retry_at ?? '') - start) / 1000;
    expect(waitS).toBeGreaterThanOrEqual(80);
    expect(waitS).toBeLessThanOrEqual(120);
    expect(hand.view()).toMatchObject({ state: 'failed', retried_as: RETRY, retry_at: cancel?.retry_at });
    await hand.until(() => isClosed(hand));
    expect(hand.view()).toMatchObject({ state: 'failed', retried_as: RETRY, retry_at: cancel?.retry_at });
    await hand.look();
    const named = () => readJudgement(hand.disk.files, hand.layout)?.retried;
    expect(named()).toEqual([JOB]);
    await hand.until(() => hand.isThere('outbox', RETRY));
    const made = hand.disk.clock.now();
    expect(made).toBeGreaterThanOrEqual(Date.parse(cancel?.retry_at ?? ''));
    expect(made).toBeLessThanOrEqual(Date.parse(cancel?.retry_at ?? '') + 2000);
    const created = hand.json(path.join(hand.layout.order(RETRY), JOB_JSON))['created_at'];
    expect(hand.view()).toMatchObject({ retried_as: RETRY, retry_at: created });
    expect(hand.view(RETRY)).toMatchObject({ retry_of: JOB, retried_as: null });
    await hand.until(() => named()?.length === 0);
  });

  test('is tried again at once from outbox/ when it need not wait', async () => {
    const hand = await byHand();
    await failed(hand, { retry: { ...retry, backoff_s: 0 } });
    await hand.until(() => hand.isThere('outbox', RETRY), 1);
    expect(hand.isThere('outbox')).toBe(true);
    await hand.until(() => isClosed(hand));
    const [dir = ''] = hand.archived();
    await hand.until(() => hand.json(path.join(dir, 'retry.json'))['made_at'] !== undefined);
  });

  test('is tried again as often as it says, each time counting on', async () => {
    const hand = await byHand();
    await failed(hand, { retry: { ...retry, max: 2, backoff_s: 10 } });
    const second = `${JOB}-r2`;
    await hand.until(() => hand.isThere('outbox', RETRY));
    await hand.ends(RETRY, INTERRUPTED);
    await hand.until(() => hand.isThere('outbox', second));
    expect(hand.json(path.join(hand.layout.order(second), JOB_JSON))).toMatchObject({ retry_of: RETRY });
    await hand.ends(second, INTERRUPTED);
    await hand.until(() => hand.archived(second).length === 1 && !hand.isThere('requests', second));
    for (let looks = 0; looks < 50; looks++) await hand.look(10_000);
    expect(hand.disk.files.list(hand.layout.tree('outbox'))?.map(({ name }) => name)).not.toContain(
      `${JOB}-r3`,
    );
    expect(hand.view(second)).toMatchObject({ retry_of: RETRY, retried_as: null, retry_at: null });
  });

  test('is tried again after a restart, though the settings have changed since', async () => {
    const hand = await byHand({ retry_max: 1, retry_on: ['interrupted'] });
    await failed(hand, {});
    await hand.until(() => isClosed(hand));
    const later = await byHandOver(hand, { retry_max: 0 });
    await later.until(() => later.isThere('outbox', RETRY));
  });

  test('and was archived long ago is not tried again because the settings have changed', async () => {
    const hand = await byHand();
    await failed(hand, {});
    await hand.until(() => isClosed(hand));
    const later = await byHandOver(hand, { retry_max: 5, retry_on: ['interrupted'] });
    for (let looks = 0; looks < 100; looks++) await later.look(10_000);
    expect(later.isThere('outbox', RETRY)).toBe(false);
  });

  test('does not start what it had waited for again, once it had started', async () => {
    const hand = await byHand();
    await hand.order('job-before');
    await failed(hand, { retry, hold: true, depends_on: ['job-before'] });
    await hand.until(() => hand.isThere('outbox', RETRY));
    const fields = hand.json(path.join(hand.layout.order(RETRY), JOB_JSON));
    expect(Object.keys(fields)).not.toContain('hold');
    expect(Object.keys(fields)).not.toContain('depends_on');
  });

  test('and was removed from the archive with its order is given up, and says so', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => isClosed(hand));
    const [dir = ''] = hand.archived();
    await hand.disk.files.removeTree(path.join(dir, 'order'));
    await hand.until(() => hand.json(path.join(dir, 'retry.json'))['given_up'] !== undefined, 10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    expect(hand.view()).toMatchObject({ retried_as: null, retry_at: null });
    expect(hand.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('whose archived order was changed is given up rather than run', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => isClosed(hand));
    const [dir = ''] = hand.archived();
    await hand.disk.files.removeFile(path.join(dir, 'order', 'run_optimization.py'));
    await hand.until(() => hand.json(path.join(dir, 'retry.json'))['given_up'] !== undefined, 10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
  });

  test('whose order is in outbox/ and cannot be copied now is tried again later', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => isClosed(hand));
    const order = hand.layout.order(JOB);
    const readme = path.join(order, 'README.md');
    await hand.disk.files.rename(path.join(hand.archived()[0] ?? '', 'order'), order);
    await hand.disk.files.rename(readme, '/aside');
    await hand.until(() => hand.lines.some(({ level }) => level === 'error'), 10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    await hand.disk.files.rename('/aside', readme);
    await hand.until(() => hand.isThere('outbox', RETRY), 10_000);
  });

  test('whose id another job took in the meantime is given up rather than mixed up', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => isClosed(hand));
    await hand.order(RETRY);
    const [dir = ''] = hand.archived();
    await hand.until(() => hand.json(path.join(dir, 'retry.json'))['given_up'] !== undefined, 10_000);
    expect(hand.view()).toMatchObject({ retried_as: null });
  });

  test('is tried again under the next number where another job has that name', async () => {
    const hand = await byHand();
    await hand.order(RETRY);
    await failed(hand);
    await hand.until(() => hand.isThere('outbox', `${JOB}-r2`));
    expect(hand.view()).toMatchObject({ retried_as: `${JOB}-r2` });
  });

  test('that somebody tried again by hand is not tried again beside that', async () => {
    const hand = await byHand();
    await hand.order(RETRY, { retry_of: JOB });
    await failed(hand);
    await hand.until(() => isClosed(hand));
    for (let looks = 0; looks < 30; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', `${JOB}-r2`)).toBe(false);
    expect(hand.view()).toMatchObject({ retried_as: RETRY });
  });

  test('is not made a second time when its retry has come and gone', async () => {
    const hand = await byHand();
    await failed(hand);
    await hand.until(() => hand.isThere('outbox', RETRY));
    await hand.until(
      () => hand.json(path.join(hand.archived()[0] ?? '', 'retry.json'))['made_at'] !== undefined,
    );
    await hand.disk.files.removeTree(hand.layout.order(RETRY));
    hand.restart();
    for (let looks = 0; looks < 50; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
  });
});

/** The same queue under a watcher with other settings. */
async function byHandOver(hand: ByHand, fields: object): Promise<ByHand> {
  Object.assign(hand.settings, fields);
  hand.restart();
  return Promise.resolve(hand);
}

describe('a job that is lost', () => {
  const lostRetry = { retry: { max: 1, on: ['lost'], backoff_s: 10 } };
  const isLost = (hand: ByHand) => hand.view().state === 'lost';

  test('is cancelled, then tried again from outbox/', async () => {
    const hand = await byHand();
    await hand.order(JOB, lostRetry);
    await hand.runs();
    await hand.until(() => isLost(hand), 10_000);
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10);
    await hand.until(() => hand.isThere('outbox', RETRY));
    expect(hand.isThere('outbox')).toBe(true);
    expect(hand.view()).toMatchObject({ state: 'lost', retried_as: RETRY });
  });

  test.each(['unknown', 'disconnected', 'pulling', 'half-open'] as const)(
    'is not tried again while the link is %s',
    async (link) => {
      const hand = await byHand({}, link);
      await hand.order(JOB, lostRetry);
      await hand.runs();
      for (let looks = 0; looks < 90; looks++) await hand.look(50_000);
      expect(isLost(hand)).toBe(link === 'unknown');
      expect(hand.requests()).toEqual({});
      expect(hand.isThere('outbox', RETRY)).toBe(false);
    },
  );

  test('is not tried again when nobody knows any more whether it was only cut off', async () => {
    let link: LinkState = 'local';
    const hand = await byHand({}, () => link);
    await hand.order(JOB, lostRetry);
    await hand.runs();
    await hand.until(() => isLost(hand), 10_000);
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10);
    link = 'unknown';
    for (let looks = 0; looks < 20; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    link = 'up';
    await hand.until(() => hand.isThere('outbox', RETRY));
  });

  test('by the word of an earlier watcher is tried again when this one finds it lost, too', async () => {
    const hand = await byHand();
    await hand.order(JOB, lostRetry);
    await hand.runs();
    await writeLost(hand.disk, hand.layout, JOB, { at: '2026-02-10T14:00:00Z', reason: 'silent' });
    for (let looks = 0; looks < 20; looks++) await hand.look(10_000);
    expect(hand.requests()).toEqual({});
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10_000);
  });

  test('is not tried again when it has completed in the meantime', async () => {
    const hand = await byHand();
    await hand.order(JOB, { retry: { ...lostRetry.retry, backoff_s: 500 } });
    await hand.runs();
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10_000);
    await hand.ends(JOB, { kind: 'completed' });
    await hand.until(() => isClosed(hand));
    for (let looks = 0; looks < 100; looks++) await hand.look(10_000);
    expect(hand.isThere('outbox', RETRY)).toBe(false);
    expect(hand.view()).toMatchObject({ state: 'completed', late: true, retried_as: null });
    expect(hand.disk.files.facts(path.join(hand.archived()[0] ?? '', 'retry.json'))).toBeUndefined();
  });

  test('and comes back to be cancelled is archived, and still tried again', async () => {
    const hand = await byHand();
    await hand.order(JOB, { retry: { ...lostRetry.retry, backoff_s: 500 } });
    await hand.runs();
    await hand.until(() => hand.requests().cancel?.superseded_by === RETRY, 10_000);
    await hand.ends(JOB, { kind: 'cancelled', error_class: 'cancelled' });
    await hand.until(() => isClosed(hand));
    await hand.until(() => hand.isThere('outbox', RETRY), 10_000);
  });
});

describe('those who depend on a job that failed', () => {
  const AFTER = 'job-20260210-143023-after';

  async function depending(fields: object): Promise<ByHand> {
    const hand = await byHand();
    await hand.order(AFTER, { depends_on: [JOB] });
    await failed(hand, fields);
    return hand;
  }

  test('wait for its retry, and are released when that completes', async () => {
    const hand = await depending({ retry });
    await hand.until(() => hand.isThere('outbox', RETRY));
    expect(hand.requests(AFTER)).toEqual({});
    await hand.ends(RETRY, { kind: 'completed' });
    await hand.until(() => hand.requests(AFTER).release !== undefined);
  });

  test('are cancelled when its last retry has failed', async () => {
    const hand = await depending({ retry });
    await hand.until(() => hand.isThere('outbox', RETRY));
    await hand.ends(RETRY, INTERRUPTED);
    await hand.until(() => hand.requests(AFTER).cancel !== undefined);
    expect(hand.requests(AFTER).cancel).toMatchObject({ reason: `dependency ${JOB} failed` });
  });

  test('are cancelled at once when it is not tried again', async () => {
    const hand = await depending({});
    await hand.look();
    expect(hand.requests(AFTER).cancel).toBeDefined();
  });
});

describe('the watcher may die at any of its file operations', () => {
  const noted = (hand: ByHand) =>
    hand.archived().flatMap((dir) => {
      const file = path.join(dir, 'retry.json');
      return hand.disk.files.facts(file) ? [hand.json(file)] : [];
    });

  /** Looks until all is done, and at every look whether all is as it must be. */
  async function scene(hand: ByHand, backoff_s: number): Promise<void> {
    await failed(hand, { retry: { ...retry, backoff_s } });
    const watch = hand.watchDirs();
    let told = false;
    await hand.until(() => {
      expect(watch()).toEqual([]);
      told ||= hand.requests().cancel?.superseded_by === RETRY || noted(hand).length > 0;
      expect(told || !hand.isThere('outbox', RETRY)).toBe(true);
      const isNoted = noted(hand).some((plan) => plan['made_at'] !== undefined);
      return isClosed(hand) && hand.isThere('outbox', RETRY) && isNoted;
    });
    const orders = (hand.disk.files.list(hand.layout.tree('outbox')) ?? []).map(({ name }) => name);
    expect(orders.filter((name) => name.startsWith('job-'))).toEqual([RETRY]);
    const dir = hand.layout.order(RETRY);
    const seal = readSeal(hand.disk.files, dir);
    expect(seal.seal === 'valid' && (await sealBreach(hand.disk, dir, seal.entries))).toBeUndefined();
    expect(readSeal(hand.disk.files, path.join(hand.archived()[0] ?? '', 'order')).seal).toBe('valid');
  }

  // at once: from outbox/, beside the way home; later: from the archive
  test.each([0, 30])(
    'and a retry after %i s is made once, nothing is lost, nothing comes back',
    async (backoff_s) => {
      const whole = await byHand();
      await scene(whole, backoff_s);
      const operations = whole.files.operations();
      expect(operations).toBeGreaterThan(40);
      for (let operation = 0; operation < operations; operation++) {
        const hand = await byHand();
        hand.files.crashIn(operation);
        await scene(hand, backoff_s).catch((error: unknown) => {
          throw new Error(`after a death at operation ${operation}`, { cause: error });
        });
      }
    },
  );
});
