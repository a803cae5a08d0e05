// Time in which the machine slept, or its clock was set: a wait does not grow by it.
import type { RunnerState } from './parts.ts';

/** One gap between two ticks that was no tick's work. */
export interface Nap {
  endedAtMs: number;
  ms: number;
}

export interface Naps {
  lastTickMs: number | undefined;
  list: Nap[];
}

export function newNaps(): Naps {
  return { lastTickMs: undefined, list: [] };
}

/** Two ticks are never this far apart while the machine is awake. */
const NAP_MIN_MS = 60_000;

/** To be called at each tick with the wall clock, and how far apart two ticks may be. */
export function noteTick(naps: Naps, nowMs: number, pollMs: number): void {
  const ms = nowMs - (naps.lastTickMs ?? nowMs);
  if (ms > Math.max(NAP_MIN_MS, 10 * pollMs)) naps.list.push({ endedAtMs: nowMs, ms });
  naps.lastTickMs = nowMs;
}

/** Milliseconds since a moment of this machine's clock, naps left out. */
export function waitedMs(
  { disk, naps }: Pick<RunnerState, 'disk' | 'naps'>,
  since: string | undefined,
): number {
  if (since === undefined) return 0;
  const sinceMs = Date.parse(since);
  const asleepMs = naps.list.reduce((sum, nap) => (nap.endedAtMs > sinceMs ? sum + nap.ms : sum), 0);
  return Math.max(0, disk.clock.now() - sinceMs - asleepMs);
}
