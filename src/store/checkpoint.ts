// What the watcher knew at a moment, `checkpoint.json`: a restart goes on from it and from the events after it.
import * as z from 'zod/mini';
import { messageOf } from '../errors.ts';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { sentence } from '../job/issues.ts';
import { parseWith } from '../job/parsed.ts';
import { progressSchema } from '../job/progress.ts';
import { CHECKPOINT_BYTES, SEQ_MAX } from '../job/sizes.ts';
import type { JobFacts, Pool, RunnerFacts } from '../queue/pool.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const jobSchema = z.object({
  state: z.enum(['submitted', 'queued', 'running', 'completed', 'failed', 'cancelled']),
  attempt: z.int(),
  waiting_for: z.optional(z.string()),
  retry_told: z.optional(z.boolean()),
  assigned: z.optional(z.string()),
  released: z.optional(z.boolean()),
  cancel: z.optional(z.boolean()),
  beat_seq: z.optional(z.int()),
  beat_at: z.optional(moment),
  progress: z.optional(progressSchema),
  progress_at: z.optional(moment),
  lost_at: z.optional(moment),
  recovered: z.optional(z.boolean()),
  seal: z.optional(z.string()),
  late: z.optional(z.boolean()),
  post: z.optional(z.enum(['completed', 'failed'])),
  archived_as: z.optional(z.string()),
  given_up: z.optional(z.boolean()),
}) satisfies z.ZodMiniType<JobFacts>;

const runnerSchema = z.object({
  ledger_id: z.string(),
  paused: z.optional(z.boolean()),
  draining: z.optional(z.boolean()),
  stopped: z.optional(z.boolean()),
  silent: z.optional(z.object({ how: z.enum(['unreachable', 'stale', 'lost']), since: moment })),
}) satisfies z.ZodMiniType<RunnerFacts>;

const schema = z.object({
  schema_version: schemaVersion,
  queue_id: z.string(),
  at: moment,
  /** The newest event of which it knows. */
  seq: z.int().check(z.nonnegative(), z.lte(SEQ_MAX)),
  jobs: z.record(z.string(), jobSchema),
  runners: z.record(z.string(), runnerSchema),
  problems: z.record(z.string(), moment),
  /** By the name of whoever is told of events: the newest that it has taken. */
  delivered: z.record(z.string(), z.int()),
});
type Stored = z.infer<typeof schema>;

export interface Checkpoint {
  at: string;
  seq: number;
  pool: Pool;
  delivered: ReadonlyMap<string, number>;
}

/** What there is of a checkpoint; one of another queue says nothing of this one. */
export type CheckpointRead =
  | { found: 'none' }
  | { found: 'unusable'; reason: string }
  | { found: 'foreign'; seq: number; reason: string }
  | { found: 'whole'; checkpoint: Checkpoint };

export function readCheckpoint(files: Files, layout: Layout, queueId: string): CheckpointRead {
  let bytes: Buffer | undefined;
  try {
    bytes = files.readSmall(layout.checkpoint, CHECKPOINT_BYTES);
  } catch (error) {
    return { found: 'unusable', reason: messageOf(error) };
  }
  if (!bytes) return { found: 'none' };
  const parsed = parseWith(schema, bytes);
  if (!parsed.ok) {
    const reason = parsed.problems.map((problem) => sentence('checkpoint.json', problem)).join('; ');
    return { found: 'unusable', reason };
  }
  const { queue_id, seq } = parsed.value;
  if (queue_id !== queueId) return { found: 'foreign', seq, reason: `it is of queue ${queue_id}` };
  return { found: 'whole', checkpoint: fromStored(parsed.value) };
}

function fromStored({ at, seq, jobs, runners, problems, delivered }: Stored): Checkpoint {
  const pool: Pool = {
    jobs: new Map(Object.entries(jobs)),
    runners: new Map(Object.entries(runners)),
    problems: new Map(Object.entries(problems)),
  };
  return { at, seq, pool, delivered: new Map(Object.entries(delivered)) };
}

export async function writeCheckpoint(
  disk: Disk,
  layout: Layout,
  queueId: string,
  { at, seq, pool, delivered }: Checkpoint,
): Promise<void> {
  const stored: Stored = {
    schema_version: SCHEMA_VERSION,
    queue_id: queueId,
    at,
    seq,
    jobs: Object.fromEntries(pool.jobs),
    runners: Object.fromEntries(pool.runners),
    problems: Object.fromEntries(pool.problems),
    delivered: Object.fromEntries(delivered),
  };
  await writeWhole(disk, layout.watcher, layout.checkpoint, jsonText(stored));
}
