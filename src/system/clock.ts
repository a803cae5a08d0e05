// Time. The only place that reads a clock or sets a timer.

export interface Clock {
  /** Wall time in milliseconds since 1970; never compared between machines. */
  now(): number;
  /** Milliseconds of a clock that only goes forward; for ages. */
  monotonic(): number;
  /** Lets waiting events have their turn, between two pieces of long work. */
  turn(): Promise<void>;
  /** Resolves after so many milliseconds, or at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // as `performance.now`, for which more would be loaded
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
