// What a run made: every file of the work directory that is not an untouched input, under a name the wire can carry.

import { encodePath, encodeReserved, foldCase, pathProblem } from '../job/portable-path.ts';
import type { OutputNote } from '../job/record.ts';
import type { SealEntry } from '../job/seal.ts';
import { isSealFile, JOB_JSON, STDOUT_LOG } from '../job/seal.ts';
import type { Disk } from '../store/disk.ts';
import { hashFile } from '../store/disk.ts';
import { joinPortable } from '../store/portable.ts';
import type { TreeFile } from '../store/tree.ts';
import { listTree } from '../store/tree.ts';
import type { Staged } from '../store/work-dir.ts';

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
}

/** The outputs of a finished attempt. `inputs` are the sealed files of its order, job.json among them. */
export async function findOutputs(
  disk: Disk,
  workDir: string,
  inputs: readonly SealEntry[],
  staged: Staged | undefined,
): Promise<Outputs> {
  const listing = listTree(disk.files, workDir);
  const outputs: Outputs = {
    files: [],
    emptyDirs: listing.emptyDirs.filter((dir) => !pathProblem(dir)),
    notes: [],
  };
  const taken = new Set([JOB_JSON, STDOUT_LOG].map(foldCase));
  for (const file of listing.files) {
    if (await isUntouched(disk, workDir, file, inputs, staged)) continue;
    const publishedAs = freeName(file.path, taken);
    taken.add(foldCase(publishedAs));
    outputs.files.push({ path: file.path, publishedAs });
    if (publishedAs !== file.path)
      outputs.notes.push({ path: file.path, published_as: publishedAs, reason: reasonFor(file.path) });
  }
  for (const path of listing.others)
    outputs.notes.push({ path, reason: 'is not a regular file: it was not published' });
  for (const path of listing.conflicts)
    outputs.notes.push({
      path,
      reason: 'has a name that the mirror uses for conflicts: it was not published',
    });
  return outputs;
}

function reasonFor(path: string): string {
  return pathProblem(path) ?? 'is a name that the record uses itself, or differs from another only in case';
}

function freeName(path: string, taken: ReadonlySet<string>): string {
  let name = pathProblem(path) ? encodePath(path) : path;
  while (taken.has(foldCase(name)) || isSealFile(name)) name = encodeReserved(name);
  return name;
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
