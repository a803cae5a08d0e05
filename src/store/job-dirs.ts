// Which directories of a tree can be jobs. Everybody who lists jobs asks here.
import { jobIdProblem } from '../job/job-id.ts';
import type { Files } from '../system/files.ts';

/** Names of the directories in a tree that a job can have; what else lies there is told by `findProblems`. */
export function jobDirs(files: Files, dir: string): string[] {
  return (files.list(dir) ?? []).flatMap(({ name, kind }) =>
    kind === 'directory' && !jobIdProblem(name) ? [name] : [],
  );
}
