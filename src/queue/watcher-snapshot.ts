// What the watcher sees of the world before it decides: one value, no I/O.
import type { JobRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { State } from '../job/states.ts';
import type { OrderFacts } from './order-facts.ts';
import type { Problem } from './problem.ts';

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
}

/** How far the watcher's own copy of a record is. */
export interface Collected {
  sealSha256: string | undefined;
  /** Its post-processing has ended, well or badly, or none is wanted. */
  processed: boolean;
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
  /** Newest last. */
  archived: ArchivedJob[];
  collected: Collected | undefined;
  busy: boolean;
}

export interface WatcherSnapshot {
  jobs: WatcherJob[];
  /** Runners whose presence is known. */
  runners: string[];
  /** The states of jobs that others depend on, where they are known. */
  states: { readonly [job_id: string]: State | undefined };
  problems: Problem[];
}

/** What the watcher may do. Each action is safe to do again after a crash at any point in it. */
export type WatcherAction =
  | { do: 'seal'; job_id: string }
  | { do: 'assign'; job_id: string; runner: string }
  | { do: 'release'; job_id: string }
  | { do: 'cancel'; job_id: string; reason: string }
  | { do: 'collect'; job_id: string }
  | { do: 'process'; job_id: string }
  | { do: 'archive'; job_id: string }
  | { do: 'acknowledge'; job_id: string; archived_as: string; seal_sha256: string }
  | { do: 'move-order'; job_id: string; archived_as: string }
  | { do: 'remove-requests'; job_id: string };

/** The settings of the watcher that decisions depend on. */
export interface WatcherPolicy {
  unsealed_quiet_s: number;
  second_look_s: number;
}
