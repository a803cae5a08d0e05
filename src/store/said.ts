// What people said of a job that no request can say, as small notes of the Linux side: that its hold is lifted while it
// still depends on others, and that a retry which is decided is not to be made. What follows is for the plan.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, makeDurableDir, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const saidSchema = z.looseObject({
  requested_at: z.optional(moment),
  requested_by: z.optional(z.string()),
  reason: z.optional(z.string()),
});
export type Said = z.infer<typeof saidSchema>;

/** A note that cannot be read says at least that somebody said it. */
export function readSaid(files: Files, file: string): Said | undefined {
  const bytes = files.readSmall(file);
  const parsed = bytes && parseWith(saidSchema, bytes);
  if (!parsed) return undefined;
  return parsed.ok ? parsed.value : {};
}

/** Notes it unless it was said before. Answers whether it was written. */
export async function say(disk: Disk, layout: Layout, file: string, said: Said): Promise<boolean> {
  if (disk.files.facts(file)) return false;
  makeDurableDir(disk.files, path.dirname(file));
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, file, jsonText(said));
  return true;
}
