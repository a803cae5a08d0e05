// What submit is asked for, what it answers, and the job.json that comes of it. Pure.
import { createHash } from 'node:crypto';
import type { Contents } from '../job/fields.ts';
import { SCHEMA_VERSION } from '../job/fields.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { Priority } from '../job/order.ts';
import { RUN_ON_AUTO } from '../job/order.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { StudyProblem } from './problems.ts';
import type { RunWishes } from './run-wishes.ts';
import { wishFields } from './run-wishes.ts';
import { DEFAULT_SCRIPT } from './study-rules.ts';

/** How far the copy of a study is. */
export interface CopyProgress {
  done_bytes: number;
  total_bytes: number;
  file: string;
}

export interface SubmitRequest extends RunWishes {
  studyDir: string;
  createdBy: string;
  /** The end of the job id; made from the folder's name when not given. */
  name?: string | undefined;
  project?: string | undefined;
  channel?: string | undefined;
  description?: string | undefined;
  script?: string | undefined;
  type?: string | undefined;
  args: readonly string[];
  priority?: Priority | undefined;
  dependsOn: readonly string[];
  hold?: boolean | undefined;
  expect: readonly string[];
  idempotencyKey?: string | undefined;
  metadata: Readonly<Record<string, unknown>>;
  runOn?: string | undefined;
  interpreter?: string | undefined;
  /** Check everything, write nothing. */
  dryRun?: boolean | undefined;
  allowAbsolutePaths?: boolean | undefined;
  followSymlinks?: boolean | undefined;
  maxPathLength: number;
  freeSpaceMarginMb: number;
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export interface SubmitResult {
  job_id: string;
  /** The order's directory, absolute. */
  order: string;
  files: number;
  bytes: number;
  warnings: readonly StudyProblem[];
  /** The idempotency key stands for a job that was there already: nothing was submitted. */
  existing: boolean;
  dry_run: boolean;
}

/** What the job.json says that was not asked for. */
export interface OrderFacts {
  jobId: string;
  createdAtMs: number;
  name: string;
  runOn: string | undefined;
  inputs: Contents;
}

/** The order's job.json: SYS_19's fields in SYS_19's order, then what jobq adds. */
export function orderFields(request: SubmitRequest, facts: OrderFacts): Fields {
  const { project, channel, type, script, args } = request;
  return {
    job_id: facts.jobId,
    created_at: new Date(facts.createdAtMs).toISOString(),
    created_by: request.createdBy,
    project: project ?? facts.name,
    ...(channel !== undefined && { channel }),
    type: type ?? 'optimization',
    script: script ?? DEFAULT_SCRIPT,
    args,
    status: 'submitted',
    notify: { on_complete: true, on_fail: true },
    schema_version: SCHEMA_VERSION,
    inputs: facts.inputs,
    run_on: facts.runOn ?? RUN_ON_AUTO,
    ...addedFields(request),
  };
}

function addedFields(request: SubmitRequest): Fields {
  const { description, priority, dependsOn, hold, expect, interpreter, idempotencyKey, metadata } = request;
  return {
    ...(description !== undefined && { description }),
    ...(priority && { priority }),
    ...(dependsOn.length > 0 && { depends_on: dependsOn }),
    ...(hold && { hold }),
    ...wishFields(request),
    ...(expect.length > 0 && { expect }),
    ...(interpreter !== undefined && { interpreter }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

/** What differs between two submissions of the same thing. */
const INCIDENTAL = new Set(['job_id', 'created_at', 'created_by', 'run_on']);

/** Equal for two orders that ask for the same: same files, same wishes. */
export function contentDigest(fields: Fields, entries: readonly SealEntry[]): string {
  const wishes = Object.entries(fields).filter(([field]) => !INCIDENTAL.has(field));
  const files = entries.filter(({ path }) => path !== JOB_JSON).map(({ path, sha256 }) => [path, sha256]);
  const content = { wishes: Object.fromEntries(wishes), files: Object.fromEntries(files) as unknown };
  return createHash('sha256').update(JSON.stringify(content, sortedKeys)).digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // a null prototype, so that a file or a field called __proto__ is a key like any other
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) sorted[key] = each;
  return sorted;
}
