// Who is alive, as the watcher judges it, `liveness.json`: written for whoever shows the queue while no watcher is asked.
import * as z from 'zod/mini';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

const judgedRunnerSchema = z.object({
  runner_id: z.string(),
  /** heard, unreachable, stale or lost */
  verdict: z.enum(['heard', 'unreachable', 'stale', 'lost']),
  /** Since when it is silent, by the watcher's clock; null while it is heard. */
  since: z.nullable(moment),
  /** When it was heard last, by the watcher's clock; null when it was not since the watcher started. */
  heard_at: z.nullable(moment),
  /** Its clock is at most so many seconds behind the watcher's; negative: at least so many ahead. */
  clock_behind_s: z.nullable(z.number()),
});

const silenceSchema = z.object({ verdict: z.enum(['unreachable', 'stale']), since: moment });
export type Silence = z.infer<typeof silenceSchema>;

/** Something that the watcher tries in vain; mended, it goes on by itself. */
const failingSchema = z.object({
  kind: z.literal('failing'),
  file: z.string(),
  job_id: z.string(),
  reason: z.string(),
  remedy: z.string(),
});

const schema = z.object({
  schema_version: schemaVersion,
  /** When the watcher looked last. */
  at: moment,
  link: z.string(),
  link_since: moment,
  /** More of it, for people. */
  link_why: z.optional(z.nullable(z.string())),
  runners: z.array(judgedRunnerSchema),
  /** Jobs of which nothing is heard, by id. */
  jobs: z.record(z.string(), silenceSchema),
  failing: z.optional(z.array(failingSchema)),
  /** Jobs, archived or not, of which a retry is decided and not made yet. */
  retried: z.optional(z.array(z.string())),
});
export type Judgement = Omit<z.infer<typeof schema>, 'schema_version'>;
export type JudgedRunner = z.infer<typeof judgedRunnerSchema>;

export function readJudgement(files: Pick<Files, 'readSmall'>, layout: Layout): Judgement | undefined {
  const bytes = files.readSmall(layout.judgement);
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

export async function writeJudgement(disk: Disk, layout: Layout, judgement: Judgement): Promise<void> {
  disk.files.makeDir(layout.watcher);
  const text = jsonText({ schema_version: SCHEMA_VERSION, ...judgement });
  await writeWhole(disk, layout.watcher, layout.judgement, text);
}
