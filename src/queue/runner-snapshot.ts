// What the runner sees of the world before it decides: one value, no I/O.
import type { Order } from '../job/order.ts';
import type { Exit, Outcome } from '../job/outcome.ts';
import type { Attempt as AttemptDone, JobRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { MachineSeen } from './machine.ts';
import type { OrderFacts } from './order-facts.ts';
import type { Problem } from './problem.ts';

/** How far the runner's ledger says a job is. */
export type LedgerPhase = 'intent' | 'started' | 'again' | 'ended' | 'deleting' | 'deleted';

/** Another attempt is to come: in the same work directory, or from a fresh copy of the order. */
export interface Again {
  how: 'resume' | 'restart';
  why: 'interrupted' | 'licence';
  /** Not before this moment of this machine's clock. */
  not_before: string;
}

export interface LedgerJob {
  phase: LedgerPhase;
  /** The number of the last attempt; 0 when none was made. */
  attempt: number;
  /** When the last line about the job was written, milliseconds since 1970. */
  at: number;
  /** Forgotten once it is deleted, as its times and attempts are. */
  queued_at?: string;
  /** Of the last attempt. */
  started_at?: string;
  finished_at?: string;
  outcome?: Outcome;
  /** The attempts that are over, the last one included. */
  attempts: AttemptDone[];
  /** Set in the phase `again`, and kept while the attempt that follows has not ended. */
  again?: Again;
}

export interface RecordSeen {
  /** The record, or undefined when its job.json is missing or cannot be read. */
  record: JobRecord | undefined;
  /** A job.json is there, but it is none: nobody can tell what was done. */
  unreadable: boolean;
  /** Digest of its seal, once there is a valid one. */
  sealSha256: string | undefined;
  /** The same where job.json is gone: a deletion was cut off, the seal goes last. */
  leftOf?: string;
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
  /** What the script has been asked already; `limit`: its supervisor ends it for a limit of its time. */
  asked: 'cancel' | 'interrupt' | 'limit' | undefined;
  /** Milliseconds since this runner launched the supervisor; undefined when it did not. */
  launchedAgoMs: number | undefined;
}

export interface RunnerJob {
  job_id: string;
  order: OrderFacts | undefined;
  requests: Requests;
  record: RecordSeen | undefined;
  ledger: LedgerJob | undefined;
  /** What it waited for when it could be looked at: it cannot be now. */
  waitsFor?: string;
  /** The order as it was when it was copied; known from the first attempt on. */
  accepted: Order | undefined;
  attempt: AttemptSeen | undefined;
  /** The whole order was copied to the work directory for the attempt to come, and every digest fitted. */
  staged: boolean;
  /** A copy of these very inputs was made and did not fit the seal. */
  mismatch: string | undefined;
  /** The fixed path for its files is not free, and why. */
  blocked: string | undefined;
  /** Milliseconds since anything of the inputs last arrived. */
  quietMs: number;
  /** Milliseconds that the job has waited since it was queued, or since its last attempt; sleep of the machine left out. */
  waitedMs: number;
  /** A long action on this job is under way. */
  acting: boolean;
  /** The same, or an action failed lately and waits to be tried again. */
  busy: boolean;
  /** There is a work directory. */
  work: boolean;
  /** What the directories of an ended job's runs take, in MB; undefined until it was measured. */
  workMb: number | undefined;
}

export interface RunnerSnapshot {
  jobs: RunnerJob[];
  /** A ledger was there and is gone: nothing starts without a release. */
  ledgerLost: boolean;
  problems: Problem[];
  machine: MachineSeen;
}

/** What the runner may do. Each action is safe to do again after a crash at any point in it. */
export type RunnerAction =
  | { do: 'queue'; job_id: string; waiting_for: string }
  | { do: 'stage'; job_id: string; attempt: number }
  | { do: 'start'; job_id: string; attempt: number }
  | { do: 'launch'; job_id: string; attempt: number }
  | { do: 'note-started'; job_id: string; attempt: number }
  | { do: 'ask-cancel'; job_id: string; attempt: number }
  | { do: 'ask-interrupt'; job_id: string; attempt: number; reason: string }
  | { do: 'again'; job_id: string; outcome: Outcome; again: Again }
  | { do: 'end'; job_id: string; outcome: Outcome }
  | { do: 'publish'; job_id: string }
  | { do: 'delete-record'; job_id: string }
  | { do: 'measure'; job_id: string }
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
  keep_failed_days: number;
  work_path: string | undefined;
  work_max_gb: number;
  on_interrupt: 'fail' | 'restart' | 'resume';
  max_attempts: number;
  licence_interval_s: number;
  licence_backoff_s: number;
  licence_backoff_max_s: number;
  tags: readonly string[];
  schedule: readonly string[];
  schedule_end: 'finish' | 'interrupt';
  min_free_mb: number;
  min_free_memory_mb: number;
}
