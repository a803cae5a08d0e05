// Time that does not count while the machine sleeps. On Windows the monotonic clock runs on through sleep, on Linux it
// stands still; here it stands still everywhere. It knows nothing of what is measured.
import type { Clock } from '../../system/clock.ts';

/** Milliseconds in which the machine was awake. Looks at it are what tells sleep apart, so it is looked at often. */
export type AwakeClock = () => number;

/** The time between two looks, as a supervisor makes them. */
export const LOOK_MS = 200;
/** Nobody looks as seldom as this but a machine that slept, or a supervisor that was frozen. */
const SLEPT_MS = 10_000;

export function awakeClock(clock: Pick<Clock, 'monotonic'>): AwakeClock {
  let seen = clock.monotonic();
  let awake = 0;
  return () => {
    const now = clock.monotonic();
    const step = Math.max(0, now - seen);
    seen = now;
    awake += step > SLEPT_MS ? LOOK_MS : step;
    return awake;
  };
}
