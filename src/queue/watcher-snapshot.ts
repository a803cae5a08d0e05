// What the watcher sees of the world before it decides: one value, no I/O.
import type { JobRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { State } from '../job/states.ts';
import type { LinkState } from './liveness.ts';
import type { OrderFacts } from './order-facts.ts';
import type { Problem } from './problem.ts';
import type { PendingRetry, RetryPolicy } from './retry.ts';

/** A record's directory in `inbox/` as it has arrived so far. */
export interface RecordArrival {
  record: JobRecord | undefined;
  /** Digest of its seal, once there is a valid one that names the job.json that is there. */
  sealSha256: string | undefined;
  /** Every file the seal names is there and the sizes add up; digests are for the copy to check. */
  complete: boolean;
}

/** A job's directory in `archive/`. */
export interface ArchivedJob {
  /** Name below `archive/`. */
  archived_as: string;
  sealSha256: string | undefined;
  hasOrder: boolean;
  /** It holds what there was when the job was given up, without a seal. */
  abandoned: boolean;
}

/** How far the watcher's own copy of a record is. */
export interface Collected {
  sealSha256: string | undefined;
  /** Its post-processing has ended, well or badly, or none is wanted. */
  processed: boolean;
  /** A post-processor failed, and the time to try it again has not come. */
  waits?: boolean;
}

export interface WatcherJob {
  job_id: string;
  order: OrderFacts | undefined;
  /** Milliseconds since the order's directory last changed, while it has no seal. */
  quietMs: number;
  record: RecordArrival | undefined;
  /** Milliseconds for which the record has been looked for and not found; 0 while it is there or on the first look. */
  recordGoneMs: number;
  requests: Requests;
  /** Is there a directory of requests, and anything in it? */
  asked: 'no' | 'empty' | 'yes';
  /** Newest last. */
  archived: ArchivedJob[];
  collected: Collected | undefined;
  /** To the runner that has it. */
  link: LinkState;
  /** The verdict that it is lost stands. */
  lost: boolean;
  /** The id that its retry has, or would get; known of those that failed or are lost. */
  retryId: string | undefined;
  retry: PendingRetry | undefined;
  /** Somebody gave it up. */
  abandoned: boolean;
  /** Somebody has lifted its hold; its dependencies count on. */
  unheld: boolean;
  /** No runner can take it up any more, though its requests went. */
  cleared: boolean;
  busy: boolean;
}

export interface WatcherSnapshot {
  jobs: WatcherJob[];
  /** Runners whose presence is known. */
  runners: string[];
  /** The states of jobs that others depend on, their retries counted in, where they are known. */
  states: { readonly [job_id: string]: State | undefined };
  /** By the clock of this machine, milliseconds since 1970; compared only with what this side wrote. */
  nowMs: number;
  /** How many more jobs may be post-processed now. */
  postFree: number;
  problems: Problem[];
}

/** What the watcher may do. Each action is safe to do again after a crash at any point in it. */
export type WatcherAction =
  | { do: 'seal'; job_id: string }
  | { do: 'assign'; job_id: string; runner: string }
  | { do: 'release'; job_id: string }
  | { do: 'cancel'; job_id: string; reason: string }
  | { do: 'supersede'; job_id: string; superseded_by: string; retry_at: string; reason: string }
  /** `job_id` is the job to be made. */
  | { do: 'retry'; job_id: string; retry_of: string }
  /** `job_id` is the job that is not to be made; should it be there all the same, it is cancelled. */
  | { do: 'stop-retry'; job_id: string; retry_of: string }
  | { do: 'abandon'; job_id: string }
  | { do: 'collect'; job_id: string }
  | { do: 'process'; job_id: string }
  | { do: 'archive'; job_id: string }
  | { do: 'acknowledge'; job_id: string; archived_as: string; seal_sha256: string }
  | { do: 'move-order'; job_id: string; archived_as: string }
  | { do: 'remove-requests'; job_id: string };

/** The settings of the watcher that decisions depend on. */
export interface WatcherPolicy extends RetryPolicy {
  unsealed_quiet_s: number;
  second_look_s: number;
}
