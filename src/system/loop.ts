// The loop of a daemon: tick, then wait for a wake-up or the slow timer. It knows nothing of what ticks.
import type { Clock } from './clock.ts';

export interface Ticking {
  /** Looks, decides and acts once. True when there was anything to do or something is under way. */
  tick(): Promise<boolean>;
  /** A look that costs little: is a tick due although nobody rang? Asked with the slow timer where ticks take long. */
  glance?(): Promise<boolean>;
  /** Resolves when no long action is under way. */
  settled(): Promise<void>;
  /** The loop has ended: nothing follows. */
  close?(): Promise<void>;
}

/** Rings when something happened; whoever waits goes on. A ring while nobody waits is not lost. */
export interface Bell {
  ring(): void;
  /** Something moved that may mean nothing: a glance will tell. */
  stir(): void;
  /** Resolves at a ring, when the time is over, or when the signal fires. True when it was rung. */
  wait(ms: number, signal?: AbortSignal): Promise<boolean>;
}

export function newBell(clock: Clock): Bell {
  let moved = new AbortController();
  let isRung = false;
  return {
    ring: () => {
      isRung = true;
      moved.abort();
    },
    stir: () => moved.abort(),
    wait: async (ms, signal) => {
      await clock.turn(); // a bell that rings all the time must not keep signals and timers out
      await clock.sleep(ms, signal ? AbortSignal.any([moved.signal, signal]) : moved.signal);
      const wasRung = isRung;
      moved = new AbortController();
      isRung = false;
      return wasRung;
    },
  };
}

export interface LoopOptions {
  clock: Clock;
  bell: Bell;
  /** The slow timer: the longest time between two ticks. */
  pollMs: number;
  stop: AbortSignal;
  /** A tick was made. */
  onTick?(): void;
  /** Gives back what a tick that took long has needed. */
  tidy?(): void;
  /** A tick that cannot be made (a queue that is gone) is told, and tried again with the slow timer. */
  onError(error: unknown): void;
}

/** Of the time of a loop that nobody wakes, ticks take no more than one part in so many. */
const REST = 400;
/** And the rest of one that takes very long ends all the same. */
const REST_MAX_MS = 120_000;

/** Whoever ticks as long as this has taken much; it is tidied up no more often than that. */
const LONG_MS = 500;
const TIDY_MS = 60_000;

/** What was done may allow the next step at once, again and again; after so many ticks in a row others get a breath. */
const AT_ONCE = 20;
const BREATH_MS = 5;

/** Ticks until the signal fires. */
export async function runLoop(
  ticking: Ticking,
  { clock, bell, pollMs, stop, onTick, tidy, onError }: LoopOptions,
): Promise<void> {
  let isRung = true;
  let inARow = 0;
  let restUntilMs = 0;
  let tidyAgainMs = 0;
  const tick = async () => {
    const startMs = clock.monotonic();
    await ticking.tick();
    const endMs = clock.monotonic();
    restUntilMs = endMs + Math.min(REST_MAX_MS, REST * (endMs - startMs));
    if (endMs - startMs < LONG_MS || endMs < tidyAgainMs) return;
    tidyAgainMs = endMs + TIDY_MS;
    tidy?.();
  };
  const isDue = async () =>
    isRung || clock.monotonic() >= restUntilMs || !ticking.glance || (await ticking.glance());
  while (!stop.aborted) {
    try {
      if (await isDue()) await tick();
      onTick?.();
    } catch (error) {
      restUntilMs = 0;
      onError(error);
    }
    const waitedFromMs = clock.monotonic();
    isRung = await bell.wait(pollMs, stop);
    inARow = clock.monotonic() - waitedFromMs < 1 ? inARow + 1 : 0;
    if (inARow >= AT_ONCE) await clock.sleep(BREATH_MS, stop);
  }
  await ticking.settled();
  await ticking.close?.();
}

/** How often a loop that runs until idle looks when no event comes. */
const ONCE_POLL_MS = 250;

/** Ticks until nothing can proceed without somebody else or the passing of time. Errors are thrown. */
export async function runUntilIdle(ticking: Ticking, bell: Bell, stop: AbortSignal): Promise<void> {
  while (!stop.aborted && (await ticking.tick())) await bell.wait(ONCE_POLL_MS, stop);
  await ticking.settled();
  await ticking.close?.();
}
