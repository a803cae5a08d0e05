// Makes the work directory of a job: a verified copy of its order, outside the queue or at a fixed path of its own.
import path from 'node:path';
import { JOB_JSON } from '../job/seal.ts';
import type { ReadOrder } from '../queue/order-facts.ts';
import type { Files } from '../system/files.ts';
import { copySealed } from './copy-sealed.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { RunnerLayout } from './layout.ts';
import { requireOwnDir } from './own-dir.ts';
import { joinPortable } from './portable.ts';
import type { Staged } from './work-dir.ts';
import { readStaged, STAGED } from './work-dir.ts';
import { makeWayAt, markWorkPath, nameAside } from './work-path.ts';

export interface Staging {
  jobId: string;
  orderDir: string;
  facts: ReadOrder;
  attempt: number;
  /** The fixed path for the files of the run; undefined: the work directory itself. */
  workPath: string | undefined;
}

/**
 * Copies a sealed order to where it is to run, checking every digest. Answers the first breach in words, and changes
 * nothing then; throws `WorkPathTaken` where the fixed path is not free. What stood there before is never deleted, only moved aside.
 */
export async function stageOrder(
  disk: Disk,
  at: RunnerLayout,
  staging: Staging,
): Promise<string | undefined> {
  const { files } = disk;
  const { jobId, orderDir, facts, workPath } = staging;
  if (workPath === undefined) requireOwnDir(files, at.staging);
  const unique = `${jobId}-${files.uniqueName()}`;
  const copy = workPath === undefined ? path.join(at.staging, unique) : `${workPath}.copy-${unique}`;
  const fault = await copyVerified(disk, orderDir, copy, facts);
  if (fault) return fault;
  try {
    await putInPlace(disk, at, copy, staging);
    return undefined;
  } catch (error) {
    await files.removeTree(copy);
    throw error;
  }
}

/** A whole copy that fits, or a reason and no copy. */
async function copyVerified(
  disk: Disk,
  orderDir: string,
  copy: string,
  facts: ReadOrder,
): Promise<string | undefined> {
  const { files } = disk;
  const emptyDirs = facts.arrived.expected?.empty_dirs;
  const breach = await copySealed(disk, orderDir, copy, facts.entries, emptyDirs).catch(async (error) => {
    await files.removeTree(copy);
    throw error;
  });
  const fault = breach ?? wrongNumbers(files, copy, facts);
  if (fault) await files.removeTree(copy);
  return fault;
}

async function putInPlace(
  disk: Disk,
  at: RunnerLayout,
  copy: string,
  { jobId, facts, attempt, workPath }: Staging,
): Promise<void> {
  const { files } = disk;
  const staged = stagedOf(files, copy, facts, attempt, workPath);
  const home = at.workDir(jobId);
  if (workPath === undefined) {
    await writeWhole(disk, copy, path.join(copy, STAGED), jsonText(staged));
    await moveAside(files, home);
    await files.rename(copy, home);
  } else {
    await makeWayAt(files, workPath, { job_id: jobId, attempt });
    await markWorkPath(disk, copy, { job_id: jobId, attempt });
    await files.rename(copy, workPath);
    files.syncDir(path.dirname(workPath));
    // the work directory itself only says what is at the path
    requireOwnDir(files, home);
    files.makeDir(home);
    await writeWhole(disk, home, path.join(home, STAGED), jsonText(staged));
  }
  files.syncDir(at.work);
}

async function moveAside(files: Files, home: string): Promise<void> {
  if (!files.facts(home)) return;
  const attempt = readStaged(files, home)?.attempt;
  await files.rename(home, nameAside(files, `${home}.attempt-${attempt ?? 'unknown'}`));
}

/** Every digest fits, and still job.json says other numbers. Looked at in the copy, which nothing changes any more. */
function wrongNumbers(files: Files, copy: string, facts: ReadOrder): string | undefined {
  const { expected } = facts.arrived;
  const payload = facts.entries.filter((entry) => entry.path !== JOB_JSON);
  const bytes = payload.reduce(
    (sum, { path: file }) => sum + (files.facts(joinPortable(copy, file))?.size ?? 0),
    0,
  );
  if (!expected || (expected.files === payload.length && expected.bytes === bytes)) return undefined;
  const says = `says ${expected.files} files, ${expected.bytes} bytes`;
  return `job.json, inputs: ${says}, but SHA256SUMS names ${payload.length} files, ${bytes} bytes`;
}

function stagedOf(
  files: Files,
  copy: string,
  facts: ReadOrder,
  attempt: number,
  workPath: string | undefined,
): Staged {
  const signatures = facts.entries.map(
    ({ path: file }) => [file, files.facts(joinPortable(copy, file))?.signature ?? ''] as const,
  );
  return {
    order_seal_sha256: facts.sha256,
    job_json: (files.read(path.join(copy, JOB_JSON)) ?? Buffer.alloc(0)).toString('base64'),
    signatures: Object.fromEntries(signatures),
    inputs: [...facts.entries],
    unsealed: facts.unsealed,
    attempt,
    ...(workPath !== undefined && { files_dir: workPath }),
  };
}

/** Removes what interrupted copies left behind; only while no copy is being made. */
export async function clearStaging(files: Files, at: RunnerLayout): Promise<void> {
  await files.removeTree(at.staging);
}
