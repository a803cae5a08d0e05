// Presence files: written by their runner, read by everybody.
import { sentence } from '../job/issues.ts';
import { parseWith } from '../job/parsed.ts';
import type { Presence } from '../job/presence.ts';
import { presenceSchema } from '../job/presence.ts';
import { isSkippedName } from '../job/skipped-names.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { guarded, unreadableFile } from './unreadable.ts';

export function readPresence(files: Files, layout: Layout, runnerId: string): Presence | undefined {
  const presence = presenceIn(files, layout.presence(runnerId));
  return presence?.runner_id === runnerId ? presence : undefined;
}

/** What a file holds, if that is a presence: that of the runner it is named after, or a conflict copy of it. */
export function presenceIn(files: Files, file: string): Presence | undefined {
  const bytes = files.readSmall(file);
  const parsed = bytes && parseWith(presenceSchema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

export interface PresencesSeen {
  presences: Presence[];
  /** Runners whose file is there and cannot be read, or says nothing of them, and what to tell of that. */
  unreadable: string[];
  problems: Problem[];
}

type Reading = () => Presence | undefined;

/** `readOne`: by whoever knows when a presence need not be read again. */
export function lookAtPresences(
  files: Files,
  layout: Layout,
  readOne: (id: string, read: Reading) => Presence | undefined = (_, read) => read(),
): PresencesSeen {
  const seen: PresencesSeen = { presences: [], unreadable: [], problems: [] };
  for (const { name } of files.list(layout.tree('runners')) ?? []) {
    if (!name.endsWith('.json') || isSkippedName(name)) continue;
    const id = name.slice(0, -'.json'.length);
    const told = (error: unknown) => {
      seen.unreadable.push(id);
      return unreadableFile(`runners/${name}`, error);
    };
    const presence = guarded(seen.problems, told, () => readOne(id, () => wholePresence(files, layout, id)));
    if (presence) seen.presences.push(presence);
  }
  return seen;
}

/** Throws what is wrong with it; undefined when it is not there any more. */
function wholePresence(files: Files, layout: Layout, runnerId: string): Presence | undefined {
  const file = layout.presence(runnerId);
  const bytes = files.readSmall(file);
  if (!bytes) {
    if (files.facts(file)?.kind === 'directory') throw new Error('is a directory where a file belongs');
    return undefined;
  }
  const parsed = parseWith(presenceSchema, bytes);
  if (!parsed.ok) throw new Error(parsed.problems.map((each) => sentence('presence', each)).join('; '));
  if (parsed.value.runner_id === runnerId) return parsed.value;
  throw new Error(`is the presence of the runner "${parsed.value.runner_id}" under another name`);
}

/** Every runner whose presence can be read. */
export function readPresences(files: Files, layout: Layout): Presence[] {
  return lookAtPresences(files, layout).presences;
}

export async function writePresence(disk: Disk, layout: Layout, presence: Presence): Promise<void> {
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, layout.presence(presence.runner_id), jsonText(presence));
}
