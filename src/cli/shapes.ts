// What `--json` prints, verb by verb, as schemas. A contract: fields are added, never renamed or removed.
import * as z from 'zod/mini';
import { presenceSchema } from '../job/presence.ts';
import { viewSchema } from '../job/view.ts';

/** Something in the folder that a person should look at. */
const problemSchema = z.looseObject({
  /** conflict-copy, foreign-file, broken-order, broken-record, broken-request, mismatch, unsealed-files */
  kind: z.string(),
  /** Path below the queue. */
  file: z.string(),
  job_id: z.optional(z.string()),
  reason: z.string(),
  /** What to do about it. */
  remedy: z.string(),
});

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
export const statusShape = z.extend(viewSchema, { problems: z.array(problemSchema) });

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
  ended: z.optional(z.array(z.looseObject({ job_id: z.string(), outcome: z.string(), message: z.string() }))),
  failed: z.optional(z.array(failureShape)),
});

/** `watcher`: `archived` with --once, `stopped` when the daemon was stopped */
export const watcherShape = z.looseObject({
  queue: z.string(),
  stopped: z.optional(z.boolean()),
  /** Names below archive/. */
  archived: z.optional(z.array(z.string())),
  failed: z.optional(z.array(failureShape)),
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
