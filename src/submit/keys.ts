// Idempotency keys: which job a key stands for, in `.jobq-keys/<sha256 of the key>.<n>/`, on the Linux side only.
//
// A key must lead to one order however many processes submit it at once and wherever they are stopped. So a key does
// not record what happened, it fixes the job id beforehand: whoever has a key publishes under the id reserved for it,
// and the rename into outbox/, which only one can win, decides. No lock, no age, no process that must be alive:
// - Reserving is a rename of a directory that is already filled, so a reservation is never half-written.
// - Stopped between reserving and publishing: the job is nowhere, and the next one publishes under the same id. If the
//   first one still lives, one of the two renames fails, and its submitter compares its content with what is there.
// - What content a key stands for is read from the published order itself, so nothing can disagree with it.
// - `published` is noted once the order is out. A job that was published and is nowhere was deleted by hand, and the
//   runner may remember its id and never start it again: then, and when somebody else's job has the id, the next
//   number <n> is reserved, again by a rename that one wins. Only the highest number counts.
// Keys are never deleted.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { jobIdProblem } from '../job/job-id.ts';
import { parseJson } from '../job/lenient-text.ts';
import type { Disk } from '../store/disk.ts';
import { jsonText, writeWhole } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { takeName } from '../store/take-name.ts';
import type { Files } from '../system/files.ts';
import { freeJobId } from './publish.ts';
import { newStagingDir } from './stage.ts';
import type { Whereabouts } from './whereabouts.ts';
import { findJob, isTaken } from './whereabouts.ts';

const KEYS_DIR = '.jobq-keys';
const RESERVATION = 'reservation.json';
const PUBLISHED = 'published';

/** Who reserves, for people who look into the folder; nothing is decided by it. */
export interface Submitter {
  host: string;
  pid: number;
}

/** What a key stands for. */
export type Standing =
  | { is: 'free' }
  /** An id is reserved and no job has it: publish under it. */
  | { is: 'reserved'; jobId: string; dir: string }
  /** The job is there. */
  | { is: 'used'; jobId: string; dir: string; job: Whereabouts };

interface Numbered {
  jobId: string;
  dir: string;
  number: number;
}

export function standingOf(files: Files, layout: Layout, key: string): Standing {
  const latest = latestOf(files, layout, key);
  if (!latest) return { is: 'free' };
  const { jobId, dir } = latest;
  const job = findJob(files, layout, jobId);
  if (!job) {
    const spent = files.facts(path.join(dir, PUBLISHED)) !== undefined || isTaken(files, layout, jobId);
    return spent ? { is: 'free' } : { is: 'reserved', jobId, dir };
  }
  if (job.fields && job.fields['idempotency_key'] !== key) return { is: 'free' };
  return { is: 'used', jobId, dir, job };
}

/** Reserves an id for a key, or finds the one that is reserved. */
export async function reserve(
  disk: Disk,
  layout: Layout,
  wish: { key: string; name: string; by: Submitter },
): Promise<Exclude<Standing, { is: 'free' }>> {
  for (;;) {
    const standing = standingOf(disk.files, layout, wish.key);
    if (standing.is !== 'free') return standing;
    await claim(disk, layout, wish);
  }
}

/** Tries to be the one who reserves the next number of a key; who it was, the next look tells. */
async function claim(
  disk: Disk,
  layout: Layout,
  { key, name, by }: { key: string; name: string; by: Submitter },
): Promise<void> {
  const { files, clock } = disk;
  const now = clock.now();
  const reservation = {
    key,
    job_id: freeJobId(files, layout, now, name),
    reserved_at: new Date(now).toISOString(),
    reserved_by: by,
  };
  const number = (latestOf(files, layout, key)?.number ?? 0) + 1;
  const dir = newStagingDir(disk, layout);
  files.makeDir(dir);
  try {
    await writeWhole(disk, layout.staging, path.join(dir, RESERVATION), jsonText(reservation));
    files.makeDir(path.join(layout.root, KEYS_DIR));
    files.syncDir(layout.root);
    await takeName(files, dir, dirOf(layout, key, number));
    files.syncDir(path.join(layout.root, KEYS_DIR));
  } finally {
    await files.removeTree(dir).catch(() => undefined);
  }
}

/** Notes that a key's job was seen in its place. Without the note nothing is wrong as long as the job exists. */
export async function notePublished(disk: Disk, layout: Layout, dir: string): Promise<void> {
  const note = path.join(dir, PUBLISHED);
  if (disk.files.facts(note)) return;
  await writeWhole(disk, layout.staging, note, '').catch(() => undefined);
}

function dirOf(layout: Layout, key: string, number: number): string {
  return path.join(layout.root, KEYS_DIR, `${createHash('sha256').update(key).digest('hex')}.${number}`);
}

function latestOf(files: Files, layout: Layout, key: string): Numbered | undefined {
  let latest: Numbered | undefined;
  for (let number = 1; ; number++) {
    const dir = dirOf(layout, key, number);
    if (!files.facts(dir)) return latest;
    latest = { jobId: reservedId(files, dir), dir, number };
  }
}

function reservedId(files: Files, dir: string): string {
  const file = path.join(dir, RESERVATION);
  const bytes = files.readSmall(file);
  const parsed = bytes && parseJson(bytes);
  const id = parsed && 'value' in parsed ? (parsed.value as { job_id?: unknown } | null)?.job_id : undefined;
  // it becomes the name of a directory
  if (typeof id === 'string' && jobIdProblem(id) === undefined) return id;
  throw new JobqError('queue-unusable', 'the reservation of this idempotency key cannot be read', {
    file,
    remedy: 'restore the file; deleting its folder makes jobq forget that the key was ever used',
  });
}
