// What the daemons and their actions print with --json.
import * as z from 'zod/mini';
import { presenceSchema } from '../job/presence.ts';
import { viewSchema } from '../job/view.ts';
import { problemSchema } from './problem-shape.ts';

/** What failed while a daemon worked until it was idle; the exit code is 7 then. */
export const failureShape = z.looseObject({
  job_id: z.optional(z.string()),
  action: z.optional(z.string()),
  error: z.string(),
});

/** `runner`: `ended` with --once, `stopped` when the daemon was stopped */
export const runnerShape = z.looseObject({
  /** The runner's id. */
  runner: z.string(),
  stopped: z.optional(z.boolean()),
  /** It ended because its owner had drained it. */
  drained: z.optional(z.boolean()),
  ended: z.optional(z.array(z.looseObject({ job_id: z.string(), outcome: z.string(), message: z.string() }))),
  failed: z.optional(z.array(failureShape)),
});

/** `runner status`, `pause`, `resume` and `drain` */
export const runnerNowShape = z.looseObject({
  /** The runner's id. */
  runner: z.string(),
  /** Was anything asked of it that was not so before? */
  changed: z.boolean(),
  /** at, and where they are known by, reason, until, interrupt; null when nothing is paused. */
  paused: z.nullable(z.looseObject({ at: z.string() })),
  draining: z.nullable(z.looseObject({ at: z.string() })),
  /** `closed until 19:00`, local time; null while jobs may start. */
  schedule: z.nullable(z.string()),
  disk_free_mb: z.nullable(z.number()),
  daemon_runs: z.boolean(),
  /** Has a daemon with these settings run on this machine at all? */
  ran_here: z.boolean(),
  /** Seconds since its last sign of life. */
  last_sign_s: z.nullable(z.number()),
  running: z.array(viewSchema),
  waiting: z.array(z.looseObject({ job_id: z.string(), for: z.string() })),
  problems: z.array(problemSchema),
  /** What the daemon said of itself last. */
  presence: z.nullable(presenceSchema),
});

/** `watcher`: `archived` with --once, `stopped` when the daemon was stopped */
export const watcherShape = z.looseObject({
  queue: z.string(),
  stopped: z.optional(z.boolean()),
  /** Names below archive/. */
  archived: z.optional(z.array(z.string())),
  failed: z.optional(z.array(failureShape)),
});
