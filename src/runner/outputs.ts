// What a run made: every file of the work directory that is not an untouched input, under a name the wire can carry.

import { encodeFirst, encodePath, foldCase, pathProblem } from '../job/portable-path.ts';
import type { OutputNote } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON, SEAL, SEAL_SIGNATURE, STDOUT_LOG } from '../job/seal.ts';
import { ARCHIVE_NAMES } from '../store/archive-names.ts';
import type { Disk } from '../store/disk.ts';
import { hashFile } from '../store/disk.ts';
import { joinPortable } from '../store/portable.ts';
import type { TreeFile, Unseen } from '../store/tree.ts';
import { listWhatIsSeen } from '../store/tree.ts';
import type { Staged } from '../store/work-dir.ts';
import type { LeftOut, LeftOutBy } from './chosen-outputs.ts';
import { EVERYTHING, newLeftOut } from './chosen-outputs.ts';
import { unreadableCode } from './unreadable-outputs.ts';

export interface Output {
  /** Path in the work directory. */
  path: string;
  /** Path in the record. */
  publishedAs: string;
}

export interface Outputs {
  files: Output[];
  emptyDirs: string[];
  notes: OutputNote[];
  leftOut: LeftOut;
  /** What there is besides and nobody can read. */
  unreadable: Unseen[];
}

export function noOutputs(): Outputs {
  return { files: [], emptyDirs: [], notes: [], leftOut: newLeftOut(), unreadable: [] };
}

/** The outputs of a finished attempt. `inputs` are the sealed files of its order, job.json among them. */
export async function findOutputs(
  disk: Disk,
  workDir: string,
  inputs: readonly SealEntry[],
  staged: Staged | undefined,
  leftOutBy: LeftOutBy = EVERYTHING,
): Promise<Outputs> {
  const listing = listWhatIsSeen(disk.files, workDir);
  const outputs = noOutputs();
  outputs.unreadable.push(...listing.unseen);
  const names = newNames();
  for (const file of listing.files) {
    const untouched = await isUntouched(disk, workDir, file, inputs, staged).catch(asCode);
    if (typeof untouched === 'string') outputs.unreadable.push({ path: file.path, code: untouched });
    if (untouched) continue;
    const by = leftOutBy(file.path);
    if (by) {
      outputs.leftOut.add(by, file);
      continue;
    }
    const publishedAs = names.take(file.path);
    outputs.files.push({ path: file.path, publishedAs });
    if (publishedAs !== file.path) {
      outputs.notes.push({ path: file.path, published_as: publishedAs, reason: reasonFor(file.path) });
    }
  }
  for (const dir of listing.emptyDirs) if (!leftOutBy(dir)) outputs.emptyDirs.push(names.take(dir));
  const left = (paths: readonly string[], reason: string) => paths.map((path) => ({ path, reason }));
  outputs.notes.push(
    ...left(listing.others, 'is not a regular file: it was not published'),
    ...left(listing.conflicts, 'has a name that the mirror uses for conflicts: it was not published'),
  );
  return outputs;
}

function asCode(error: unknown): string {
  const code = unreadableCode(error);
  if (code === undefined) throw error;
  return code;
}

function reasonFor(path: string): string {
  return pathProblem(path) ?? 'is a name that jobq uses itself, or differs from another only in case';
}

/** Names at the top of a record or of the archive that are not for outputs, whatever stands below them. */
const OWN_NAMES = new Set([JOB_JSON, STDOUT_LOG, SEAL, SEAL_SIGNATURE, ...ARCHIVE_NAMES].map(foldCase));

/** Gives each output a name that can be sealed beside all those given before. */
export function newNames() {
  // by folded path: how it is spelled, and whether it is a file
  const taken = new Map<string, { spelled: string; isFile: boolean }>();
  const clashes = (path: string, isFile: boolean) => {
    const there = taken.get(foldCase(path));
    return there !== undefined && (isFile || there.isFile || there.spelled !== path);
  };
  return {
    take: (path: string): string => {
      const parts = (pathProblem(path) ? encodePath(path) : path).split('/');
      let name = '';
      for (const [depth, part] of parts.entries()) {
        const isFile = depth === parts.length - 1;
        let free = depth === 0 && OWN_NAMES.has(foldCase(part)) ? encodeFirst(part) : part;
        while (clashes(name + free, isFile)) free = encodeFirst(free);
        name += free;
        taken.set(foldCase(name), { spelled: name, isFile });
        if (!isFile) name += '/';
      }
      return name;
    },
  };
}

/** Is this an input that the script left as it was? The facts after the copy tell at once; else the digest does. */
async function isUntouched(
  disk: Disk,
  workDir: string,
  file: TreeFile,
  inputs: readonly SealEntry[],
  staged: Staged | undefined,
): Promise<boolean> {
  const input = inputs.find((entry) => entry.path === file.path);
  if (!input) return false;
  if (staged?.signatures[file.path] === file.facts.signature) return true;
  return (await hashFile(disk, joinPortable(workDir, file.path))).sha256 === input.sha256;
}
