// When is a job tried again, and as what? Pure: the jitter comes from the new job's id, so that the same question has
// the same answer. A retry is decided once, by `cancel.json` for the old job, and made when its time has come.
import type { Order } from '../job/order.ts';
import { retryNameOf } from '../job/retry.ts';
import type { LinkState } from './liveness.ts';
import type { WatcherAction, WatcherJob, WatcherSnapshot } from './watcher-snapshot.ts';

/** The settings that an order without a `retry` of its own goes by. */
export interface RetryPolicy {
  retry_max: number;
  retry_on: readonly string[];
  retry_backoff_s: number;
  retry_multiplier: number;
  retry_backoff_max_s: number;
}

/** A retry that is decided, and not yet known to be in the queue for good. */
export interface PendingRetry {
  retry_as: string;
  /** By the clock of this machine, milliseconds since 1970. */
  notBeforeMs: number;
  /** The new job is in the queue; what is left is to note it. */
  isMade: boolean;
  /** Somebody said that it is not to be made. */
  stopped: boolean;
  /** Its order is being copied. */
  acting: boolean;
  /** The same, or that failed lately and waits to be tried again. */
  busy: boolean;
}

/** Whether the mirror is known to deliver: only then does silence mean that a runner is gone. */
const KNOWN_UP: readonly LinkState[] = ['local', 'up'];

type Surroundings = Pick<WatcherSnapshot, 'nowMs'>;

/** Decides that a job is to be tried again: the old one is told before anything else is done with it. */
export function planSupersede(
  job: WatcherJob,
  { nowMs }: Surroundings,
  policy: RetryPolicy,
): WatcherAction | undefined {
  const { job_id, requests, order: facts, archived, retryId: superseded_by } = job;
  if (requests.cancel || archived.length > 0 || superseded_by === undefined) return undefined;
  if (facts?.seal !== 'valid' || !facts.order || !facts.arrived.complete) return undefined;
  const errorClass = failureOf(job);
  const { max, on, ...pace } = rulesFor(facts.order, policy);
  const { number } = retryNameOf(job_id, facts.order.retry_of);
  if (errorClass === undefined || !on.includes(errorClass) || number >= max) return undefined;
  const retry_at = new Date(nowMs + delayS(superseded_by, number, pace) * 1000).toISOString();
  const reason = `retry ${number + 1} of ${max} after an end of class ${errorClass}`;
  return { do: 'supersede', job_id, superseded_by, retry_at, reason };
}

/** The class of a failure that is final, or `lost`; undefined when there is none. */
export function failureOf({
  record,
  lost,
  link,
}: Pick<WatcherJob, 'record' | 'lost' | 'link'>): string | undefined {
  if (!record?.sealSha256) return lost && KNOWN_UP.includes(link) ? 'lost' : undefined;
  const outcome = record.complete ? record.record?.outcome : undefined;
  if (!outcome || outcome.kind === 'completed' || outcome.kind === 'cancelled') return undefined;
  return outcome.error_class;
}

function rulesFor({ retry }: Order, policy: RetryPolicy) {
  return {
    max: retry?.max ?? policy.retry_max,
    on: retry?.on ?? policy.retry_on,
    backoffS: Math.max(0, retry?.backoff_s ?? policy.retry_backoff_s),
    multiplier: Math.max(1, retry?.multiplier ?? policy.retry_multiplier),
    maxS: policy.retry_backoff_max_s,
  };
}

/** A fifth more or less, so that jobs that failed together do not come back together. */
const JITTER = 0.2;

/** No setting makes a retry wait longer, so that its time can be written. */
const LONGEST_S = 366 * 86_400;

interface Pace {
  backoffS: number;
  multiplier: number;
  maxS: number;
}

/** Seconds before the retry with this id, the one after `number` others. Never over the longest, and still spread there. */
export function delayS(id: string, number: number, { backoffS, multiplier, maxS }: Pace): number {
  // nothing grows to nothing, however often it is multiplied: 0 times Infinity is no number
  const grown = backoffS === 0 ? 0 : backoffS * multiplier ** number;
  const wanted = Math.min(grown, Math.min(maxS, LONGEST_S) / (1 + JITTER));
  return wanted * (1 - JITTER + 2 * JITTER * fractionOf(id));
}

/** A number from 0 to below 1 that looks like chance and belongs to this text: FNV-1a, then mixed. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Makes a retry whose time has come. It does not wait for the old job to be archived. */
export function planRetry(job: WatcherJob, nowMs: number): WatcherAction | undefined {
  const { job_id, record, retry } = job;
  if (!retry || retry.busy) return undefined;
  if (retry.stopped) return { do: 'stop-retry', job_id: retry.retry_as, retry_of: job_id };
  if (hasCompleted(record)) return undefined;
  if (!retry.isMade && (nowMs < retry.notBeforeMs || mayStillRun(job))) return undefined;
  return { do: 'retry', job_id: retry.retry_as, retry_of: job_id };
}

/**
 * The retry of a job without an end was decided because it was lost. Where nobody can tell any more whether its runner is
 * only cut off, it is not made: two would run.
 */
function mayStillRun({ record, archived, link }: WatcherJob): boolean {
  return !record?.sealSha256 && archived.length === 0 && !KNOWN_UP.includes(link);
}

/** A job that was lost may be heard of again, and have completed. */
function hasCompleted(record: WatcherJob['record']): boolean {
  return record?.complete === true && record.record?.state === 'completed';
}

/** Will this job be tried again, so that those who depend on it go on waiting? */
export function isToBeRetried(job: WatcherJob, around: Surroundings, policy: RetryPolicy): boolean {
  const { retry } = job;
  const isPending = retry !== undefined && !retry.isMade && !retry.stopped && !hasCompleted(job.record);
  return isPending || planSupersede(job, around, policy) !== undefined;
}
