// How far each reader of the news is: a file of its own for each, so that readers do not know of each other.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const schema = z.looseObject({
  schema_version: schemaVersion,
  /** The newest event that was acknowledged. */
  seq: z.int().check(z.nonnegative()),
  /** When that was. */
  at: moment,
});
export type NewsCursor = Pick<z.infer<typeof schema>, 'seq' | 'at'>;

export type CursorRead = { found: 'none' } | { found: 'unusable' } | { found: 'whole'; cursor: NewsCursor };

export function readNewsCursor(files: Pick<Files, 'read'>, layout: Layout, consumer: string): CursorRead {
  const bytes = files.read(layout.news(consumer));
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

/** The newest event that any reader has acknowledged: a log of events that begins anew must not number below it. */
export function highestCursor(files: Pick<Files, 'list' | 'read'>, layout: Layout): number {
  const dir = path.dirname(layout.news('any'));
  const consumers = (files.list(dir) ?? []).flatMap(({ name }) =>
    name.startsWith('.') || !name.endsWith('.json') ? [] : [name.slice(0, -'.json'.length)],
  );
  const seqs = consumers.map((consumer) => {
    const read = readNewsCursor(files, layout, consumer);
    return read.found === 'whole' ? read.cursor.seq : 0;
  });
  return Math.max(0, ...seqs);
}
