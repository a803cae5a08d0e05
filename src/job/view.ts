// What `status` shows: a pure function of order, requests, record and where the results are.
import * as z from 'zod/mini';
import type { Keeping } from './dependency.ts';
import { waitText } from './dependency.ts';
import type { Order } from './order.ts';
import { outcomeSchema } from './outcome.ts';
import { progressSchema } from './progress.ts';
import type { JobRecord } from './record.ts';
import type { Requests } from './request.ts';
import { STATES, STATUSES, statusOf } from './states.ts';
import type { ToldOrder } from './told.ts';
import { toldOf } from './told.ts';

export const viewSchema = z.looseObject({
  job_id: z.string(),
  /** SYS_19's word. */
  status: z.enum(STATUSES),
  state: z.enum(STATES),
  state_at: z.nullable(z.string()),
  /** What it waits for; null when it does not wait. */
  waiting_for: z.nullable(z.string()),
  project: z.nullable(z.string()),
  description: z.nullable(z.string()),
  priority: z.nullable(z.string()),
  created_at: z.nullable(z.string()),
  created_by: z.nullable(z.string()),
  run_on: z.nullable(z.string()),
  runner: z.nullable(z.string()),
  attempt: z.int(),
  progress: z.nullable(progressSchema),
  outcome: z.nullable(outcomeSchema),
  queued_at: z.nullable(z.string()),
  started_at: z.nullable(z.string()),
  finished_at: z.nullable(z.string()),
  heartbeat_at: z.nullable(z.string()),
  heartbeat_seq: z.nullable(z.int()),
  /** A cancel was asked for and has not been carried out yet. */
  cancel_requested: z.boolean(),
  /** The order's directory, while it is in outbox/ or in the archive. */
  order_dir: z.nullable(z.string()),
  /** Where results and log are now; null while there is no record. */
  results_dir: z.nullable(z.string()),
  /** Is everything in results_dir there and sealed? */
  results_sealed: z.boolean(),
  /** Of a record that is sealed and has not come whole yet: how many of its files are here. */
  results_arrived: z.nullable(z.looseObject({ files: z.int(), of: z.int() })),
  /** Name below archive/, once archived. */
  archived_as: z.nullable(z.string()),
  /** Results that came after the job had been called lost or given up. */
  late: z.boolean(),
  /** Nothing is heard of it since then, and the link explains that. */
  unreachable_since: z.nullable(z.string()),
  /** Nothing is heard of it since then, and nobody knows whether the link explains that. */
  stale_since: z.nullable(z.string()),
  /** The jobs it depends on that have not completed, and how they ended; none once it is released. */
  open_dependencies: z.array(z.looseObject({ job_id: z.string(), state: z.nullable(z.enum(STATES)) })),
  /** The job that this one repeats. */
  retry_of: z.nullable(z.string()),
  /** The job that repeats this one, or is to. */
  retried_as: z.nullable(z.string()),
  /** When that was made, or will be. */
  retry_at: z.nullable(z.string()),
  /** How its post-processing ended; null while it has not, or none is wanted. */
  post: z.nullable(z.enum(['completed', 'failed'])),
  /** What `jobq prune` removed of it: inputs, results or both; usually nothing. */
  pruned: z.array(z.enum(['inputs', 'results'])),
  metadata: z.nullable(z.record(z.string(), z.unknown())),
});
export type View = z.infer<typeof viewSchema>;

/** Everything a view is made from. */
export interface Sight {
  job_id: string;
  order: Order | undefined;
  requests: Requests;
  record: JobRecord | undefined;
  orderDir: string | undefined;
  resultsDir: string | undefined;
  sealed: boolean;
  /** How much of it is here, where a seal is and not all that it names. */
  arrived?: { files: number; of: number } | undefined;
  archivedAs: string | undefined;
  /** Does the order have its seal? Without it nobody takes it. */
  orderSealed: boolean;
  /** When the watcher called the job lost, if it did, and when its runner was heard again. */
  lost: { at: string; recovered_at?: string | undefined } | undefined;
  /** Nothing is heard of it, as the watcher judges. */
  silence?: { verdict: 'unreachable' | 'stale'; since: string } | undefined;
  /** What keeps it back until it is released; undefined when nothing does any more. */
  keeping?: Keeping | undefined;
  /** The job had been given up before its results came. */
  cameAfterAll?: boolean;
  retry?: { retried_as: string; retry_at: string | undefined } | undefined;
  post?: View['post'] | undefined;
  /** What was removed of it to free space. */
  pruned?: readonly ('inputs' | 'results')[];
}

