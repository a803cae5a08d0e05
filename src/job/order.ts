// The order: what was submitted, `outbox/<job-id>/job.json`. SYS_19's fields and what jobq adds.
// Fields nobody here knows are kept and passed through.
import * as z from 'zod/mini';
import {
  contents,
  count,
  jobId,
  logPattern,
  moment,
  pathPattern,
  portablePath,
  positiveSeconds,
  schemaVersion,
  shortName,
} from './fields.ts';
import { SHORT_NAME } from './job-id.ts';
import type { Fields } from './lenient-text.ts';
import type { Parsed } from './parsed.ts';
import { failed, parseWith } from './parsed.ts';

export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const ON_INTERRUPT = ['fail', 'restart', 'resume'] as const;

/** What becomes of a job when one it depends on has ended without success, and will not be tried again. */
export const ON_DEPENDENCY_FAILURE = ['cancel', 'release', 'wait'] as const;

/** The value of `run_on` that waits for `assign.json`. */
export const RUN_ON_AUTO = 'auto';

/** A year, and a growth after which the longest time is reached at once. */
const BACKOFF_MAX_S = 366 * 86_400;
const MULTIPLIER_MAX = 1000;

export const orderSchema = z.looseObject({
  job_id: jobId,
  script: portablePath,
  created_at: z.optional(moment),
  created_by: z.optional(z.string()),
  project: z.optional(z.string()),
  channel: z.optional(z.string()),
  type: z.optional(z.string()),
  args: z._default(z.array(z.string()), []),
  status: z.optional(z.literal('submitted')),
  notify: z.optional(
    z.looseObject({ on_complete: z.optional(z.boolean()), on_fail: z.optional(z.boolean()) }),
  ),
  schema_version: z.optional(schemaVersion),
  inputs: z.optional(contents),
  run_on: z.optional(shortName),
  description: z.optional(z.string()),
  priority: z._default(z.enum(PRIORITIES), 'medium'),
  depends_on: z._default(z.array(jobId), []),
  on_dependency_failure: z.optional(z.enum(ON_DEPENDENCY_FAILURE)),
  hold: z._default(z.boolean(), false),
  requires: z.optional(
    z.looseObject({
      memory_mb: z.optional(count),
      disk_mb: z.optional(count),
      cpu: z.optional(z.number()),
      licences: z.optional(z.record(z.string(), count)),
      tags: z.optional(z.array(z.string())),
    }),
  ),
  timeout_s: z.optional(positiveSeconds),
  stall_timeout_s: z.optional(positiveSeconds),
  queue_timeout_s: z.optional(positiveSeconds),
  expect: z._default(z.array(portablePath), []),
  fail_patterns: z.optional(z.array(logPattern)),
  finite_csv: z.optional(z.array(pathPattern)),
  live_outputs: z.optional(z.array(pathPattern)),
  publish: z.optional(
    z.looseObject({
      include: z.optional(z.array(pathPattern)),
      exclude: z.optional(z.array(pathPattern)),
    }),
  ),
  retry: z.optional(
    z.looseObject({
      max: z.optional(count),
      backoff_s: z.optional(z.number().check(z.lte(BACKOFF_MAX_S))),
      multiplier: z.optional(z.number().check(z.lte(MULTIPLIER_MAX))),
      on: z.optional(z.array(z.string())),
    }),
  ),
  on_interrupt: z.optional(z.enum(ON_INTERRUPT)),
  resume_args: z.optional(z.array(z.string())),
  max_attempts: z.optional(z.int().check(z.positive())),
  interpreter: z.optional(shortName),
  env: z.optional(z.record(z.string(), z.string())),
  idempotency_key: z.optional(z.string()),
  retry_of: z.optional(jobId),
  batch_id: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.unknown())),
  sealed_by: z.optional(z.string()),
});
export type Order = z.infer<typeof orderSchema>;

/** Reads an order's job.json; its `job_id` must be the name of its directory. */
export function parseOrder(bytes: Uint8Array, directory: string): Parsed<Order> {
  const parsed = parseWith(orderSchema, bytes);
  if (parsed.ok && parsed.value.job_id !== directory)
    return failed('job_id', `should be the directory's name "${directory}", but is "${parsed.value.job_id}"`);
  return parsed;
}

/** Where an order wants to run: a runner's id, or `auto`. */
export function runOn(order: Order): string {
  return order.run_on ?? RUN_ON_AUTO;
}

/** Must somebody write `release.json` before this order may start? */
export function needsRelease(order: Order): boolean {
  return order.hold || order.depends_on.length > 0;
}

/** The runner an order asks for; one whose `run_on` cannot be read counts as `auto`. */
export function wantedRunner(fields: Fields): string {
  const written = fields['run_on'];
  return typeof written === 'string' && SHORT_NAME.test(written) ? written : RUN_ON_AUTO;
}
