// Something that is done now and then beside the loop of looks, never twice at once, and that may fail.
// It knows nothing of what is done.
import type { AwakeClock } from './awake-clock.ts';

export interface NowAndThen {
  /** Starts the task when it is due; returns at once. */
  look(): void;
  /** Resolves when the task is not under way. */
  settled(): Promise<void>;
}

/** `pauseMs` tells how long to wait before the first, the second, ... time. */
export function nowAndThen(
  awake: AwakeClock,
  pauseMs: (times: number) => number,
  task: () => Promise<void>,
): NowAndThen {
  let times = 0;
  let due = awake() + pauseMs(0);
  let running: Promise<void> | undefined;
  return {
    look: () => {
      if (running || awake() < due) return;
      times += 1;
      running = task()
        .catch(() => {}) // what cannot be seen now is looked at again
        .finally(() => {
          running = undefined;
          due = awake() + pauseMs(times);
        });
    },
    settled: async () => running,
  };
}
