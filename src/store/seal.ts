// The seal on disk: write it last, read it, and check a directory against it.
import path from 'node:path';
import { remembering } from '../job/remember.ts';
import type { SealEntry } from '../job/seal.ts';
import { formatSeal, JOB_JSON, parseSeal, SEAL } from '../job/seal.ts';
import { SEAL_BYTES } from '../job/sizes.ts';
import type { Files } from '../system/files.ts';
import type { Digest, Disk } from './disk.ts';
import { hashFile, sha256Of, writeWhole } from './disk.ts';
import { joinPortable, lookingBelow } from './portable.ts';

export type SealSeen =
  | { seal: 'missing' }
  | { seal: 'unfit'; reason: string }
  | { seal: 'valid'; entries: readonly SealEntry[]; sha256: string };

export function readSeal(files: Files, dir: string): SealSeen {
  const bytes = files.readSmall(path.join(dir, SEAL), SEAL_BYTES);
  return bytes ? seals(bytes, () => sealIn(bytes)) : { seal: 'missing' };
}

const seals = remembering<SealSeen>();

function sealIn(bytes: Buffer): SealSeen {
  const parsed = parseSeal(bytes.toString('utf8'));
  if ('problem' in parsed) return { seal: 'unfit', reason: `SHA256SUMS ${parsed.problem}` };
  return { seal: 'valid', entries: parsed.entries, sha256: sha256Of(bytes) };
}

/** Writes the seal of a directory whose files are all in place and durable. Answers the seal's own digest. */
export async function writeSeal(
  disk: Disk,
  tempDir: string,
  dir: string,
  entries: readonly SealEntry[],
): Promise<string> {
  const text = formatSeal(entries);
  await writeWhole(disk, tempDir, path.join(dir, SEAL), text);
  return sha256Of(text);
}

/** Does the job.json that is there have the digest that the seal names? */
export function isSealedManifest(entries: readonly SealEntry[], jobJson: Uint8Array): boolean {
  return entries.find((entry) => entry.path === JOB_JSON)?.sha256 === sha256Of(jobJson);
}

/** In words, of one that is not. */
export function manifestFault(jobJson: Uint8Array | undefined): string {
  return `job.json: ${jobJson ? 'its digest is not the one in SHA256SUMS' : 'named by SHA256SUMS, but missing'}`;
}

/** The first file that is missing or differs from the seal, in words; undefined when everything fits. */
export async function sealBreach(
  disk: Disk,
  dir: string,
  entries: readonly SealEntry[],
): Promise<string | undefined> {
  const look = lookingBelow(disk.files, dir);
  for (const entry of entries) {
    const isThere = look(entry.path)?.kind === 'file';
    const digest = isThere ? await hashFile(disk, joinPortable(dir, entry.path), 'refuse') : undefined;
    const breach = breachOf(entry, digest);
    if (breach) return breach;
  }
  return undefined;
}

export function breachOf(entry: SealEntry, digest: Digest | undefined): string | undefined {
  if (!digest) return `${entry.path}: named by SHA256SUMS, but missing`;
  if (digest.sha256 === entry.sha256) return undefined;
  return `${entry.path}: its digest is not the one in SHA256SUMS (${digest.bytes} bytes are there)`;
}
