// What stands in the directories of a simulated disk, now and after a power cut, held against seals.
import { sha256Of } from '../../../src/store/disk.ts';
import { readSeal } from '../../../src/store/seal.ts';
import { listTree } from '../../../src/store/tree.ts';
import type { SimulatedDisk } from '../machine/disk.ts';
import type { Content } from './book.ts';

export function contentOf({ files, bytes }: SimulatedDisk, dir: string): Content {
  return new Map(
    listTree(files, dir).files.map(({ path }) => [path, (bytes(`${dir}/${path}`) ?? '').toString('latin1')]),
  );
}

export function sameContent(a: Content, b: Content): boolean {
  return a.size === b.size && [...a].every(([file, text]) => b.get(file) === text);
}

/** The names below archive/ that a job has. */
export function archivedNamesOf({ files }: SimulatedDisk, archive: string, job: string): string[] {
  return (files.list(archive) ?? []).flatMap(({ name }) => (name.startsWith(`${job}_`) ? [name] : []));
}

/** What a sealed directory lacks: the bytes as they are, or as a power cut would leave them. */
export function lacks(
  disk: SimulatedDisk,
  dir: string,
  when: 'now' | 'after a power cut',
): string | undefined {
  const bytesOf = when === 'now' ? disk.bytes : disk.durableBytes;
  const seal = readSeal(disk.files, dir);
  if (seal.seal !== 'valid') return `its seal is ${seal.seal}`;
  const sealBytes = bytesOf(`${dir}/SHA256SUMS`);
  if (!sealBytes || sha256Of(sealBytes) !== seal.sha256) return `SHA256SUMS is not there ${when}`;
  for (const { path, sha256 } of seal.entries) {
    const bytes = bytesOf(`${dir}/${path}`);
    if (!bytes || digestOf(bytes) !== sha256) return `${path} is not there ${when}`;
  }
  return undefined;
}

const digests = new WeakMap<Buffer, string>();

function digestOf(bytes: Buffer): string {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = sha256Of(bytes);
  digests.set(bytes, digest);
  return digest;
}
