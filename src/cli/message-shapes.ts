// What `--json` prints of messages: a part of `shapes.ts`, under the same contract.
import * as z from 'zod/mini';

/** A target of messages, and how it stands with it. */
export const targetSchema = z.looseObject({
  target: z.string(),
  /** null where the settings do not name it any more. */
  kind: z.nullable(z.string()),
  /** Messages that wait. */
  pending: z.int(),
  /** How often one of them was tried in vain, at most. */
  tries: z.int(),
  problem: z.nullable(z.string()),
  waiting_since: z.nullable(z.string()),
  next_try_at: z.nullable(z.string()),
  /** Messages that were given up. */
  dead: z.int(),
  dead_reason: z.nullable(z.string()),
  dead_at: z.nullable(z.string()),
  /** What is missing of its address or token. */
  missing: z.nullable(z.string()),
  /** false where the watcher that runs was started without it; null where that is not known. */
  watcher_knows: z.nullable(z.boolean()),
});

const about = {
  /** The id of the message: <job>/<state>/<attempt>, and more where it is not the job's end. */
  message: z.string(),
  job_id: z.string(),
  target: z.string(),
};

/** `notify` */
export const notifyShape = z.looseObject({
  queue: z.string(),
  /** On this machine; where it does not, nothing is sent. */
  watcher_runs: z.boolean(),
  targets: z.array(targetSchema),
  /** Messages that were given up, the oldest first. */
  dead: z.array(
    z.looseObject({
      ...about,
      event: z.string(),
      title: z.string(),
      queued_at: z.string(),
      given_up_at: z.string(),
      reason: z.string(),
      /** What was asked of the watcher and is not done yet. */
      asked: z.nullable(z.enum(['again', 'forget'])),
    }),
  ),
});

/** `notify test`; the exit code is 7 when any was not sent */
export const notifyTestShape = z.looseObject({
  tests: z.array(
    z.looseObject({
      target: z.string(),
      kind: z.string(),
      sent: z.boolean(),
      /** Of the answer; null where there was none, and for a command. */
      status: z.nullable(z.int()),
      /** Why it was not sent. */
      problem: z.nullable(z.string()),
      /** Would a message that got this answer be tried again? */
      retryable: z.boolean(),
    }),
  ),
});

/** `notify again` and `notify forget` */
export const notifyAskShape = z.looseObject({
  action: z.enum(['again', 'forget']),
  /** On this machine; where it does not, nothing happens before it is started. */
  watcher_runs: z.boolean(),
  asked: z.array(
    z.looseObject({
      ...about,
      /** False when that had been asked before and is not done yet. */
      written: z.boolean(),
    }),
  ),
});
