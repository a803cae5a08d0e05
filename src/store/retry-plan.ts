// The note `retry.json` in an archived job's directory: as what it is tried again, when, and what came of it. It takes
// over from `cancel.json` when the requests of the job are removed.
import path from 'node:path';
import * as z from 'zod/mini';
import { jobId, moment } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { RETRY_FILE } from './layout.ts';

const retryPlanSchema = z.looseObject({
  retried_as: jobId,
  /** By the clock of the machine that archives. */
  not_before: moment,
  reason: z.optional(z.string()),
  /** When it was seen in the queue. */
  made_at: z.optional(moment),
  /** Why it will not be made. */
  given_up: z.optional(z.string()),
});
export type RetryPlan = z.infer<typeof retryPlanSchema>;

export function hasRetryPlan(files: Files, dir: string): boolean {
  return files.facts(path.join(dir, RETRY_FILE)) !== undefined;
}

export function readRetryPlan(files: Files, dir: string): RetryPlan | undefined {
  const bytes = files.readSmall(path.join(dir, RETRY_FILE));
  const parsed = bytes && parseWith(retryPlanSchema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

/** Is it still to be made, or to be noted that it was? */
export function isOpenPlan(plan: RetryPlan): boolean {
  return plan.made_at === undefined && plan.given_up === undefined;
}

export async function writeRetryPlan(
  disk: Disk,
  layout: Layout,
  dir: string,
  plan: RetryPlan,
): Promise<void> {
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, path.join(dir, RETRY_FILE), jsonText(plan));
}
