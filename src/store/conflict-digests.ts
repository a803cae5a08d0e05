// The digests of both versions of a file that two sides changed. It reads whole files, so only where a person looks.
import path from 'node:path';
import type { Problem, Version } from '../queue/problem.ts';
import { originalOf } from './conflicts.ts';
import type { Disk } from './disk.ts';
import { hashFile } from './disk.ts';
import type { Layout } from './layout.ts';
import { ORDER_DIR } from './layout.ts';
import { joinPortable } from './portable.ts';
import { readSeal } from './seal.ts';

/** Of larger files only size and time are told. */
export const MAX_HASHED_BYTES = 64 * 1024 * 1024;

/** The same problem with the digests of both versions, and which of them the seal names. Others are left as they are. */
export async function withDigests(disk: Disk, layout: Layout, problem: Problem): Promise<Problem> {
  const { conflict } = problem;
  if (!conflict) return problem;
  const { copy, kept } = conflict;
  const original = originalOf(problem.file);
  const sealed = original === undefined ? undefined : sealedDigest(disk, layout, original);
  const look = (version: Version | null) => version && hashed(disk, layout, version, sealed);
  return { ...problem, conflict: { ...conflict, copy: await look(copy), kept: await look(kept) } };
}

async function hashed(
  disk: Disk,
  { root }: Layout,
  version: Version,
  sealed: string | undefined,
): Promise<Version> {
  const at = joinPortable(root, version.file);
  if (version.bytes > MAX_HASHED_BYTES || disk.files.facts(at)?.kind !== 'file') return version;
  try {
    const { sha256 } = await hashFile(disk, at);
    return { ...version, sha256, ...(sealed !== undefined && { sealed: sealed === sha256 }) };
  } catch {
    return version; // gone by now, or not to be read: it has no digest to tell
  }
}

/** What the seal of the order or record around a file says of it. */
function sealedDigest({ files }: Disk, { root }: Layout, file: string): string | undefined {
  const [tree = '', job = '', ...rest] = file.split('/');
  const inOrder = tree === 'archive' && rest[0] === ORDER_DIR;
  const dir = path.join(root, tree, job, ...(inOrder ? [ORDER_DIR] : []));
  const name = (inOrder ? rest.slice(1) : rest).join('/');
  const seal = readSeal(files, dir);
  return seal.seal === 'valid' ? seal.entries.find((entry) => entry.path === name)?.sha256 : undefined;
}
