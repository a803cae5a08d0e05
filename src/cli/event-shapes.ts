// What `--json` prints of events and news: a part of `shapes.ts`, under the same contract.
import * as z from 'zod/mini';
import { endSchema, eventSchema } from '../job/event.ts';

/** `events`; with --follow one event a line instead, until it is stopped */
export const eventsShape = z.looseObject({
  /** The oldest first. */
  events: z.array(eventSchema),
  /** There are older ones than `--limit` shows. */
  truncated: z.boolean(),
  /** The number of the newest event of the queue. */
  last_seq: z.int(),
  /** On this machine; where it does not, no events come. */
  watcher_runs: z.boolean(),
});

/** `news` */
export const newsShape = z.looseObject({
  consumer: z.string(),
  /** It has never asked before: its news begin now. */
  first: z.boolean(),
  /** On this machine; where it does not, nothing new is told. */
  watcher_runs: z.boolean(),
  /** What it may have missed, in words; null when nothing. */
  missed: z.nullable(z.string()),
  /** The newest event that was looked at. */
  seq: z.int(),
  /** Was this acknowledged? */
  acknowledged: z.boolean(),
  /** The oldest first. */
  items: z.array(
    z.looseObject({
      seq: z.int(),
      at: z.string(),
      what: z.string(),
      job_id: z.nullable(z.string()),
      runner: z.nullable(z.string()),
      target: z.nullable(z.string()),
      project: z.nullable(z.string()),
      reason: z.nullable(z.string()),
      outcome: z.nullable(endSchema),
      late: z.boolean(),
      post: z.nullable(z.enum(['completed', 'failed'])),
      best: z.nullable(z.number()),
      trial: z.nullable(z.number()),
      trials: z.nullable(z.number()),
      archived_as: z.nullable(z.string()),
      results_dir: z.nullable(z.string()),
      retried_as: z.nullable(z.string()),
      retry_at: z.nullable(z.string()),
      next: z.string(),
    }),
  ),
});
