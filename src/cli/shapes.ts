// What `--json` prints, verb by verb, as schemas. A contract: fields are added, never renamed or removed.
import * as z from 'zod/mini';
import { presenceSchema } from '../job/presence.ts';
import { viewSchema } from '../job/view.ts';
import { ORDER_PLACES } from './delivery-place.ts';
import { targetSchema } from './message-shapes.ts';
import { problemSchema } from './problem-shape.ts';

/** Something wrong with a study, or worth a warning. */
const studyProblemSchema = z.looseObject({
  /** The name of the rule, such as absolute-path. */
  rule: z.string(),
  /** Path inside the study; `.` for all of it, `job.json` for what was asked for. */
  file: z.string(),
  line: z.optional(z.int()),
  message: z.string(),
  /** Why it matters on the other machine. */
  why: z.string(),
  remedy: z.string(),
});

/** What the watcher judges of those who are alive. Times are by its clock. */
const livenessSchema = z.looseObject({
  at: z.string(),
  /** What is known of the mirror: local, up, pulling, half-open, disconnected, own-daemon-down or unknown. */
  link: z.string(),
  link_since: z.string(),
  /** More of it, for people; null when the word says all. */
  link_why: z.optional(z.nullable(z.string())),
  runners: z.array(
    z.looseObject({
      runner_id: z.string(),
      /** heard, unreachable, stale or lost */
      verdict: z.string(),
      since: z.nullable(z.string()),
      /** null when it was not heard since the watcher started. */
      heard_at: z.nullable(z.string()),
      /** Its clock is at most so many seconds behind; negative: at least so many ahead. */
      clock_behind_s: z.nullable(z.number()),
    }),
  ),
});

/** `init` */
export const initShape = z.looseObject({
  /** The folder of the queue. */
  queue: z.string(),
  queue_id: z.string(),
  role: z.enum(['linux', 'windows', 'both']),
  /** What was made, below the queue; empty when everything was there. */
  made: z.array(z.string()),
  /** What to do next, one sentence each. */
  next: z.array(z.string()),
});

/** `settings` */
export const settingsShape = z.looseObject({
  queue: z.string(),
  /** jobq.toml; null when there is none. */
  file: z.nullable(z.string()),
  settings: z.array(
    z.looseObject({
      /** `runner.slots`; an entry of a table is `runner.interpreters.python`. */
      key: z.string(),
      /** null when unset. */
      value: z.unknown(),
      /** `default`, `jobq.toml:3` or the name of a variable. */
      source: z.string(),
      /** The variable that would set it. */
      variable: z.string(),
      unit: z.string(),
      meaning: z.string(),
    }),
  ),
});

/** `wait` */
export const waitShape = z.looseObject({
  until: z.enum(['running', 'finished']),
  /** Why the waiting ended. */
  stopped: z.enum(['reached', 'timed-out', 'interrupted']),
  jobs: z.array(viewSchema),
  /** Ids of the jobs that had not got there. */
  unfinished: z.array(z.string()),
});

/** `submit` */
export const submitShape = z.looseObject({
  job_id: z.string(),
  /** The order's directory. */
  order: z.string(),
  files: z.int(),
  bytes: z.int(),
  warnings: z.array(studyProblemSchema),
  /** The idempotency key stood for this job already: nothing was submitted. */
  existing: z.boolean(),
  /** Nothing was written; the id is the one it would have got. */
  dry_run: z.boolean(),
  /** With `--wait`. */
  wait: z.optional(waitShape),
});

/** `list` */
export const listShape = z.looseObject({
  /** The newest first. */
  jobs: z.array(viewSchema),
  /** There are more jobs than `--limit`. */
  truncated: z.boolean(),
  problems: z.array(problemSchema),
});

/** `status <job>`: the view, and what is wrong with this job's files. */
export const statusShape = z.extend(viewSchema, {
  /** Where its order is on the way to its runner; null where that is not known or no question any more. */
  delivery: z.nullable(
    z.looseObject({
      state: z.enum(ORDER_PLACES),
      bytes: z.number(),
      bytes_total: z.number(),
      connected: z.boolean(),
    }),
  ),
  problems: z.array(problemSchema),
  /** On this machine. Where it does not, nobody judges whether the runner lives. */
  watcher_runs: z.boolean(),
});

