// A problem as every verb prints it with --json.
import * as z from 'zod/mini';

/** One of two versions of a file; the digest is told by `show` only, and not of very large files. */
const versionSchema = z.looseObject({
  /** Path below the queue. */
  file: z.string(),
  bytes: z.int(),
  modified_at: z.string(),
  sha256: z.optional(z.string()),
  /** Is it the one that the seal names? */
  sealed: z.optional(z.boolean()),
});

/** Something in the folder that a person should look at. */
export const problemSchema = z.looseObject({
  /**
   * ambiguous-assignment, broken-order, broken-record, broken-request, changed-order, conflict-copy, dependency-circle, failing,
   * foreign-file, mismatch,
   * runner-twice, unreadable, unsealed-files, unusable-tree
   */
  kind: z.string(),
  /** Path below the queue. */
  file: z.string(),
  job_id: z.optional(z.string()),
  reason: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  /** Of a conflict copy. */
  conflict: z.optional(
    z.looseObject({
      /** What was put aside. */
      copy: z.nullable(versionSchema),
      /** What bears the name now. */
      kept: z.nullable(versionSchema),
      /** Short id of the device that wrote what was kept. */
      kept_by: z.nullable(z.string()),
      /** When the other was put aside, in the local time of that machine. */
      at: z.nullable(z.string()),
    }),
  ),
});
