// The loop of a daemon: tick, then wait for a wake-up or the slow timer. It knows nothing of what ticks.
import type { Clock } from './clock.ts';

export interface Ticking {
  /** Looks, decides and acts once. True when there was anything to do or something is under way. */
  tick(): Promise<boolean>;
  /** Resolves when no long action is under way. */
  settled(): Promise<void>;
  /** The loop has ended: nothing follows. */
  close?(): Promise<void>;
}

/** Rings when something happened; whoever waits goes on. A ring while nobody waits is not lost. */
export interface Bell {
  ring(): void;
  /** Resolves at a ring, when the time is over, or when the signal fires. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export function newBell(clock: Clock): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    wait: async (ms, signal) => {
      await clock.turn(); // a bell that rings all the time must not keep signals and timers out
      await clock.sleep(ms, signal ? AbortSignal.any([rung.signal, signal]) : rung.signal);
      rung = new AbortController();
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
  /** A tick that cannot be made (a queue that is gone) is told, and tried again with the slow timer. */
  onError(error: unknown): void;
}

/** Events come in bursts: after a wake-up this long is waited for more of them. */
const BURST_MS = 5;

/** Ticks until the signal fires. */
export async function runLoop(
  ticking: Ticking,
  { clock, bell, pollMs, stop, onTick, onError }: LoopOptions,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await ticking.tick();
      onTick?.();
    } catch (error) {
      onError(error);
    }
    await bell.wait(pollMs, stop);
    await clock.sleep(BURST_MS, stop);
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
