// Conflict copies: what the mirror puts aside when two sides changed one file. Tells what is known of both versions. They
// are no part of any job, and nothing here or elsewhere removes one: that is for a person who has looked.
import path from 'node:path';
import { parseConflictName } from '../job/conflict-name.ts';
import { isConflictCopy } from '../job/skipped-names.ts';
import type { Conflict, Problem, Version } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import type { Layout, Tree } from './layout.ts';
import { TREES } from './layout.ts';
import { joinPortable } from './portable.ts';

/** The side that alone may write in a tree, in words. */
export const WRITERS = { linux: 'the Linux side', windows: "the runner's side" } as const;

/** The side that may write this file (a path below the queue); undefined outside the four trees. */
export function writerOf(file: string): 'linux' | 'windows' | undefined {
  const [top = ''] = file.split('/');
  return Object.hasOwn(TREES, top) ? TREES[top as Tree] : undefined;
}

/** `file` is the conflict copy's path below the queue. Two files are looked at, none is read. */
export function conflictProblem(files: Files, { root }: Layout, file: string, job_id?: string): Problem {
  const told = parseConflictName(path.posix.basename(file));
  const original = originalOf(file);
  const conflict: Conflict = {
    copy: versionOf(files, root, file),
    kept: original === undefined ? null : versionOf(files, root, original),
    kept_by: told?.device ?? null,
    at: told?.at ?? null,
  };
  const writer = writerOf(file);
  const where = writer === undefined ? '' : `, where only ${WRITERS[writer]} may write`;
  const what = told === undefined ? 'one file' : `one file, ${told.original}`;
  const by = told?.device === undefined ? '' : `; device ${told.device} wrote the version that was kept`;
  return {
    kind: 'conflict-copy',
    file,
    ...(job_id !== undefined && { job_id }),
    reason: `both sides changed ${what}${where}${by}`,
    remedy:
      'compare the two (`jobq doctor` tells more), see that the right one bears the name, then remove the copy; jobq never removes it',
    conflict,
  };
}

/** The path of the file that a conflict copy is a version of, where its name tells. */
export function originalOf(file: string): string | undefined {
  const told = parseConflictName(path.posix.basename(file));
  return told && path.posix.join(path.posix.dirname(file), told.original);
}

function versionOf(files: Files, root: string, file: string): Version | null {
  const facts = files.facts(joinPortable(root, file));
  if (!facts) return null;
  const modified_at = new Date(facts.mtimeMs).toISOString();
  return { file, bytes: facts.kind === 'file' ? facts.size : 0, modified_at };
}

/** The conflict copies that lie directly in a directory (a path below the queue). */
export function conflictsIn(files: Files, layout: Layout, dir: string, job_id?: string): Problem[] {
  return (files.list(joinPortable(layout.root, dir)) ?? []).flatMap(({ name }) =>
    isConflictCopy(name) ? [conflictProblem(files, layout, `${dir}/${name}`, job_id)] : [],
  );
}

/**
 * Is there nothing in a directory any more but conflict copies? Then all that is a job's has gone from it, and the copies
 * hold nothing up.
 */
export function holdsOnlyConflicts(files: Files, dir: string): boolean {
  const entries = files.list(dir) ?? [];
  return (
    entries.length > 0 &&
    entries.every(
      ({ name, kind }) =>
        isConflictCopy(name) || (kind === 'directory' && holdsOnlyConflicts(files, path.join(dir, name))),
    )
  );
}

/** Is there anything at this path besides conflict copies? */
export function isThereBesides(files: Files, dir: string): boolean {
  return files.facts(dir) !== undefined && !holdsOnlyConflicts(files, dir);
}

/** Removes a directory and everything in it but conflict copies, which stay where they are. */
export async function removeAllBut(files: Files, dir: string): Promise<void> {
  for (const { name, kind } of files.list(dir) ?? []) {
    if (isConflictCopy(name)) continue;
    if (kind === 'directory') await removeAllBut(files, path.join(dir, name));
    else await files.removeFile(path.join(dir, name));
  }
  files.removeEmptyDir(dir);
}
