// The archive and the steps by which a record gets there. What is here outlives the queue.
import path from 'node:path';
import { compactTime, jobIdProblem } from '../job/job-id.ts';
import { parseWith } from '../job/parsed.ts';
import { recordSchema } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON, SEAL, SEAL_SIGNATURE } from '../job/seal.ts';
import { SEAL_BYTES } from '../job/sizes.ts';
import type { ArchivedJob, Collected } from '../queue/watcher-snapshot.ts';
import type { Files } from '../system/files.ts';
import { nameBreach } from './archive-names.ts';
import { copyBeside, copySealed } from './copy-sealed.ts';
import type { Disk } from './disk.ts';
import { sha256Of } from './disk.ts';
import type { Layout } from './layout.ts';
import { ABANDONED_FILE, jobOfArchived, ORDER_DIR, POST_DIR } from './layout.ts';
import { readSeal, sealBreach } from './seal.ts';

/** Names in the archive of jobs that are filed, by job id, oldest first. */
export function archivedNames(files: Files, layout: Layout): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name } of files.list(layout.archive) ?? []) {
    const job = jobOfArchived(name);
    if (job && !jobIdProblem(job)) names.set(job, [...(names.get(job) ?? []), name]);
  }
  return names;
}

/** When a job was archived, by the clock of this machine, from the name it got then. */
export function archivedAtOf(name: string): string | undefined {
  const [, day = '', time = ''] = /_(\d{8})-(\d{6})(?:-\d+)?$/.exec(name) ?? [];
  const at = `${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
  return Number.isNaN(Date.parse(at)) ? undefined : new Date(Date.parse(at)).toISOString();
}

export function archivedJob(files: Files, layout: Layout, name: string): ArchivedJob {
  const dir = layout.archived(name);
  const sealSha256 = sealDigest(files, dir);
  return {
    archived_as: name,
    sealSha256,
    hasOrder: files.facts(path.join(dir, ORDER_DIR)) !== undefined,
    abandoned: sealSha256 === undefined && files.facts(path.join(dir, ABANDONED_FILE)) !== undefined,
  };
}

function sealDigest(files: Files, dir: string): string | undefined {
  const bytes = files.readSmall(path.join(dir, SEAL), SEAL_BYTES);
  return bytes && sha256Of(bytes);
}

/** The result of post-processing stands in the copy once it has ended. */
export const POST_RESULT = 'result.json';

export function readCollected(
  files: Files,
  layout: Layout,
  jobId: string,
  wantsPost: boolean,
): Collected | undefined {
  const dir = layout.collected(jobId);
  if (!files.facts(dir)) return undefined;
  const processed = !wantsPost || files.facts(path.join(dir, POST_DIR, POST_RESULT)) !== undefined;
  return { sealSha256: sealDigest(files, dir), processed };
}

/**
 * Copies a record that has arrived whole to a hidden directory in the archive, and verifies the copy as it lies on the
 * disk. Answers the first breach in words.
 */
export async function collectRecord(disk: Disk, layout: Layout, jobId: string): Promise<string | undefined> {
  const { files } = disk;
  const source = layout.record(jobId);
  const seal = readSeal(files, source);
  if (seal.seal !== 'valid') return 'its seal is not there';
  const taken = nameBreach(seal.entries);
  if (taken) return taken;
  const copy = layout.copying(jobId);
  await files.removeTree(copy);
  const breach = await copySealed(disk, source, copy, seal.entries, emptyDirsOf(files, source));
  if (breach) return breach;
  await copyBeside(disk, source, copy, SEAL);
  if (files.facts(path.join(source, SEAL_SIGNATURE))) await copyBeside(disk, source, copy, SEAL_SIGNATURE);
  if (sealDigest(files, copy) !== seal.sha256) return 'its seal changed while it was copied';
  const target = layout.collected(jobId);
  await files.removeTree(target); // a copy of another record of this job, made before that record was replaced
  await files.rename(copy, target);
  files.syncDir(layout.archive);
  return undefined;
}

/** The directories that hold nothing and are still a result. */
function emptyDirsOf(files: Files, dir: string): string[] {
  const bytes = files.readSmall(path.join(dir, JOB_JSON));
  const parsed = bytes && parseWith(recordSchema, bytes);
  return parsed?.ok ? (parsed.value.results?.empty_dirs ?? []) : [];
}

/** The first difference between our copy and its seal. */
export async function collectedBreach(
  disk: Disk,
  layout: Layout,
  jobId: string,
): Promise<string | undefined> {
  const dir = layout.collected(jobId);
  const seal = readSeal(disk.files, dir);
  return seal.seal === 'valid' ? sealBreach(disk, dir, seal.entries) : 'the seal of the copy cannot be read';
}

/**
 * Removes our copy, which does not fit its seal, so that it is made again: only when every byte of that record is proved
 * to be in inbox/ still. Answers why the copy stays.
 */
export async function dropDamaged(disk: Disk, layout: Layout, jobId: string): Promise<string | undefined> {
  const [source, dir] = [layout.record(jobId), layout.collected(jobId)];
  const seal = readSeal(disk.files, source);
  if (seal.seal !== 'valid') return 'the record in inbox/ has no valid seal';
  const own = readSeal(disk.files, dir);
  if (own.seal === 'valid' && own.sha256 !== seal.sha256) return 'the record in inbox/ is another one';
  const breach = await sealBreach(disk, source, seal.entries);
  if (breach) return `the record in inbox/ does not fit either: ${breach}`;
  await disk.files.removeTree(dir);
  return undefined;
}

/** Gives the verified copy its final name. Answers the name. */
export async function fileCollected(disk: Disk, layout: Layout, jobId: string): Promise<string> {
  return fileAway(disk, layout, jobId, layout.collected(jobId));
}

/** Gives a directory that is complete its place among the archived jobs. Answers the name. */
export async function fileAway(disk: Disk, layout: Layout, jobId: string, dir: string): Promise<string> {
  const { files, clock } = disk;
  const base = `${jobId}_${compactTime(clock.now())}`;
  let name = base;
  for (let clash = 2; files.facts(layout.archived(name)); clash++) name = `${base}-${clash}`;
  await files.rename(dir, layout.archived(name));
  files.syncDir(layout.archive);
  return name;
}

/** Moves the order of a job whose results are archived beside them. */
export async function moveOrder(
  disk: Disk,
  layout: Layout,
  jobId: string,
  archivedAs: string,
): Promise<void> {
  const { files } = disk;
  const dir = layout.archived(archivedAs);
  await files.rename(layout.order(jobId), path.join(dir, ORDER_DIR));
  files.syncDir(dir);
  files.syncDir(layout.tree('outbox'));
}

/** The sealed files of an archived or collected directory, job.json included. */
export function sealedEntries(files: Files, dir: string): readonly SealEntry[] {
  const seal = readSeal(files, dir);
  return seal.seal === 'valid' ? seal.entries : [];
}

export function readArchivedManifest(files: Files, layout: Layout, name: string): Buffer | undefined {
  return files.readSmall(path.join(layout.archived(name), JOB_JSON));
}
