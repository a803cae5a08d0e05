// How another process asks the watcher to send a dead message again, or to forget it: a file for each wish beside the
// ledger, which only the watcher writes.
import path from 'node:path';
import * as z from 'zod/mini';
import { systemCode } from '../errors.ts';
import { parseWith } from '../job/parsed.ts';
import type { Disk } from '../store/disk.ts';
import { isoNow, jsonText, writeWhole } from '../store/disk.ts';
import type { Files } from '../system/files.ts';
import type { Dead, Deliveries, LedgerLine } from './ledger-lines.ts';

const wishSchema = z.object({
  /** Every dead message that fits; all of them where neither is said. */
  id: z.optional(z.string()),
  target: z.optional(z.string()),
  /** Not sent any more, and not kept. */
  forget: z.optional(z.boolean()),
});
export type Wish = z.infer<typeof wishSchema>;

export function wishDir(ledgerFile: string): string {
  return path.join(path.dirname(ledgerFile), 'notify-again');
}

/** Asks for dead messages to be sent again, or forgotten; the watcher does so at its next tick. */
export async function askAgain(disk: Disk, ledgerFile: string, wish: Wish): Promise<void> {
  const dir = wishDir(ledgerFile);
  disk.files.makeDir(dir);
  await writeWhole(disk, dir, path.join(dir, `${disk.files.uniqueName()}.json`), jsonText(wish));
}

/** The files of wishes that have not been granted. */
export function wishesIn(files: Pick<Files, 'list'>, ledgerFile: string): string[] {
  const dir = wishDir(ledgerFile);
  return (files.list(dir) ?? [])
    .filter(({ name, kind }) => kind === 'file' && name.endsWith('.json'))
    .map(({ name }) => path.join(dir, name));
}

/** Is this dead message one of those that the wish means? */
export function isMeant({ id, target }: Wish, given: Pick<Dead, 'message' | 'target'>): boolean {
  return (id ?? given.message.id) === given.message.id && (target ?? given.target) === given.target;
}

/** The wishes that have not been granted. */
export function readWishes(files: Pick<Files, 'list' | 'readSmall'>, ledgerFile: string): Wish[] {
  return wishesIn(files, ledgerFile).flatMap((file) => wishIn(files, file) ?? []);
}

/** One that nobody can understand, or that is far too long, wishes nothing. */
function wishIn(files: Pick<Files, 'readSmall'>, file: string): Wish | undefined {
  try {
    const bytes = files.readSmall(file);
    const wish = bytes && parseWith(wishSchema, bytes);
    return wish?.ok ? wish.value : undefined;
  } catch (error) {
    if (systemCode(error) === 'EFBIG') return undefined;
    throw error;
  }
}

/** Puts the dead messages of one wish back in line, or forgets them; one that is not dead any more stays as it is. */
export async function grant(
  disk: Disk,
  { dead }: Pick<Deliveries, 'dead'>,
  wishFile: string,
  write: (line: LedgerLine & { event: 'again' | 'forgotten' }) => Promise<void>,
): Promise<void> {
  const wish = wishIn(disk.files, wishFile);
  if (wish) {
    const at = isoNow(disk);
    const event = wish.forget === true ? 'forgotten' : 'again';
    const meant = [...dead.values()].filter((given) => isMeant(wish, given));
    for (const given of meant) await write({ event, at, id: given.message.id, target: given.target });
  }
  await disk.files.removeFile(wishFile);
}
