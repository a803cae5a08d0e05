// A clock that goes on by itself as soon as everybody waits for it: hours pass in milliseconds, in the right order.
import type { Clock } from '../../src/system/clock.ts';

export interface VirtualClock extends Clock {
  /** Does something so many seconds after the start. */
  at(s: number, action: () => unknown): void;
  /** So many seconds since the start. */
  s(): number;
  /** The machine sleeps: its clocks go on, nobody is woken, as on Windows. */
  jump(s: number): void;
  /** Lets time pass until the work is done. */
  drive<T>(work: Promise<T>): Promise<T>;
}

const START = Date.parse('2026-02-10T14:30:22Z');
const STEPS_MAX = 2_000_000;
/** Work that waits for nothing but its turn takes some. */
const IDLE_MAX = 1000;

export function virtualClock(): VirtualClock {
  let elapsed = 0;
  let waiting: { at: number; wake: () => void }[] = [];
  const wakeAt = (at: number, wake: () => void) => waiting.push({ at, wake });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const wakeNext = () => {
    const next = waiting.reduce((first, one) => (one.at < first.at ? one : first));
    waiting = waiting.filter((one) => one !== next);
    elapsed = Math.max(elapsed, next.at);
    next.wake();
  };
  return {
    now: () => START + elapsed,
    monotonic: () => elapsed,
    turn,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          waiting = waiting.filter((one) => one.wake !== wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        wakeAt(elapsed + ms, wake);
        signal?.addEventListener('abort', wake);
      }),
    at: (s, action) => void wakeAt(s * 1000, () => void action()),
    s: () => elapsed / 1000,
    jump: (s) => {
      elapsed += s * 1000;
    },
    drive: async (work) => {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      for (let steps = 0, idle = 0; steps < STEPS_MAX && idle < IDLE_MAX; steps++) {
        await turn();
        if (done) return work;
        idle = waiting.length === 0 ? idle + 1 : 0;
        if (idle === 0) wakeNext();
      }
      throw new Error(`nothing goes on at ${elapsed} ms`);
    },
  };
}
