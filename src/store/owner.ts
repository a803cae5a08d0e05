// The wish of the machine's owner, `owner.json` in the runner's own folder: written by the command line, read by the
// daemon at every look. What a wish means is for `queue/owner-wish`.
import * as z from 'zod/mini';
import { messageOf } from '../errors.ts';
import { moment, SCHEMA_VERSION, schemaVersion } from '../job/fields.ts';
import { sentence } from '../job/issues.ts';
import { parseWith } from '../job/parsed.ts';
import type { OwnerWish } from '../queue/machine.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { RunnerLayout } from './layout.ts';

const asked = { at: moment, by: z.optional(z.string()), reason: z.optional(z.string()) };
const schema = z.looseObject({
  schema_version: z.optional(schemaVersion),
  paused: z.optional(
    z.looseObject({ ...asked, until: z.optional(moment), interrupt: z.optional(z.boolean()) }),
  ),
  draining: z.optional(z.looseObject(asked)),
});

const UNREADABLE_OWNER = 'owner.json cannot be read';

/** The wish; none when the file is not there. Of a file that cannot be read the safe half is taken: a pause. */
export function readOwner(files: Files, at: RunnerLayout, problems: Problem[] = []): OwnerWish {
  const read = readFile(files, at.owner);
  if ('wish' in read) return read.wish;
  problems.push({
    kind: 'unreadable',
    file: at.owner,
    reason: `cannot be read, so nothing starts: ${read.problem}`,
    remedy: 'give `jobq runner pause` or `jobq runner resume` again: both write it anew',
  });
  return { paused: { at: writtenAt(files, at.owner), reason: UNREADABLE_OWNER } };
}

function readFile(files: Files, file: string): { wish: OwnerWish } | { problem: string } {
  try {
    const bytes = files.readSmall(file);
    if (!bytes) return { wish: {} };
    const parsed = parseWith(schema, bytes);
    if (parsed.ok) return { wish: wishOf(parsed.value) };
    return { problem: parsed.problems.map((each) => sentence('owner.json', each)).join('; ') };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function wishOf({ paused, draining }: z.infer<typeof schema>): OwnerWish {
  return {
    ...(paused && {
      paused: {
        ...askedOf(paused),
        ...(paused.until !== undefined && { until: paused.until }),
        ...(paused.interrupt !== undefined && { interrupt: paused.interrupt }),
      },
    }),
    ...(draining && { draining: askedOf(draining) }),
  };
}

function askedOf({ at, by, reason }: { at: string; by?: string | undefined; reason?: string | undefined }) {
  return { at, ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}

/** The same at every look, or presence would change with each of them. */
function writtenAt(files: Files, file: string): string {
  try {
    return new Date(files.facts(file)?.mtimeMs ?? 0).toISOString();
  } catch {
    return new Date(0).toISOString();
  }
}

export async function writeOwner(disk: Disk, at: RunnerLayout, wish: OwnerWish): Promise<void> {
  disk.files.makeDir(at.state);
  await writeWhole(disk, at.state, at.owner, jsonText({ schema_version: SCHEMA_VERSION, ...wish }));
}
