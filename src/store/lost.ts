// The watcher's verdict that a job is lost, kept beside the watcher's state so that others can show it.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, makeDurableDir, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const lostSchema = z.looseObject({
  at: moment,
  reason: z.string(),
  /** When its runner vouched for the job again. */
  recovered_at: z.optional(moment),
});
export type Lost = z.infer<typeof lostSchema>;

/** Name of the verdict in the archived job's directory, where the results came late. */
export const LOST_FILE = 'lost.json';

export function readLost(files: Files, file: string): Lost | undefined {
  const bytes = files.readSmall(file);
  const parsed = bytes && parseWith(lostSchema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

export async function writeLost(disk: Disk, layout: Layout, jobId: string, lost: Lost): Promise<void> {
  const file = layout.lost(jobId);
  makeDurableDir(disk.files, path.dirname(file));
  await writeWhole(disk, path.dirname(file), file, jsonText(lost));
}