/** `status` */
export const glanceShape = z.looseObject({
  queue: z.string(),
  queue_id: z.nullable(z.string()),
  /** What each runner says of itself; `clock` is its own. */
  runners: z.array(presenceSchema),
  running: z.array(viewSchema),
  /** Submitted or queued. */
  waiting: z.array(viewSchema),
  lost: z.array(viewSchema),
  /** The last few that ended, the newest first. */
  finished: z.array(viewSchema),
  problems: z.array(problemSchema),
  /** Targets of messages with which something is wrong. */
  messages: z.array(targetSchema),
  /** On this machine. Where it does not, nobody judges who is alive. */
  watcher_runs: z.boolean(),
  /** Who is alive, as the watcher judged it last; null where it has not lately. */
  liveness: z.nullable(livenessSchema),
});

/** `logs` */
export const logsShape = z.looseObject({
  job_id: z.string(),
  state: z.string(),
  /** Is nothing more to come? */
  finished: z.boolean(),
  /** Where the log is now. */
  file: z.nullable(z.string()),
  text: z.string(),
});

/** `cancel` and `release` */
export const askShape = z.looseObject({
  requests: z.array(
    z.looseObject({
      job_id: z.string(),
      request: z.enum(['cancel', 'release']),
      /** False when it had been asked before; the rest is of that first request. */
      written: z.boolean(),
      requested_at: z.nullable(z.string()),
      requested_by: z.nullable(z.string()),
      reason: z.nullable(z.string()),
      /** `release`: the jobs that it starts after; none when it may start now. */
      waits_for: z.optional(z.array(z.string())),
      /** `cancel` of a retry that was to come: the job that is not tried again. */
      retry_of: z.optional(z.string()),
    }),
  ),
});

/** `retry` */
export const retryShape = z.looseObject({
  retries: z.array(
    z.looseObject({
      /** The job that is tried again. */
      job_id: z.string(),
      /** The new job. */
      retried_as: z.string(),
      /** The new order's directory. */
      order: z.string(),
      args: z.array(z.string()),
      /** It was there already: nothing was made. */
      existing: z.boolean(),
    }),
  ),
});

/** `abandon` */
export const abandonShape = z.looseObject({
  abandoned: z.array(
    z.looseObject({
      job_id: z.string(),
      /** False when it had been given up before; the rest is of that time. */
      written: z.boolean(),
      abandoned_at: z.nullable(z.string()),
      abandoned_by: z.nullable(z.string()),
      reason: z.nullable(z.string()),
    }),
  ),
});

/** `seal` */
export const sealShape = z.looseObject({
  job_id: z.string(),
  /** The order's directory. */
  order: z.string(),
  /** Files in the order, without job.json and seal. */
  files: z.int(),
  bytes: z.int(),
  /** The runner that may take it, or auto. */
  run_on: z.string(),
});

/** Every verb, when it could not do what was asked; the exit code is that of `code`. */
export const errorShape = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    /** What the error is about. */
    file: z.optional(z.string()),
    field: z.optional(z.string()),
    /** What to do. */
    remedy: z.string(),
    /** `submit`: everything that is wrong with the study. */
    problems: z.optional(z.array(studyProblemSchema)),
    warnings: z.optional(z.array(studyProblemSchema)),
  }),
});

export { pruneShape, showShape } from './archive-shapes.ts';
export { failureShape, runnerNowShape, runnerShape, watcherShape } from './daemon-shapes.ts';
export { eventsShape, newsShape } from './event-shapes.ts';
export { doctorShape, serviceShape, serviceStatusShape, stopShape } from './machine-shapes.ts';
export { notifyAskShape, notifyShape, notifyTestShape } from './message-shapes.ts';
export { syncthingSetupShape, syncthingStatusShape } from './mirror-shapes.ts';
