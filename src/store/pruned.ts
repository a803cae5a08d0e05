// The note `pruned.json` in an archived job's directory: what was removed of it to free space, when and by whom. What is
// left, both job.json and both seals, goes on standing for the job. It removes nothing.
import path from 'node:path';
import * as z from 'zod/mini';
import { count, moment, SCHEMA_VERSION, schemaVersion, sha256Hex } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { PRUNED_FILE } from './layout.ts';
import { readSeal } from './seal.ts';

/** The model files of the order; and what the script and the post-processors made. */
export const PRUNABLE = ['inputs', 'results'] as const;
export type Prunable = (typeof PRUNABLE)[number];

const partSchema = z.looseObject({
  pruned_at: moment,
  pruned_by: z.optional(z.string()),
  files: count,
  bytes: count,
  /** Digest of the seal that names the files and their digests; missing where there was none. */
  seal_sha256: z.optional(sha256Hex),
});

const schema = z.looseObject({
  schema_version: schemaVersion,
  inputs: z.optional(partSchema),
  results: z.optional(partSchema),
});
export type Pruned = Pick<z.infer<typeof schema>, Prunable>;

/** Undefined where nothing was pruned. A result of the script that has this name says nothing. */
export function readPruned(files: Files, dir: string): Pruned | undefined {
  const bytes = files.readSmall(path.join(dir, PRUNED_FILE));
  if (!bytes || sealsPruned(files, dir)) return undefined;
  const parsed = parseWith(schema, bytes);
  return parsed.ok ? parsed.value : undefined;
}

/** Is there a result of this name, which must not be written over? */
export function sealsPruned(files: Files, dir: string): boolean {
  const seal = readSeal(files, dir);
  return seal.seal === 'valid' && seal.entries.some((entry) => entry.path === PRUNED_FILE);
}

export function prunedParts(pruned: Pruned | undefined): Prunable[] {
  return PRUNABLE.filter((part) => pruned?.[part] !== undefined);
}

/** Durable when it returns. */
export async function writePruned(disk: Disk, layout: Layout, dir: string, pruned: Pruned): Promise<void> {
  disk.files.makeDir(layout.staging);
  const text = jsonText({ schema_version: SCHEMA_VERSION, ...pruned });
  await writeWhole(disk, layout.staging, path.join(dir, PRUNED_FILE), text);
}
