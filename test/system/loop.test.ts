import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/system/clock.ts';
import { newBell, runLoop, runUntilIdle } from '../../src/system/loop.ts';
import { until } from './temp-dir.ts';

const HOUR_MS = 3_600_000;

/** How a promise stands once everything that is ready has had its turn. */
async function stands(promise: Promise<unknown>): Promise<'over' | 'waiting'> {
  let state: 'over' | 'waiting' = 'waiting';
  void promise.then(() => {
    state = 'over';
  });
  for (let turn = 0; turn < 5; turn++) await systemClock.turn();
  return state;
}

describe('the bell', () => {
  test('ends a wait', async () => {
    const bell = newBell(systemClock);
    const waiting = bell.wait(HOUR_MS);
    expect(await stands(waiting)).toBe('waiting');
    bell.ring();
    await waiting;
  });

  test('is heard by the next who waits when nobody did, and only once', async () => {
    const bell = newBell(systemClock);
    bell.ring();
    bell.ring();
    await bell.wait(HOUR_MS);
    const stop = new AbortController();
    const waiting = bell.wait(HOUR_MS, stop.signal);
    expect(await stands(waiting)).toBe('waiting');
    stop.abort();
    await waiting;
  });

  test('need not ring when the time is over, or for a signal', async () => {
    const bell = newBell(systemClock);
    await bell.wait(1);
    await bell.wait(HOUR_MS, AbortSignal.abort());
  });
});

describe('the loop', () => {
  /** A loop that ticks when it is rung, and what it did. */
  const running = (tick: (count: number) => Promise<boolean>, pollMs = HOUR_MS) => {
    const bell = newBell(systemClock);
    const stop = new AbortController();
    const seen = { ticks: 0, settled: 0, errors: [] as unknown[] };
    const ticking = {
      tick: () => tick(++seen.ticks),
      settled: () => Promise.resolve(void seen.settled++),
    };
    const onError = (error: unknown) => void seen.errors.push(error);
    const over = runLoop(ticking, { clock: systemClock, bell, pollMs, stop: stop.signal, onError });
    return { bell, stop, seen, over };
  };

  test('ticks at once, at each ring, and ends when told, once all is settled', async () => {
    const { bell, stop, seen, over } = running(() => Promise.resolve(false));
    await until('the first tick', () => seen.ticks === 1);
    bell.ring();
    await until('a tick after a ring', () => seen.ticks === 2);
    stop.abort();
    await over;
    expect(seen).toEqual({ ticks: 2, settled: 1, errors: [] });
  });

  test('ticks with the slow timer when nothing rings', async () => {
    const { stop, seen, over } = running(() => Promise.resolve(false), 1);
    await until('three ticks', () => seen.ticks >= 3);
    stop.abort();
    await over;
  });

  test('glances instead while it rests from a tick that took long, and ticks when that finds something', async () => {
    const bell = newBell(systemClock);
    const stop = new AbortController();
    const seen = { ticks: 0, glances: 0, isDue: false };
    const ticking = {
      tick: async () => {
        seen.ticks += 1;
        await systemClock.sleep(20);
        return false;
      },
      glance: () => {
        seen.glances += 1;
        return Promise.resolve(seen.isDue);
      },
      settled: () => Promise.resolve(),
    };
    const onError = () => {};
    const over = runLoop(ticking, { clock: systemClock, bell, pollMs: 1, stop: stop.signal, onError });
    await until('some glances', () => seen.glances >= 5);
    expect(seen.ticks).toBe(1);
    bell.stir();
    await until('one more glance', () => seen.glances >= 6);
    expect(seen.ticks).toBe(1);
    bell.ring();
    await until('a tick after a ring', () => seen.ticks === 2);
    seen.isDue = true;
    await until('a tick after a glance', () => seen.ticks === 3);
    stop.abort();
    await over;
  });

  test('tidies up after a tick that took long, and not after each of them', async () => {
    const clock = { ...systemClock, nowMs: 0, monotonic: () => clock.nowMs };
    const takes = [10, 600, 700, 60_000, 10];
    const bell = newBell(systemClock);
    const stop = new AbortController();
    const tidied: number[] = [];
    let ticks = 0;
    const ticking = {
      tick: () => {
        clock.nowMs += takes[ticks++] ?? 0;
        if (ticks === takes.length) stop.abort();
        else bell.ring();
        return Promise.resolve(true);
      },
      settled: () => Promise.resolve(),
    };
    const tidy = () => void tidied.push(ticks);
    await runLoop(ticking, { clock, bell, pollMs: HOUR_MS, stop: stop.signal, tidy, onError: () => {} });
    expect(tidied).toEqual([2, 4]);
  });

  test('does not miss a ring that comes during a tick', async () => {
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { bell, stop, seen, over } = running((count) =>
      count === 1 ? slow.then(() => false) : Promise.resolve(false),
    );
    bell.ring();
    finish();
    await until('the tick for the ring', () => seen.ticks === 2);
    stop.abort();
    await over;
  });

  test('tells a tick that fails, and goes on', async () => {
    const failure = new Error('the disk is gone');
    const { bell, stop, seen, over } = running((count) =>
      count === 1 ? Promise.reject(failure) : Promise.resolve(false),
    );
    await until('the failure', () => seen.errors.length === 1);
    bell.ring();
    await until('the tick after it', () => seen.ticks === 2);
    stop.abort();
    await over;
    expect(seen.errors).toEqual([failure]);
  });

  test('makes one tick of many rings', async () => {
    const { bell, stop, seen, over } = running(() => Promise.resolve(false));
    await until('the first tick', () => seen.ticks === 1);
    for (let ring = 0; ring < 100; ring++) bell.ring();
    await until('a tick after the rings', () => seen.ticks === 2);
    stop.abort();
    await over;
    expect(seen.ticks).toBe(2);
  });
});

describe('the loop until idle', () => {
  test('ends when a tick has nothing to do', async () => {
    const bell = newBell(systemClock);
    let ticks = 0;
    let settled = 0;
    const tick = () => {
      bell.ring();
      return Promise.resolve(++ticks < 4);
    };
    const ticking = { tick, settled: () => Promise.resolve(void settled++) };
    await runUntilIdle(ticking, bell, new AbortController().signal);
    expect({ ticks, settled }).toEqual({ ticks: 4, settled: 1 });
  });

  test('throws what a tick throws', async () => {
    const ticking = { tick: () => Promise.reject(new Error('no queue')), settled: () => Promise.resolve() };
    const running = runUntilIdle(ticking, newBell(systemClock), new AbortController().signal);
    await expect(running).rejects.toThrow('no queue');
  });

  test('ends when told', async () => {
    const stop = new AbortController();
    let ticks = 0;
    const tick = () => {
      if (++ticks === 3) stop.abort();
      return Promise.resolve(true);
    };
    const bell = newBell(systemClock);
    bell.ring();
    await runUntilIdle({ tick, settled: () => Promise.resolve() }, bell, stop.signal);
    expect(ticks).toBe(3);
  });
});

test('a bell that rings all the time lets timers have their turn', async () => {
  const bell = newBell(systemClock);
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 5);
  for (let rings = 0; !fired && rings < 100_000; rings++) {
    bell.ring();
    await bell.wait(1000);
  }
  expect(fired).toBe(true);
});
