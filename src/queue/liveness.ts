// When is a job lost? Age is the watcher's own monotonic time in which a runner's sequence number did not move.
import type { Presence } from '../job/presence.ts';

/** What is known of the mirror between the two sides. */
export type LinkState = 'local' | 'unknown';

export interface LivenessPolicy {
  lost_after_s: number;
  lost_unknown_after_s: number;
}

/** A job's runner as observed: when, by our monotonic clock, it last vouched for the job with a new number. */
export interface Observed {
  seq: number;
  bootId: string;
  movedAtMs: number;
}

/** Does this runner say that the job is in its hands? */
function vouches(presence: Presence | undefined, jobId: string): presence is Presence {
  return [...(presence?.running ?? []), ...(presence?.waiting ?? [])].some((job) => job.job_id === jobId);
}

/**
 * The observation after one more look. A first look starts the age at zero: nothing is concluded from old files.
 * A presence that does not list the job proves nothing for it.
 */
export function observe(
  before: Observed | undefined,
  presence: Presence | undefined,
  jobId: string,
  nowMs: number,
): Observed {
  if (!vouches(presence, jobId)) return before ?? { seq: -1, bootId: '', movedAtMs: nowMs };
  const moved = before?.seq !== presence.seq || before.bootId !== presence.boot_id;
  return moved ? { seq: presence.seq, bootId: presence.boot_id, movedAtMs: nowMs } : before;
}

/** Why a job counts as lost, or undefined while it does not. */
export function lostReason(
  observed: Observed,
  nowMs: number,
  link: LinkState,
  policy: LivenessPolicy,
): string | undefined {
  const limitS = link === 'local' ? policy.lost_after_s : policy.lost_unknown_after_s;
  const ageS = (nowMs - observed.movedAtMs) / 1000;
  if (ageS < limitS) return undefined;
  return `no heartbeat of its runner for ${Math.round(ageS)} s (limit ${limitS} s, link ${link})`;
}
