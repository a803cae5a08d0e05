// Requests on disk: each a new file, never edited; a second request of a kind leaves the first as it is.
import path from 'node:path';
import { sentence } from '../job/issues.ts';
import { parseWith } from '../job/parsed.ts';
import type { Cancel, RequestKind, Requests } from '../job/request.ts';
import { REQUEST_FILES, REQUEST_KINDS, REQUEST_SCHEMAS } from '../job/request.ts';
import { isConflictCopy } from '../job/skipped-names.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import { conflictProblem, holdsOnlyConflicts } from './conflicts.ts';
import type { Disk } from './disk.ts';
import { jsonText, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { requireOwnDir } from './own-dir.ts';

/** All that `readRequests` looks at: the directory, since a new file changes it, and each file that may be there. */
export function requestPaths(layout: Layout, jobId: string): string[] {
  const dir = layout.requests(jobId);
  return [dir, ...REQUEST_KINDS.map((kind) => dir + path.sep + REQUEST_FILES[kind])];
}

/** The requests of one job; one that cannot be read (yet) counts as not there and is a problem. */
export function readRequests(
  files: Files,
  layout: Layout,
  jobId: string,
  problems: Problem[] = [],
): Requests {
  const dir = layout.requests(jobId);
  const requests: { [kind: string]: unknown } = {};
  const entries = files.list(dir) ?? [];
  if (entries.length > 0) requireOwnDir(files, dir);
  for (const { name, kind: what } of entries) {
    if (isConflictCopy(name))
      problems.push(conflictProblem(files, layout, `requests/${jobId}/${name}`, jobId));
    const kind = REQUEST_KINDS.find((candidate) => REQUEST_FILES[candidate] === name);
    const bytes = kind && files.readSmall(path.join(dir, name));
    if (kind && what === 'directory')
      problems.push(brokenRequest(jobId, name, `${name} is a directory where a file belongs`));
    if (!kind || !bytes) continue;
    const parsed = parseWith<unknown>(REQUEST_SCHEMAS[kind], bytes);
    if (parsed.ok) requests[kind] = parsed.value;
    else problems.push(brokenRequest(jobId, name, parsed.problems.map((p) => sentence(name, p)).join('; ')));
  }
  return requests as Requests;
}

function brokenRequest(jobId: string, name: string, reason: string): Problem {
  return {
    kind: 'broken-request',
    file: `requests/${jobId}/${name}`,
    job_id: jobId,
    reason,
    remedy: 'delete the file on the Linux side and give the command again',
  };
}

/**
 * Writes a request unless one of its kind is there. Answers whether it was written.
 * Only `archived` may be replaced: a runner can have a later, different record archived under the same id.
 */
export async function writeRequest<K extends RequestKind>(
  disk: Disk,
  layout: Layout,
  jobId: string,
  kind: K,
  request: NonNullable<Requests[K]>,
): Promise<boolean> {
  const dir = layout.requests(jobId);
  const file = path.join(dir, REQUEST_FILES[kind]);
  requireOwnDir(disk.files, dir);
  if (kind !== 'archived' && disk.files.facts(file)) return false;
  disk.files.makeDir(dir);
  disk.files.syncDir(layout.tree('requests'));
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, file, jsonText(request));
  return true;
}

/**
 * Tells a job that has ended that another one takes its place. Never makes a directory of requests: it may have been
 * removed for good a moment ago. False when there is none, or a cancel is there.
 */
export async function noteSuperseded(
  disk: Disk,
  layout: Layout,
  jobId: string,
  cancel: Cancel,
): Promise<boolean> {
  const dir = layout.requests(jobId);
  const file = path.join(dir, REQUEST_FILES.cancel);
  if (disk.files.facts(dir)?.kind !== 'directory' || disk.files.facts(file)) return false;
  disk.files.makeDir(layout.staging);
  try {
    await writeWhole(disk, layout.staging, file, jsonText(cancel));
    return true;
  } catch (error) {
    if (disk.files.facts(dir)) throw error;
    return false;
  }
}

/**
 * Takes back the release of a job that is archived. The mirror removes requests and orders in any order: a runner that lost
 * its ledger must not find an order with a release and without `archived.json`.
 */
export async function withdrawRelease({ files }: Disk, layout: Layout, jobId: string): Promise<void> {
  const dir = layout.requests(jobId);
  requireOwnDir(files, dir);
  await files.removeFile(path.join(dir, REQUEST_FILES.release));
}

/** Removes what was asked about a job that is archived; what stops a second run goes last. Conflict copies stay. */
export async function removeRequests({ files }: Disk, layout: Layout, jobId: string): Promise<void> {
  const dir = layout.requests(jobId);
  requireOwnDir(files, dir);
  for (const kind of REQUEST_KINDS) await files.removeFile(path.join(dir, REQUEST_FILES[kind]));
  if (!files.removeEmptyDir(dir) && !holdsOnlyConflicts(files, dir))
    throw new Error(`requests/${jobId} holds files that are no requests: look at them, then remove them`);
  files.syncDir(layout.tree('requests'));
}
