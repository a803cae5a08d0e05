// The work of a daemon, one piece at a time for each key: beside the ticks when it is long, tried again later when it
// fails. It knows nothing of what the work is.
import type { Clock } from './clock.ts';

export interface Chores {
  /** Is work for this key under way? */
  isUnderWay(key: string): boolean;
  /** The same, or is it waiting to be tried again after a failure? */
  isBusy(key: string): boolean;
  /**
   * Does the work now; a failure is told and puts the key off, it is never thrown. Failures of one step (`what`) count
   * until that step succeeds, whatever else succeeds in between.
   */
  now(key: string, work: () => Promise<void>, failed: (error: unknown) => void, what?: string): Promise<void>;
  /** The same beside the ticks; rings when it is over. */
  beside(key: string, work: () => Promise<void>, failed: (error: unknown) => void, what?: string): void;
  /** Is any work under way, or about to be tried again after one of its first failures? */
  isAnyPending(): boolean;
  settled(): Promise<void>;
}

interface Failures {
  /** In a row. */
  count: number;
  untilMs: number;
}

/** What failed of one key. */
interface PutOff {
  steps: Map<string, Failures>;
  /** Undefined when something has succeeded since. */
  last: Failures | undefined;
}

/** A step that has not been tried for so long is not to be tried any more. */
const FORGET_MS = 3_600_000;

function forgetOld(putOff: Map<string, PutOff>, nowMs: number): void {
  for (const [key, { steps }] of putOff) {
    for (const [what, { untilMs }] of steps) if (nowMs - untilMs > FORGET_MS) steps.delete(what);
    if (steps.size === 0) putOff.delete(key);
  }
}

function succeeded(putOff: Map<string, PutOff>, key: string, what: string): void {
  const of = putOff.get(key);
  if (!of) return;
  of.last = undefined;
  of.steps.delete(what);
  if (of.steps.size === 0) putOff.delete(key);
}

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MAX_MS = 60_000;
/** What fails more often than this is not about to succeed: nobody waits for it. */
const SOON_TRIES = 3;

export function newChores(clock: Clock, ring: () => void): Chores {
  const tasks = new Map<string, Promise<void>>();
  const putOff = new Map<string, PutOff>();
  const now: Chores['now'] = async (key, work, failed, what = '') => {
    try {
      await work();
      succeeded(putOff, key, what);
    } catch (error) {
      const of = putOff.get(key) ?? { steps: new Map<string, Failures>(), last: undefined };
      const count = (of.steps.get(what)?.count ?? 0) + 1;
      const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (count - 1));
      of.last = { count, untilMs: clock.monotonic() + waitMs };
      of.steps.set(what, of.last);
      putOff.set(key, of);
      forgetOld(putOff, clock.monotonic());
      failed(error);
    }
  };
  const isPutOff = (key: string) =>
    [...(putOff.get(key)?.steps.values() ?? [])].some(({ untilMs }) => clock.monotonic() < untilMs);
  return {
    isUnderWay: (key) => tasks.has(key),
    isBusy: (key) => tasks.has(key) || isPutOff(key),
    now,
    beside: (key, work, failed, what) => {
      // two at once for one key would each believe to be alone
      if (tasks.has(key)) return failed(new Error(`work for ${key} is under way already`));
      const task = now(key, work, failed, what).finally(() => {
        tasks.delete(key);
        ring();
      });
      tasks.set(key, task);
    },
    isAnyPending: () =>
      tasks.size > 0 || [...putOff.values()].some(({ last }) => last && last.count <= SOON_TRIES),
    settled: async () => {
      while (tasks.size > 0) await Promise.all(tasks.values());
    },
  };
}
