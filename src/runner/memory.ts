// What the runner remembers between ticks and may forget at any time: ages, and what it launched.
import type { Order } from '../job/order.ts';
import type { Follower } from './progress-follower.ts';
import { newFollower } from './progress-follower.ts';

export interface JobMemory {
  /** Facts of the order when it last changed, and when that was by the monotonic clock. */
  signature: string | undefined;
  changedAtMs: number;
  /** The copy that did not fit its seal: of which files, and what was wrong. */
  mismatch: { signature: string; reason: string; atMs: number } | undefined;
  launchedAtMs: number | undefined;
  beat: { seq: number; atMs: number } | undefined;
  follower: Follower;
  /** The order as it stands in the work directory. */
  order: Order | undefined;
}

export type Memory = Map<string, JobMemory>;

export function recall(memory: Memory, jobId: string, nowMs: number): JobMemory {
  const known = memory.get(jobId);
  if (known) return known;
  const fresh: JobMemory = {
    signature: undefined,
    changedAtMs: nowMs,
    mismatch: undefined,
    launchedAtMs: undefined,
    beat: undefined,
    follower: newFollower(),
    order: undefined,
  };
  memory.set(jobId, fresh);
  return fresh;
}
