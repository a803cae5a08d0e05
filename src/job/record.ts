// The record: what happened, `inbox/<job-id>/job.json`. The order's fields, then what its runner saw.
import * as z from 'zod/mini';
import { contents, count, jobId, moment, portablePath, SCHEMA_VERSION, sha256Hex } from './fields.ts';
import type { Order } from './order.ts';
import type { Outcome } from './outcome.ts';
import { outcomeSchema, resourcesSchema, stateAfter } from './outcome.ts';
import type { Parsed } from './parsed.ts';
import { failed, parseWith } from './parsed.ts';
import type { Progress } from './progress.ts';
import { progressSchema } from './progress.ts';
import { STATES, STATUSES, statusOf } from './states.ts';

export const runnerSchema = z.looseObject({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  boot_id: z.string(),
  version: z.string(),
});
export type RunnerIdentity = z.infer<typeof runnerSchema>;

export const attemptSchema = z.looseObject({
  attempt: count,
  started_at: z.optional(moment),
  finished_at: z.optional(moment),
  outcome: z.optional(outcomeSchema),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** An output that could not keep its name on the wire, or was not published; many of them where `path` is a pattern. */
export const outputNoteSchema = z.looseObject({
  path: z.string(),
  published_as: z.optional(portablePath),
  reason: z.string(),
});
export type OutputNote = z.infer<typeof outputNoteSchema>;

export const recordSchema = z.looseObject({
  job_id: jobId,
  schema_version: z.optional(z.int()),
  status: z.enum(STATUSES),
  state: z.enum(STATES),
  state_at: moment,
  waiting_for: z.optional(z.string()),
  runner: z.optional(runnerSchema),
  attempt: z.optional(count),
  attempts: z.optional(z.array(attemptSchema)),
  queued_at: z.optional(moment),
  started_at: z.optional(moment),
  finished_at: z.optional(moment),
  heartbeat_at: z.optional(moment),
  heartbeat_seq: z.optional(count),
  heartbeat_interval_s: z.optional(z.number()),
  progress: z.optional(progressSchema),
  command: z.optional(z.array(z.string())),
  resources: z.optional(resourcesSchema),
  outcome: z.optional(outcomeSchema),
  results: z.optional(contents),
  output_notes: z.optional(z.array(outputNoteSchema)),
  order_seal_sha256: z.optional(sha256Hex),
  warnings: z.optional(z.array(z.string())),
});
export type JobRecord = z.infer<typeof recordSchema>;

/** Reads a record's job.json; its `job_id` must be the name of its directory. */
export function parseRecord(bytes: Uint8Array, directory: string): Parsed<JobRecord> {
  const parsed = parseWith(recordSchema, bytes);
  if (parsed.ok && parsed.value.job_id !== directory)
    return failed('job_id', `should be the directory's name "${directory}", but is "${parsed.value.job_id}"`);
  return parsed;
}

/** The state a record reports, with the data that only this state has. */
export type RecordState =
  | { state: 'queued'; waiting_for: string }
  | { state: 'running'; started_at: string; progress: Progress }
  | { state: 'ended'; outcome: Outcome; started_at?: string; finished_at: string; progress: Progress };

/** What a record says in every state. */
export interface RecordFacts {
  job_id: string;
  runner: RunnerIdentity;
  queued_at: string;
  attempts: Attempt[];
  command?: string[];
  order_seal_sha256?: string;
  warnings: string[];
}

/** The heartbeat's part of a record. */
export interface Beat {
  at: string;
  seq: number;
  interval_s: number;
}

/** Puts a record together: first every field of the order as it was written, then what the runner knows. */
export function makeRecord(order: object, facts: RecordFacts, state: RecordState, beat: Beat): JobRecord {
  const { queued_at, runner, attempts, command, warnings, job_id, order_seal_sha256 } = facts;
  return {
    ...withoutRecordFields(order),
    schema_version: SCHEMA_VERSION,
    job_id,
    ...stateFields(state, beat),
    runner,
    attempt: attempts.at(-1)?.attempt ?? 0,
    attempts,
    queued_at,
    heartbeat_at: beat.at,
    heartbeat_seq: beat.seq,
    heartbeat_interval_s: beat.interval_s,
    ...(command && { command }),
    ...(order_seal_sha256 && { order_seal_sha256 }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** An order cannot write the runner's fields; everything else of it is passed through. */
function withoutRecordFields(order: object): Partial<Order> {
  return Object.fromEntries(
    Object.entries(order).filter(([field]) => !Object.hasOwn(recordSchema.shape, field)),
  );
}

function stateFields(state: RecordState, beat: Beat) {
  switch (state.state) {
    case 'queued':
      return {
        status: statusOf('queued'),
        state: 'queued' as const,
        state_at: beat.at,
        waiting_for: state.waiting_for,
      };
    case 'running': {
      const { started_at, progress } = state;
      return {
        status: statusOf('running'),
        state: 'running' as const,
        state_at: started_at,
        started_at,
        progress,
      };
    }
    case 'ended': {
      const { outcome, started_at, finished_at, progress } = state;
      const final = stateAfter(outcome);
      return {
        status: statusOf(final),
        state: final,
        state_at: finished_at,
        ...(started_at && { started_at }),
        finished_at,
        progress,
        outcome,
      };
    }
  }
}
