// Who holds a daemon's lock: the lock itself has no content, so its holder writes a small file beside it. What a process
// left that was killed stands there until the next one holds the lock, so nobody believes it while the lock is free.
import * as z from 'zod/mini';
import { moment } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import { isoNow, jsonText, writeWhole } from '../store/disk.ts';
import type { Files } from '../system/files.ts';
import type { Context } from './context.ts';
import { momentText } from './render/words.ts';

const schema = z.looseObject({ pid: z.int(), host: z.string(), user: z.string(), since: moment });
export type Holder = z.infer<typeof schema>;

/** A daemon that cannot write this works all the same: then nobody can tell who it is. */
export async function noteHolder({ parts, layout }: Context, lock: string): Promise<void> {
  const { pid, host, user } = parts.environment;
  const holder: Holder = { pid, host, user, since: isoNow(parts.disk) };
  await writeWhole(parts.disk, layout.staging, layout.holder(lock), jsonText(holder)).catch(() => {});
}

export function readHolder(files: Files, file: string): Holder | undefined {
  const bytes = files.readSmall(file);
  const parsed = bytes && parseWith(schema, bytes);
  return parsed?.ok ? parsed.value : undefined;
}

/** ` (pid 4711 of ada on vm, since 2026-02-10 14:30:22 UTC)`; '' where nobody knows. */
export function holderText(holder: Holder | undefined): string {
  if (!holder) return '';
  const { pid, user, host, since } = holder;
  return ` (pid ${pid} of ${user} on ${host}, since ${momentText(since)})`;
}
