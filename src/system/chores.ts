// The work of a daemon, one piece at a time for each key: beside the ticks when it is long, tried again later when it
// fails. It knows nothing of what the work is.
import type { Clock } from './clock.ts';

export interface Chores {
  /** Is work for this key under way? */
  isUnderWay(key: string): boolean;
  /** The same, or is it waiting to be tried again after a failure? */
  isBusy(key: string): boolean;
  /** Does the work now; a failure is told and puts the key off, it is never thrown. */
  now(key: string, work: () => Promise<void>, failed: (error: unknown) => void): Promise<void>;
  /** The same beside the ticks; rings when it is over. */
  beside(key: string, work: () => Promise<void>, failed: (error: unknown) => void): void;
  /** Is any work under way, or about to be tried again after one of its first failures? */
  isAnyPending(): boolean;
  settled(): Promise<void>;
}

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MAX_MS = 60_000;
/** What fails more often than this is not about to succeed: nobody waits for it. */
const SOON_TRIES = 3;

export function newChores(clock: Clock, ring: () => void): Chores {
  const tasks = new Map<string, Promise<void>>();
  const putOff = new Map<string, { failures: number; untilMs: number }>();
  const now: Chores['now'] = async (key, work, failed) => {
    try {
      await work();
      putOff.delete(key);
    } catch (error) {
      const failures = (putOff.get(key)?.failures ?? 0) + 1;
      const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1));
      putOff.set(key, { failures, untilMs: clock.monotonic() + waitMs });
      failed(error);
    }
  };
  return {
    isUnderWay: (key) => tasks.has(key),
    isBusy: (key) => tasks.has(key) || clock.monotonic() < (putOff.get(key)?.untilMs ?? 0),
    now,
    beside: (key, work, failed) => {
      // two at once for one key would each believe to be alone
      if (tasks.has(key)) return failed(new Error(`work for ${key} is under way already`));
      const task = now(key, work, failed).finally(() => {
        tasks.delete(key);
        ring();
      });
      tasks.set(key, task);
    },
    isAnyPending: () => tasks.size > 0 || [...putOff.values()].some(({ failures }) => failures <= SOON_TRIES),
    settled: async () => {
      while (tasks.size > 0) await Promise.all(tasks.values());
    },
  };
}
