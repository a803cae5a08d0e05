// What the owner's wish means at a moment. Pure.
import type { OwnerWish } from './machine.ts';

/** The pause that is in force; one whose `until` has passed is over. */
export function pausedNow({ paused }: OwnerWish, nowMs: number): OwnerWish['paused'] {
  if (!paused) return undefined;
  const isOver = paused.until !== undefined && Date.parse(paused.until) <= nowMs;
  return isOver ? undefined : paused;
}
