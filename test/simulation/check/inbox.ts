// What a runner may do with the records in its inbox.
import { sha256Of } from '../../../src/store/disk.ts';
import { isSealedManifest, readSeal } from '../../../src/store/seal.ts';
import type { World } from '../world.ts';
import { isHarmed, ROOTS } from './book.ts';
import { breach } from './breach.ts';
import { archivedNamesOf, lacks } from './contents.ts';

export const INBOX = `${ROOTS.windows}/inbox/`;
export const REMOVING = ['removeFile', 'removeTree', 'removeEmptyDir'];

const ARCHIVE = `${ROOTS.linux}/archive`;

/** A sealed record is final, and goes only when the archive has it for good. */
export function beforeInboxChange(world: World, call: string, file: string): void {
  const job = file.slice(INBOX.length).split('/')[0] ?? '';
  if (REMOVING.includes(call) && file.endsWith('/job.json')) world.book.states.delete(job);
  if (job === '' || isHarmed(world.book, job)) return;
  const seal = world.sides.windows.disk.bytes(`${INBOX}${job}/SHA256SUMS`);
  if (!seal || call === 'syncDir' || call === 'sync') return;
  const digest = sha256Of(seal);
  const isRecord = world.book.records.get(job)?.some((record) => record.digest === digest) === true;
  if (!isRecord) return;
  if (REMOVING.includes(call)) beforeRecordRemoved(world, job, digest, file);
  else if (!isRepair(world, job)) breach(world, `${file} was changed after the record was sealed`);
}

function beforeRecordRemoved(world: World, job: string, digest: string, file: string): void {
  if (file.endsWith('/job.json')) world.book.deleted.add(job);
  const isSealFirst =
    file.endsWith('/SHA256SUMS') && world.sides.windows.disk.bytes(`${INBOX}${job}/job.json`);
  if (isSealFirst && !world.book.deleted.has(job))
    breach(world, `the seal of ${job} was deleted before its record`);
  const why = notArchived(world, job, digest);
  if (why) breach(world, `${file} was deleted, but the archive does not have the record for good: ${why}`);
}

/** Where both sides write, the mirror may take the job.json of a record away or put another over it: its runner puts that right. */
function isRepair({ scenario, sides }: World, job: string): boolean {
  if (scenario.folders !== 'one') return false;
  const { files, bytes } = sides.windows.disk;
  const [seal, manifest] = [readSeal(files, INBOX + job), bytes(`${INBOX}${job}/job.json`)];
  return seal.seal === 'valid' && !(manifest && isSealedManifest(seal.entries, manifest));
}

/** Why a record is not durable in the archive; undefined when it is. */
export function notArchived({ sides }: World, job: string, digest: string): string | undefined {
  const { disk } = sides.linux;
  const reasons = archivedNamesOf(disk, ARCHIVE, job).map((name) => {
    const seal = disk.bytes(`${ARCHIVE}/${name}/SHA256SUMS`);
    if (!seal || sha256Of(seal) !== digest) return 'another record is archived';
    return lacks(disk, `${ARCHIVE}/${name}`, 'after a power cut');
  });
  return reasons.includes(undefined) ? undefined : (reasons[0] ?? 'nothing of it is archived');
}
