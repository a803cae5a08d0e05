// When a message that could not be sent is tried again, and when that is given up. Pure.
import type { Random } from '../system/random.ts';

export interface RetryPolicy {
  backoff_s: number;
  backoff_max_s: number;
  retry_max_h: number;
}

/** Nobody is allowed to make us wait longer. */
const WAIT_MAX_S = 3600;

/** Exponential, a quarter more or less by chance; not before the other side wants to hear again. */
export function delayMs(
  tries: number,
  asked_s: number | undefined,
  { backoff_s, backoff_max_s }: RetryPolicy,
  random: Random,
): number {
  const wanted = backoff_s * 2 ** Math.min(tries - 1, 30) * (0.75 + random() / 2);
  return 1000 * Math.max(Math.min(wanted, backoff_max_s), Math.min(asked_s ?? 0, WAIT_MAX_S));
}

/** A message that waited while nobody was there to send it deserves more than one try. */
const TRIES_MIN = 5;

export function isGivenUp(tries: number, queuedMs: number, nowMs: number, policy: RetryPolicy): boolean {
  return tries >= TRIES_MIN && nowMs - queuedMs >= policy.retry_max_h * 3_600_000;
}

/** Has the time come? A time farther off than any wait is from a clock that was set since. */
export function isDue(nextMs: number, nowMs: number, policy: RetryPolicy): boolean {
  const farthestMs = 1000 * Math.max(policy.backoff_max_s, WAIT_MAX_S);
  return nextMs <= nowMs || nextMs - nowMs > farthestMs;
}
