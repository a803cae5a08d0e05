// What the runner sees of the world before it decides: one value, no I/O.
import type { Exit, Outcome } from '../job/outcome.ts';
import type { JobRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { OrderFacts } from './order-facts.ts';
import type { Problem } from './problem.ts';

/** How far the runner's ledger says a job is. */
export type LedgerPhase = 'intent' | 'started' | 'ended' | 'deleting' | 'deleted';

export interface LedgerJob {
  phase: LedgerPhase;
  /** The number of the last attempt; 0 when none was made. */
  attempt: number;
  /** When the last line about the job was written, milliseconds since 1970. */
  at: number;
  queued_at: string;
  started_at?: string;
  finished_at?: string;
  outcome?: Outcome;
}

export interface RecordSeen {
  /** The record, or undefined when its job.json is missing or cannot be read. */
  record: JobRecord | undefined;
  /** A job.json is there, but it is none: nobody can tell what was done. */
  unreadable: boolean;
  /** Digest of its seal, once there is a valid one. */
  sealSha256: string | undefined;
}

/** What is known of the current attempt from its directory. */
export interface AttemptSeen {
  /** A supervisor holds the attempt. */
  held: boolean;
  /** A supervisor has begun: it wrote its identity. */
  begun: boolean;
  /** The attempt is over. */
  exit: Exit | undefined;
  /** Expected outputs that are not there; known once the attempt is over. */
  missing: string[];
  logTail: string[];
  cancelAsked: boolean;
  /** Milliseconds since this runner launched the supervisor; undefined when it did not. */
  launchedAgoMs: number | undefined;
}

export interface RunnerJob {
  job_id: string;
  order: OrderFacts | undefined;
  requests: Requests;
  record: RecordSeen | undefined;
  ledger: LedgerJob | undefined;
  attempt: AttemptSeen | undefined;
  /** The whole order was copied to the work directory and every digest fitted. */
  staged: boolean;
  /** A copy of these very inputs was made and did not fit the seal. */
  mismatch: string | undefined;
  /** Milliseconds since anything of the inputs last arrived. */
  quietMs: number;
  /** A long action on this job is under way. */
  acting: boolean;
  /** The same, or an action failed lately and waits to be tried again. */
  busy: boolean;
  /** There is a work directory. */
  work: boolean;
}

export interface RunnerSnapshot {
  jobs: RunnerJob[];
  /** A ledger was there and is gone: nothing starts without a release. */
  ledgerLost: boolean;
  problems: Problem[];
}

/** What the runner may do. Each action is safe to do again after a crash at any point in it. */
export type RunnerAction =
  | { do: 'queue'; job_id: string; waiting_for: string }
  | { do: 'stage'; job_id: string }
  | { do: 'start'; job_id: string; attempt: number }
  | { do: 'launch'; job_id: string; attempt: number }
  | { do: 'note-started'; job_id: string; attempt: number }
  | { do: 'ask-cancel'; job_id: string; attempt: number }
  | { do: 'end'; job_id: string; outcome: Outcome }
  | { do: 'publish'; job_id: string }
  | { do: 'delete-record'; job_id: string }
  | { do: 'remove-work'; job_id: string };

/** The settings of the runner that decisions depend on. */
export interface RunnerPolicy {
  id: string;
  slots: number;
  inputs_timeout_s: number;
  keep_days: number;
  interpreters: { readonly [name: string]: unknown };
  default_interpreter: string;
  env_allowed: readonly string[];
}
