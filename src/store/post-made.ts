// What post-processors made. While others may still run, the files of each lie apart, so that one that is cut off can
// begin again on what those before it left; when all have ended they are moved together, the later over the earlier.
import path from 'node:path';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { copyHashed, hashFile } from './disk.ts';
import { joinPortable } from './portable.ts';
import { listTree, sealable } from './tree.ts';

const MADE_DIR = '.jobq-made';

/** Where what one of them made lies until all have ended. */
export function madeDir(post: string, name: string): string {
  return path.join(post, MADE_DIR, name);
}

/** Digests of the files that a post-processor finds, by their paths. */
export type Known = Map<string, string>;

export interface Made {
  files: string[];
  /** Files whose names are kept for something else. */
  left_out: string[];
}

/** Copies every file of `work` that is new or another than `known` says to `to`, durable when it returns. */
export async function keepMade(
  disk: Disk,
  { work, to, isTaken }: { work: string; to: string; isTaken: (file: string) => boolean },
  known: Known,
): Promise<Made> {
  const made: Made = { files: [], left_out: [] };
  await disk.files.removeTree(to); // of a run that was cut off
  const changed: Known = new Map();
  for (const file of sealable(listTree(disk.files, work))) {
    const from = joinPortable(work, file.path);
    const isKnown = known.has(file.path);
    if (isKnown && (await hashFile(disk, from)).sha256 === known.get(file.path)) continue;
    if (isTaken(file.path) || file.path.split('/')[0] === MADE_DIR) {
      made.left_out.push(file.path);
      continue;
    }
    const target = joinPortable(to, file.path);
    disk.files.makeDir(path.dirname(target));
    changed.set(file.path, (await copyHashed(disk, from, target)).sha256);
    disk.files.syncDir(path.dirname(target));
    made.files.push(file.path);
  }
  for (const [file, sha256] of changed) known.set(file, sha256);
  return made;
}

/** Lays what one made over a fresh copy of the results, for those that come after it. */
export async function layMade(
  disk: Disk,
  from: string,
  work: string,
  { made, known }: { made: readonly string[]; known: Known },
): Promise<void> {
  for (const file of made) {
    await clearWay(disk.files, work, file);
    const target = joinPortable(work, file);
    disk.files.makeDir(path.dirname(target));
    const { sha256 } = await copyHashed(disk, joinPortable(from, file), target);
    known.set(file, sha256);
  }
}

/** Moves what each made to `post`, in their order. What was moved before is left as it is. */
export async function mergeMade(
  { files }: Disk,
  post: string,
  processors: readonly { name: string; files: readonly string[] }[],
): Promise<void> {
  for (const { name, files: made } of processors) {
    for (const file of made) {
      const from = joinPortable(madeDir(post, name), file);
      if (!files.facts(from)) continue;
      await clearWay(files, post, file);
      const target = joinPortable(post, file);
      files.makeDir(path.dirname(target));
      await files.rename(from, target);
      files.syncDir(path.dirname(target));
    }
  }
  await files.removeTree(path.join(post, MADE_DIR));
}

/** One made a file where another had made a directory, or the other way round: the later counts. */
async function clearWay(files: Files, dir: string, file: string): Promise<void> {
  const parts = file.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const above = path.join(dir, ...parts.slice(0, depth));
    if (files.facts(above) && files.facts(above)?.kind !== 'directory') await files.removeFile(above);
  }
  if (files.facts(path.join(dir, ...parts))) await files.removeTree(path.join(dir, ...parts));
}

/** The files that are there when all were moved. */
export function mergedFiles(processors: readonly { files: readonly string[] }[]): string[] {
  const all = new Set<string>();
  for (const file of processors.flatMap((each) => each.files)) {
    for (const other of all)
      if (other.startsWith(`${file}/`) || file.startsWith(`${other}/`)) all.delete(other);
    all.add(file);
  }
  return [...all].sort();
}
