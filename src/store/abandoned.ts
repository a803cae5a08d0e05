// A job that was given up: who said so, and the copy of what there is of it in the archive. What is decided from it is
// for the plan.
import path from 'node:path';
import * as z from 'zod/mini';
import { systemCode } from '../errors.ts';
import { moment } from '../job/fields.ts';
import { parseWith } from '../job/parsed.ts';
import type { Cancel, Requests } from '../job/request.ts';
import { isSealFile } from '../job/seal.ts';
import type { Files } from '../system/files.ts';
import { fileAway } from './archive.ts';
import { isArchiveName } from './archive-names.ts';
import type { Disk } from './disk.ts';
import { copyHashed, jsonText, makeDurableDir, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { ABANDONED_FILE } from './layout.ts';
import { LOST_FILE } from './lost.ts';
import { requireOwnDir } from './own-dir.ts';
import { joinPortable } from './portable.ts';
import { writeRequest } from './requests.ts';
import type { RetryPlan } from './retry-plan.ts';
import { writeRetryPlan } from './retry-plan.ts';
import { listTree } from './tree.ts';

const abandonmentSchema = z.looseObject({
  abandoned_at: z.optional(moment),
  abandoned_by: z.optional(z.string()),
  reason: z.optional(z.string()),
  /** Files of the record that stand under another name, or could not be kept. */
  left_out: z.optional(z.array(z.string())),
});
export type Abandonment = z.infer<typeof abandonmentSchema>;

function parsed(files: Files, file: string): Abandonment | undefined {
  const bytes = files.readSmall(file);
  const read = bytes && parseWith(abandonmentSchema, bytes);
  return read?.ok ? read.value : undefined;
}

/** What stands in an archived job's directory; with a seal beside it, results that came later. */
export function readAbandoned(files: Files, dir: string): Abandonment | undefined {
  return parsed(files, path.join(dir, ABANDONED_FILE));
}

/** Who gave a job up whose requests are still there. */
export function abandonmentOf(
  files: Files,
  layout: Layout,
  jobId: string,
  { cancel }: Requests,
): Abandonment | undefined {
  if (cancel?.abandoned) return fromCancel(cancel);
  return parsed(files, layout.abandoned(jobId));
}

function fromCancel({ requested_at, requested_by, reason }: Cancel): Abandonment {
  return {
    ...(requested_at !== undefined && { abandoned_at: requested_at }),
    ...(requested_by !== undefined && { abandoned_by: requested_by }),
    ...(reason !== undefined && { reason }),
  };
}

/**
 * Gives a job up: with `cancel.json`, or, where that is there already and may not be edited, with a note of the
 * watcher's own. False when it had been given up before.
 */
export async function askToAbandon(
  disk: Disk,
  layout: Layout,
  jobId: string,
  asked: { requested_at: string; requested_by: string; reason?: string },
): Promise<boolean> {
  if (await writeRequest(disk, layout, jobId, 'cancel', { ...asked, abandoned: true })) return true;
  const file = layout.abandoned(jobId);
  if (disk.files.facts(file)) return false;
  makeDurableDir(disk.files, path.dirname(file));
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, file, jsonText(fromCancel(asked)));
  return true;
}

/** Copies what there is of the record, whole or not, beside a note of who gave the job up. Answers the archived name. */
export async function archiveAsItIs(
  disk: Disk,
  layout: Layout,
  jobId: string,
  { abandonment, retry }: { abandonment: Abandonment; retry: RetryPlan | undefined },
): Promise<string> {
  const { files } = disk;
  requireOwnDir(files, layout.record(jobId)); // what a link leads to is nobody's record
  const copy = layout.copying(jobId);
  await files.removeTree(copy);
  files.makeDir(copy);
  const left_out = await copyLoose(disk, layout.record(jobId), copy);
  const lost = layout.lost(jobId);
  if (files.facts(lost)?.kind === 'file') await copyHashed(disk, lost, path.join(copy, LOST_FILE));
  if (retry) await writeRetryPlan(disk, layout, copy, retry);
  const note = { ...abandonment, ...(left_out.length > 0 && { left_out }) };
  files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, path.join(copy, ABANDONED_FILE), jsonText(note));
  return fileAway(disk, layout, jobId, copy);
}

/** Copies the files that are there, while they may change. Answers those it could not keep under their names. */
async function copyLoose(disk: Disk, from: string, to: string): Promise<string[]> {
  const { files } = disk;
  const leftOut: string[] = [];
  for (const { path: name } of listTree(files, from).files) {
    // a seal here would say of the copy that it is whole
    if (isSealFile(name) || isArchiveName(name)) leftOut.push(name);
    else if (!(await copyLoosely(disk, joinPortable(from, name), joinPortable(to, name)))) leftOut.push(name);
  }
  files.syncDir(to);
  return leftOut;
}

/** False when the file has just gone: the mirror is replacing it. */
async function copyLoosely(disk: Disk, from: string, to: string): Promise<boolean> {
  const { files } = disk;
  files.makeDir(path.dirname(to));
  try {
    await copyHashed(disk, from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || files.facts(from)) throw error;
    return false;
  }
  files.syncDir(path.dirname(to));
  return true;
}
