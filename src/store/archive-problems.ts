// What a person should know of an archived job besides its view: what was changed of its order, and what the mirror had
// put aside in it.
import path from 'node:path';
import { JOB_JSON } from '../job/seal.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import { conflictProblem } from './conflicts.ts';
import type { Layout } from './layout.ts';
import { ORDER_DIR } from './layout.ts';
import { isSealedManifest, readSeal } from './seal.ts';
import { listTree } from './tree.ts';

/** Two small files are read. */
export function archivedOrderProblems(
  files: Files,
  layout: Layout,
  archivedAs: string,
  job_id: string,
): Problem[] {
  const dir = path.join(layout.archived(archivedAs), ORDER_DIR);
  const seal = readSeal(files, dir);
  const jobJson = files.readSmall(path.join(dir, JOB_JSON));
  if (seal.seal !== 'valid' || (jobJson && isSealedManifest(seal.entries, jobJson))) return [];
  return [
    {
      kind: 'changed-order',
      file: `archive/${archivedAs}/${ORDER_DIR}/${JOB_JSON}`,
      job_id,
      reason: `${jobJson ? 'changed' : 'removed'} after it was sealed: the job ran with what was sealed, not with this`,
      remedy:
        'go by the record, which repeats what ran; the job can be tried again only from what was sealed',
    },
  ];
}

/** Everything that the mirror had put aside in a job's directory, found by listing all of it. */
export function archivedConflicts(
  files: Files,
  layout: Layout,
  archivedAs: string,
  job_id: string,
): Problem[] {
  const { conflicts } = listTree(files, layout.archived(archivedAs));
  return conflicts.map((file) => conflictProblem(files, layout, `archive/${archivedAs}/${file}`, job_id));
}
