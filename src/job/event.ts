// The events of a queue: what happened, one JSON line each in the watcher's `events.jsonl`. A contract for who reads
// them: types and fields are added, never renamed or removed.
import * as z from 'zod/mini';
import { count, moment } from './fields.ts';
import { ERROR_CLASSES, OUTCOME_KINDS } from './outcome.ts';
import { progressSchema } from './progress.ts';

/** How a job ended, without what its log said. */
export const endSchema = z.looseObject({
  kind: z.enum(OUTCOME_KINDS),
  error_class: z.optional(z.enum(ERROR_CLASSES)),
  exit_code: z.optional(z.nullable(z.number())),
  signal: z.optional(z.nullable(z.string())),
});
export type End = z.infer<typeof endSchema>;

const FINAL = ['completed', 'failed', 'cancelled'] as const;
const text = z.optional(z.string());
const runner = { runner: z.string() };

/** What is told of an end, when it is known here and once more when it lies in the archive. */
const ended = {
  attempt: count,
  runner: text,
  outcome: z.optional(endSchema),
  /** By the runner's clock. */
  started_at: text,
  finished_at: text,
  /** The best value and the trials, where the script told them. */
  best: z.optional(z.number()),
  trial: z.optional(z.number()),
  trials: z.optional(z.number()),
  project: text,
};

/** The fields of each type, beside those that every event has. */
const FIELDS = {
  submitted: {
    project: text,
    job_type: text,
    description: text,
    created_by: text,
    priority: text,
    run_on: text,
    hold: z.optional(z.boolean()),
    depends_on: z.optional(z.array(z.string())),
    retry_of: text,
  },
  retried: { retried_as: z.string() },
  /** A retry that was decided will not be made. */
  'retry-stopped': { retried_as: z.string(), reason: z.string() },
  assigned: { ...runner, by: text },
  released: { by: text, forced: z.optional(z.boolean()) },
  'cancel-requested': {
    by: text,
    reason: text,
    superseded_by: text,
    /** When that is made, where it is not made at once. */
    retry_at: z.optional(moment),
    abandoned: z.optional(z.boolean()),
  },
  queued: { runner: text, waiting_for: z.string(), blocked_by: text },
  /** `blocked_by`: a dependency that has failed for good, of a job that waits for a person then. */
  waiting: { waiting_for: z.string(), blocked_by: text },
  started: { runner: text, attempt: count, started_at: text },
  heartbeat: { heartbeat_seq: count, runner: text },
  progress: { progress: progressSchema },
  lost: { reason: z.string(), lost_at: moment, runner: text, attempt: count },
  recovered: { lost_at: moment, runner: text, attempt: count },
  finished: { state: z.enum(FINAL), ...ended, seal_sha256: z.string() },
  late: { lost_at: z.optional(moment) },
  'post-processed': { status: z.enum(['completed', 'failed']) },
  archived: {
    archived_as: z.string(),
    state: z.enum(FINAL),
    ...ended,
    /** Of one that was cancelled: why, and by whom, as the cancel says. */
    reason: text,
    by: text,
    late: z.optional(z.boolean()),
    lost_at: z.optional(moment),
    post: z.optional(z.enum(['completed', 'failed'])),
    /** The job that tries it again, and when that is made, where that is decided already. */
    retried_as: text,
    retry_at: z.optional(moment),
  },
  removed: {},
  notified: { message: z.string(), target: z.string() },
  'target-failing': { target: z.string(), message: z.string(), tries: count, reason: z.string() },
  undelivered: { message: z.string(), target: z.string(), reason: z.string() },
  problem: { kind: z.string(), file: z.string(), reason: z.string(), remedy: z.string() },
  'runner-seen': { ...runner, host: z.string(), version: z.string(), ledger_id: z.string() },
  'runner-silent': { ...runner, how: z.enum(['unreachable', 'stale', 'lost']), since: moment },
  'runner-heard': runner,
  'runner-paused': { ...runner, reason: text, until: z.optional(moment) },
  'runner-draining': { ...runner, reason: text },
  'runner-stopped': { ...runner, reason: text },
  'runner-resumed': runner,
  'ledger-lost': { ...runner, ledger_id: z.string() },
  'watcher-started': { note: text },
  'watcher-stopped': {},
} as const;

export type EventType = keyof typeof FIELDS;
export const EVENT_TYPES = Object.keys(FIELDS) as EventType[];

type Shape<T extends EventType> = (typeof FIELDS)[T];
type FieldsOf<T extends EventType> = keyof Shape<T> extends never
  ? unknown
  : z.infer<z.ZodMiniObject<Shape<T>>>;

interface Common {
  /** Grows by one with every event and never begins again. */
  seq: number;
  /** When the watcher saw it, by its own clock. */
  at: string;
  /** null for what is about no one job. */
  job_id: string | null;
}

export type EventOf<T extends EventType> = T extends EventType ? Common & { type: T } & FieldsOf<T> : never;
export type JobEvent = EventOf<EventType>;

/** An event that has no number yet. */
export type Draft<T extends EventType = EventType> = T extends EventType ? Omit<EventOf<T>, 'seq'> : never;

const common = {
  seq: z.int().check(z.positive()),
  at: moment,
  type: z.string(),
  job_id: z.nullable(z.string()),
};

/** What every event has. */
export const eventSchema = z.looseObject(common);

/** The whole of each type. */
export const EVENT_SCHEMAS = Object.fromEntries(
  EVENT_TYPES.map((type) => [type, z.looseObject({ ...common, type: z.literal(type), ...FIELDS[type] })]),
) as unknown as { readonly [T in EventType]: z.ZodMiniObject };

/**
 * An event as it was read; undefined when it is none, or of a type that only a later version knows. A field that it need
 * not have and that is not what it should be is left out: what happened is worth more than that.
 */
export function parseEvent(value: unknown): JobEvent | undefined {
  const seen = eventSchema.safeParse(value);
  if (!seen.success || !Object.hasOwn(EVENT_SCHEMAS, seen.data.type)) return undefined;
  const schema = EVENT_SCHEMAS[seen.data.type as EventType];
  const parsed = schema.safeParse(seen.data);
  if (parsed.success) return parsed.data as unknown as JobEvent;
  const strange = new Set(parsed.error.issues.map(({ path: [field] }) => field));
  const rest = Object.entries(seen.data).filter(([field]) => !strange.has(field));
  const again = schema.safeParse(Object.fromEntries(rest));
  return again.success ? (again.data as unknown as JobEvent) : undefined;
}

/** A draft as whoever reads it will take it; undefined where nobody could. */
export function readableDraft(draft: Draft): Draft | undefined {
  const read = parseEvent({ ...draft, seq: 1 });
  if (!read) return undefined;
  const { seq: _, ...readable } = read;
  return readable as Draft;
}
