// How far a runner's clock is behind ours, told from what it says of the time when it is heard. Pure.
import type { Presence } from '../job/presence.ts';

/** What the last signs of life said, in milliseconds. */
export interface ClockSamples {
  bootId: string;
  behindMs: readonly number[];
}

const KEPT = 20;

/**
 * One more sign of life that has just come. What it says is older by its way here, so that every sample is too large:
 * the smallest of them is the best.
 */
export function addSample(
  before: ClockSamples | undefined,
  { boot_id, clock }: Pick<Presence, 'boot_id' | 'clock'>,
  wallMs: number,
): ClockSamples {
  const known = before?.bootId === boot_id ? before.behindMs : [];
  return { bootId: boot_id, behindMs: [...known, wallMs - Date.parse(clock)].slice(-KEPT) };
}

/** At most so many seconds behind ours; negative when it is ahead by at least that. Undefined before the first sign. */
export function clockBehindS(samples: ClockSamples | undefined): number | undefined {
  if (!samples || samples.behindMs.length === 0) return undefined;
  return Math.round(Math.min(...samples.behindMs) / 100) / 10;
}