/** Why an order without a record has not been taken up. */
function waitBeforeRecord(sight: Sight): string {
  const { order, requests } = sight;
  if (!order) return 'a valid job.json';
  if (!sight.orderSealed) return 'its seal';
  if (order.run_on === undefined || order.run_on === 'auto') {
    return requests.assign ? `runner ${requests.assign.runner}` : 'assignment';
  }
  return `runner ${order.run_on}`;
}

function waitOf(sight: Sight): string | null {
  if (!sight.record) return waitBeforeRecord(sight);
  const { state, waiting_for } = sight.record;
  if (state !== 'queued' || waiting_for === undefined) return null;
  return sight.keeping ? waitText(waiting_for, sight.keeping) : waiting_for;
}

const NO_RECORD = { state: 'submitted' as const };

export function viewOf(sight: Sight): View {
  const { record, order, requests } = sight;
  const seen: Partial<JobRecord> & Pick<JobRecord, 'state'> = record ?? NO_RECORD;
  const told = toldOf(order ?? record);
  const ended = seen.finished_at !== undefined;
  const lost = sight.lost && !sight.lost.recovered_at && !ended ? sight.lost : undefined;
  const state = lost ? 'lost' : seen.state;
  const stateAt = lost ? lost.at : seen.state_at;
  return {
    job_id: sight.job_id,
    status: statusOf(state),
    state,
    state_at: stateAt ?? told.created_at ?? null,
    waiting_for: waitOf(sight),
    ...orderPart(told),
    ...recordPart(seen, requests),
    cancel_requested: requests.cancel !== undefined && !ended,
    order_dir: sight.orderDir ?? null,
    ...resultsPart(sight),
    archived_as: sight.archivedAs ?? null,
    late: ended && (sight.lost !== undefined || sight.cameAfterAll === true),
    ...silencePart(sight, (ended && sight.sealed) || lost !== undefined),
    ...laterPart(told, sight),
    metadata: told.metadata ?? null,
  };
}

function resultsPart({ resultsDir, sealed, arrived }: Sight) {
  const results_arrived = arrived ? { files: arrived.files, of: arrived.of } : null;
  return { results_dir: resultsDir ?? null, results_sealed: sealed, results_arrived };
}

function orderPart(told: ToldOrder) {
  return {
    project: told.project ?? null,
    description: told.description ?? null,
    priority: told.priority ?? null,
    created_at: told.created_at ?? null,
    created_by: told.created_by ?? null,
    run_on: told.run_on ?? null,
  };
}

/** Of a job whose results are here, or that is lost, there is more to say. */
function silencePart({ silence }: Sight, isSettled: boolean) {
  const since = (verdict: string) => (silence?.verdict === verdict && !isSettled ? silence.since : null);
  return { unreachable_since: since('unreachable'), stale_since: since('stale') };
}

/** What it depends on and repeats, and what was made of it after its end. */
function laterPart(told: ToldOrder, { keeping, retry, post, pruned = [] }: Sight) {
  const open = keeping?.open ?? [];
  return {
    open_dependencies: open.map(({ job_id, state }) => ({ job_id, state: state ?? null })),
    retry_of: told.retry_of ?? null,
    retried_as: retry?.retried_as ?? null,
    retry_at: retry?.retry_at ?? null,
    post: post ?? null,
    pruned: [...pruned],
  };
}

function recordPart(seen: Partial<JobRecord>, requests: Requests) {
  return {
    runner: seen.runner?.id ?? requests.assign?.runner ?? null,
    attempt: seen.attempt ?? 0,
    progress: seen.progress ?? null,
    outcome: seen.outcome ?? null,
    queued_at: seen.queued_at ?? null,
    started_at: seen.started_at ?? null,
    finished_at: seen.finished_at ?? null,
    heartbeat_at: seen.heartbeat_at ?? null,
    heartbeat_seq: seen.heartbeat_seq ?? null,
  };
}
