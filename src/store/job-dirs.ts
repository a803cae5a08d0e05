// Which directories of a tree can be jobs. Everybody who lists jobs asks here.
import { jobIdProblem } from '../job/job-id.ts';
import type { Files } from '../system/files.ts';
import type { Layout } from './layout.ts';

/** Names of the directories in a tree that a job can have; what else lies there is told by `findProblems`. */
export function jobDirs(files: Files, dir: string): string[] {
  return (files.list(dir) ?? []).flatMap(({ name, kind }) =>
    kind === 'directory' && !jobIdProblem(name) ? [name] : [],
  );
}

/** The same as a set: the one of before where it has the same names. */
export function asKnown(
  before: ReadonlySet<string> | undefined,
  names: readonly string[],
): ReadonlySet<string> {
  const isSame = before?.size === names.length && names.every((name) => before.has(name));
  return isSame ? before : new Set(names);
}

/** The ids of all jobs that have an order or a record. */
export function openJobs(files: Files, layout: Layout): string[] {
  return (['outbox', 'inbox'] as const).flatMap((tree) => jobDirs(files, layout.tree(tree)));
}
