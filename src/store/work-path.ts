// A fixed path at which jobs run one after the other: who has it, how it is made free, how it is given back.
// What is there and is not jobq's is never touched.
import path from 'node:path';
import * as z from 'zod/mini';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { RunnerLayout } from './layout.ts';
import { readJson, readStaged } from './work-dir.ts';

/** In a fixed path: whose files these are. */
const USER = '.jobq-run.json';
const userSchema = z.looseObject({ job_id: z.string(), attempt: z.number() });
type User = z.infer<typeof userSchema>;

function userOf(files: Files, workPath: string): User | undefined {
  return readJson(files, path.join(workPath, USER), userSchema);
}

export async function markWorkPath(disk: Disk, copy: string, user: User): Promise<void> {
  await writeWhole(disk, copy, path.join(copy, USER), jsonText(user));
}

/** The path holds something that is not jobq's: a person has to move it away. */
export class WorkPathTaken extends Error {}

/** A name that nothing has yet, this one if it is free. */
export function nameAside(files: Files, wanted: string): string {
  return files.facts(wanted) ? `${wanted}-${files.uniqueName()}` : wanted;
}

const asideOf = (workPath: string, { job_id, attempt }: User) => `${workPath}.${job_id}-attempt-${attempt}`;

/**
 * Moves aside what another attempt left at the path. The caller knows that no job uses it any more. Throws
 * `WorkPathTaken` when what is there is nobody's attempt.
 */
export async function makeWayAt(files: Files, workPath: string, next: User): Promise<void> {
  files.makeDir(path.dirname(workPath));
  if (!files.facts(workPath)) return;
  const user = userOf(files, workPath);
  if (!user) {
    if (files.list(workPath)?.length === 0 && files.removeEmptyDir(workPath)) return;
    throw new WorkPathTaken(`${workPath} holds files that are not jobq's: move them away`);
  }
  // a copy for this very attempt, which never began: as good as none
  if (user.job_id === next.job_id && user.attempt === next.attempt) await files.removeTree(workPath);
  else await files.rename(workPath, nameAside(files, asideOf(workPath, user)));
}

/** Every directory that holds files of a job's runs: its work directory, what was moved aside, and the fixed path. */
export function workDirsOf(files: Files, at: RunnerLayout, jobId: string): string[] {
  const home = at.workDir(jobId);
  const fixed = readStaged(files, home)?.files_dir;
  const beside = (dir: string, prefix: string) =>
    (files.list(dir) ?? []).flatMap(({ name }) => (name.startsWith(prefix) ? [path.join(dir, name)] : []));
  const atFixed = fixed !== undefined && userOf(files, fixed)?.job_id === jobId ? [fixed] : [];
  const movedAside =
    fixed === undefined
      ? []
      : ['', 'copy-'].flatMap((what) =>
          beside(path.dirname(fixed), `${path.basename(fixed)}.${what}${jobId}-`),
        );
  const attempts = at.attempts(jobId);
  const locks = beside(path.dirname(attempts), `${jobId}.`).filter((file) => file.endsWith('.lock'));
  // the work directory last: it is the only one that tells where the others are
  return [...atFixed, ...movedAside, ...beside(at.work, `${jobId}.attempt-`), ...locks, attempts, home];
}
