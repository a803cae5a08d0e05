// How far each reader of the news is: a file of its own for each, so that readers do not know of each other.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import { SEQ_MAX } from '../job/sizes.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const schema = z.looseObject({
  schema_version: schemaVersion,
  /** The newest event that was acknowledged. */
  seq: z.int().check(z.nonnegative(), z.lte(SEQ_MAX)),
  /** When that was. */
  at: moment,
});
export type NewsCursor = Pick<z.infer<typeof schema>, 'seq' | 'at'>;

export type CursorRead = { found: 'none' } | { found: 'unusable' } | { found: 'whole'; cursor: NewsCursor };

export function readNewsCursor(
  files: Pick<Files, 'readSmall'>,
  layout: Layout,
  consumer: string,
): CursorRead {
  let bytes: Buffer | undefined;
  try {
    bytes = files.readSmall(layout.news(consumer));
  } catch {
    return { found: 'unusable' }; // another user's, kept from us: its reader alone goes by it
  }
  if (!bytes) return { found: 'none' };
  const parsed = parseWith(schema, bytes);
  return parsed.ok ? { found: 'whole', cursor: parsed.value } : { found: 'unusable' };
}

/** All or nothing, whoever else writes at the same time. */
export async function writeNewsCursor(
  disk: Disk,
  layout: Layout,
  consumer: string,
  { seq, at }: NewsCursor,
): Promise<void> {
  const file = layout.news(consumer);
  disk.files.makeDir(path.dirname(file));
  await writeWhole(disk, path.dirname(file), file, jsonText({ schema_version: SCHEMA_VERSION, seq, at }));
}

/** A reader that acknowledged more than half of all numbers there are did not read them. */
const BELIEVED_MAX = SEQ_MAX / 2;

/**
 * The newest event that any reader has acknowledged: a log of events that begins anew must not number below it. What no
 * reader can have read is not believed, or one file would leave no numbers to events.
 */
export function highestCursor(files: Pick<Files, 'list' | 'readSmall'>, layout: Layout): number {
  const dir = path.dirname(layout.news('any'));
  const consumers = (files.list(dir) ?? []).flatMap(({ name }) =>
    name.startsWith('.') || !name.endsWith('.json') ? [] : [name.slice(0, -'.json'.length)],
  );
  const seqs = consumers.map((consumer) => {
    const read = readNewsCursor(files, layout, consumer);
    return read.found === 'whole' && read.cursor.seq <= BELIEVED_MAX ? read.cursor.seq : 0;
  });
  return Math.max(0, ...seqs);
}
