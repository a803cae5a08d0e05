// Which targets the watcher was started with, and what it did not find of their secrets: its variables are its own, and no
// other process can look at them. No name and no value of a secret stands in it.
import path from 'node:path';
import * as z from 'zod/mini';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Disk } from '../store/disk.ts';
import { isoNow, jsonText, writeWhole } from '../store/disk.ts';
import type { Files } from '../system/files.ts';

const schema = z.looseObject({
  schema_version: schemaVersion,
  at: moment,
  /** By target: what is missing, or null. */
  targets: z.record(z.string(), z.nullable(z.string())),
});

/** By target: what the watcher found missing at its start; undefined where nothing is. */
export type TargetsSeen = ReadonlyMap<string, string | undefined>;

function fileBeside(ledgerFile: string): string {
  return path.join(path.dirname(ledgerFile), 'notify-targets.json');
}

/** Undefined where no watcher has said it. */
export function readTargetsSeen(
  files: Pick<Files, 'readSmall'>,
  ledgerFile: string,
): TargetsSeen | undefined {
  const bytes = files.readSmall(fileBeside(ledgerFile));
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok
    ? new Map(Object.entries(parsed.value.targets).map(([name, missing]) => [name, missing ?? undefined]))
    : undefined;
}

export async function writeTargetsSeen(disk: Disk, ledgerFile: string, seen: TargetsSeen): Promise<void> {
  const targets = Object.fromEntries([...seen].map(([name, missing]) => [name, missing ?? null]));
  const dir = path.dirname(ledgerFile);
  disk.files.makeDir(dir);
  const text = jsonText({ schema_version: SCHEMA_VERSION, at: isoNow(disk), targets });
  await writeWhole(disk, dir, fileBeside(ledgerFile), text);
}
