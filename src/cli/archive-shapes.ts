// What `--json` prints of the verbs about what is archived: a part of `shapes.ts`, under the same contract.
import * as z from 'zod/mini';
import { viewSchema } from '../job/view.ts';
import { problemSchema } from './problem-shape.ts';

const fields = z.record(z.string(), z.unknown());

/** Files of one directory of a job, the largest first. */
const treeShape = z.looseObject({
  dir: z.string(),
  files: z.int(),
  bytes: z.int(),
  entries: z.array(z.looseObject({ path: z.string(), bytes: z.int() })),
  /** There are more files than `--files`. */
  truncated: z.boolean(),
});

/** `show` */
export const showShape = z.looseObject({
  /** What `status` prints of it. */
  job: viewSchema,
  /** Starts of the script, as the runner noted them. */
  attempts: z.array(fields),
  /** The fields of the order's job.json as they were written. */
  order: z.nullable(fields),
  /** The same of the record. */
  record: z.nullable(fields),
  /** What was asked of the runner and is not removed yet, by kind. */
  requests: fields,
  /** The files of the order. */
  inputs: z.nullable(treeShape),
  /** What the script made, as far as it is here. */
  results: z.nullable(treeShape),
  /** How post-processing ended. */
  post: z.nullable(fields),
  /** What post-processing made. */
  post_files: z.nullable(treeShape),
  log: z.nullable(z.string()),
  /** Its directories in the archive, the oldest first. */
  archived: z.array(z.string()),
  /** What was pruned: `inputs` and `results`, each with `pruned_at`, `files` and `bytes`. */
  pruned: z.nullable(fields),
  /** What is wrong with its files. */
  problems: z.array(problemSchema),
});

const weightShape = z.looseObject({ files: z.int(), bytes: z.int() });

/** `prune`; the exit code is 7 when anything failed */
export const pruneShape = z.looseObject({
  /** Nothing was removed; the rest is what would be. */
  dry_run: z.boolean(),
  /** What was archived before this moment counts. */
  older_than: z.string(),
  /** In all. */
  files: z.int(),
  bytes: z.int(),
  jobs: z.array(
    z.looseObject({
      job_id: z.string(),
      archived_as: z.string(),
      archived_at: z.string(),
      state: z.nullable(z.string()),
      inputs: z.nullable(weightShape),
      results: z.nullable(weightShape),
    }),
  ),
  /** Old enough, and left alone. */
  kept: z.array(z.looseObject({ job_id: z.string(), archived_as: z.string(), reason: z.string() })),
  failed: z.array(z.looseObject({ job_id: z.string(), archived_as: z.string(), error: z.string() })),
});
