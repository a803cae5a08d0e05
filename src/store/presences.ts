// Presence files: written by their runner, read by everybody.
import { parseWith } from '../job/parsed.ts';
import type { Presence } from '../job/presence.ts';
import { presenceSchema } from '../job/presence.ts';
import { isSkippedName } from '../job/skipped-names.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';

export function readPresence(files: Files, layout: Layout, runnerId: string): Presence | undefined {
  const bytes = files.read(layout.presence(runnerId));
  const parsed = bytes && parseWith(presenceSchema, bytes);
  return parsed?.ok && parsed.value.runner_id === runnerId ? parsed.value : undefined;
}

/** Every runner whose presence can be read. */
export function readPresences(files: Files, layout: Layout): Presence[] {
  return (files.list(layout.tree('runners')) ?? []).flatMap(({ name }) => {
    if (!name.endsWith('.json') || isSkippedName(name)) return [];
    const presence = readPresence(files, layout, name.slice(0, -'.json'.length));
    return presence ? [presence] : [];
  });
}

export async function writePresence(disk: Disk, layout: Layout, presence: Presence): Promise<void> {
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, layout.presence(presence.runner_id), jsonText(presence));
}
