// A problem as every verb prints it with --json.
import * as z from 'zod/mini';

/** Something in the folder that a person should look at. */
export const problemSchema = z.looseObject({
  /** conflict-copy, foreign-file, broken-order, broken-record, broken-request, mismatch, unsealed-files, unreadable */
  kind: z.string(),
  /** Path below the queue. */
  file: z.string(),
  job_id: z.optional(z.string()),
  reason: z.string(),
  /** What to do about it. */
  remedy: z.string(),
});
