// How far the post-processing of a job is, beside its results: who has ended and how, who is tried again and when.
// The file becomes the result by a rename, so that none is left beside it.
import path from 'node:path';
import * as z from 'zod/mini';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import { POST_RESULT } from './archive.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { POST_DIR } from './layout.ts';

export const POST_JOURNAL = 'attempts.json';

const endSchema = z.object({
  exit_code: z.nullable(z.number()),
  signal: z.nullable(z.string()),
  timed_out: z.boolean(),
  problem: z.optional(z.string()),
});

const endedSchema = z.object({
  name: z.string(),
  command: z.array(z.string()),
  /** Skipped: one before it failed, and nothing was to run after that. */
  status: z.enum(['completed', 'failed', 'skipped']),
  ...endSchema.shape,
  tries: z.int(),
  /** Of the first try, and of the last. */
  started_at: z.string(),
  finished_at: z.string(),
  /** What it made, by paths below post/. */
  files: z.array(z.string()),
  /** What it made under names that are kept for others. */
  left_out: z.optional(z.array(z.string())),
});
export type EndedProcessor = z.infer<typeof endedSchema>;

const tryingSchema = z.object({
  name: z.string(),
  /** How often it has failed. */
  tries: z.int(),
  ...endSchema.shape,
  started_at: z.string(),
  next_try_at: z.iso.datetime({ offset: true }),
  delay_s: z.number(),
});
export type TryingProcessor = z.infer<typeof tryingSchema>;

const runningSchema = z.object({
  name: z.string(),
  started_at: z.string(),
  /** How often this one try was begun: more than once where the watcher ended before it did. */
  begun: z.int(),
});
export type RunningProcessor = z.infer<typeof runningSchema>;

const journalSchema = z.looseObject({
  /** There once all have ended: it is the result, but for its name. */
  status: z.optional(z.enum(['completed', 'failed'])),
  processors: z.array(endedSchema),
  trying: z.optional(tryingSchema),
  /** Written before it is run, so that a run of which nobody sees the end counts, too. */
  running: z.optional(runningSchema),
});
export type PostJournal = z.infer<typeof journalSchema>;

/** Undefined when nothing has ended yet, or what is there cannot be read: then it begins anew. */
export function readPostJournal(files: Pick<Files, 'readSmall'>, dir: string): PostJournal | undefined {
  const bytes = files.readSmall(path.join(dir, POST_DIR, POST_JOURNAL));
  const parsed = bytes && parseWith(journalSchema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

export async function writePostJournal(
  disk: Disk,
  layout: Layout,
  dir: string,
  journal: PostJournal,
): Promise<void> {
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, path.join(dir, POST_DIR, POST_JOURNAL), jsonText(journal));
}

/** The journal is the result now: post-processing has ended. */
export async function publishPostResult({ files }: Disk, dir: string): Promise<void> {
  const post = path.join(dir, POST_DIR);
  await files.rename(path.join(post, POST_JOURNAL), path.join(post, POST_RESULT));
  files.syncDir(post);
}
