// The clock of the example: it begins when it is told to, stands still until it is let run, and then runs faster than
// real time. Everything that is written into the example has its time from here.
import type { Clock } from '../../src/system/clock.ts';
import { systemClock } from '../../src/system/clock.ts';

/** A study that waits 0.2 s before a trial seems to work 12 s on it. */
const SPEED = 60;

export interface StoryClock extends Clock {
  /** Goes on to this moment, unless it has passed, and stands still there. */
  standAt(moment: string): void;
  /** Runs until it is told to stand again. */
  run(): void;
}

export function storyClock(start: string): StoryClock {
  const startMs = Date.parse(start);
  let passedMs = 0;
  let runsSince: number | undefined;
  const monotonic = () =>
    passedMs + (runsSince === undefined ? 0 : (systemClock.monotonic() - runsSince) * SPEED);
  return {
    monotonic,
    now: () => Math.floor(startMs + monotonic()),
    turn: systemClock.turn,
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
    standAt: (moment) => {
      passedMs = Math.max(monotonic(), Date.parse(moment) - startMs);
      runsSince = undefined;
    },
    run: () => {
      runsSince ??= systemClock.monotonic();
    },
  };
}
