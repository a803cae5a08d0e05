// Copies exactly the sealed files of a directory into a new one, checking each digest on the way: one read of each file.
import path from 'node:path';
import type { SealEntry } from '../job/seal.ts';
import type { Disk } from './disk.ts';
import { copyHashed } from './disk.ts';
import { joinPortable, lookingBelow } from './portable.ts';
import { breachOf } from './seal.ts';

/** The directories (deepest last) that a set of portable paths needs. */
function directoriesOf(paths: readonly string[]): string[] {
  const dirs = new Set<string>();
  for (const file of paths) {
    const parts = file.split('/');
    for (let depth = 1; depth < parts.length; depth++) dirs.add(parts.slice(0, depth).join('/'));
  }
  return [...dirs].sort();
}

/**
 * Fills the new directory `to` with the sealed files of `from`, durable when it returns.
 * Answers the first breach of the seal in words; then `to` is incomplete and worthless.
 */
export async function copySealed(
  disk: Disk,
  from: string,
  to: string,
  entries: readonly SealEntry[],
  emptyDirs: readonly string[] = [],
): Promise<string | undefined> {
  const { files } = disk;
  files.makeDir(to);
  const dirs = directoriesOf(entries.map((entry) => entry.path));
  for (const dir of [...dirs, ...emptyDirs]) files.makeDir(joinPortable(to, dir));
  const look = lookingBelow(files, from);
  for (const entry of entries) {
    const source = joinPortable(from, entry.path);
    const there = look(entry.path)?.kind === 'file';
    const breach = breachOf(
      entry,
      there ? await copyHashed(disk, source, joinPortable(to, entry.path), 'refuse') : undefined,
    );
    if (breach) return breach;
  }
  for (const dir of [...dirs].reverse()) files.syncDir(joinPortable(to, dir));
  files.syncDir(to);
  return undefined;
}

/** Copies one file that stands beside the sealed ones, such as the seal itself. */
export async function copyBeside(disk: Disk, from: string, to: string, name: string): Promise<void> {
  await copyHashed(disk, path.join(from, name), path.join(to, name), 'refuse');
  disk.files.syncDir(to);
}
