// Seals an order that a person made by hand in outbox/ (SYS_19 without a seal), on the disk where it was made.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { SCHEMA_VERSION } from '../job/fields.ts';
import { sentence } from '../job/issues.ts';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import { caseClashes, pathProblem } from '../job/portable-path.ts';
import type { SealEntry } from '../job/seal.ts';
import { JOB_JSON } from '../job/seal.ts';
import { ORDER_BYTES } from '../job/sizes.ts';
import type { Disk } from './disk.ts';
import { hashFile, jsonText, sha256Of, writeWhole } from './disk.ts';
import type { Layout } from './layout.ts';
import { joinPortable } from './portable.ts';
import { readSeal, writeSeal } from './seal.ts';
import type { TreeListing } from './tree.ts';
import { listTree, sealable, signatureOf } from './tree.ts';

export interface SealedByHand {
  job_id: string;
  files: number;
  bytes: number;
}

function invalid(jobId: string, file: string, message: string, remedy: string, field?: string): JobqError {
  return new JobqError('invalid-job', message, { file: `outbox/${jobId}/${file}`, remedy, field });
}

/** Adds `inputs`, `run_on` and `sealed_by` to job.json, keeps everything else, and writes the seal last. */
export async function sealHandMade(
  disk: Disk,
  layout: Layout,
  jobId: string,
  by: { runOn: string; sealedBy: string },
): Promise<SealedByHand> {
  const dir = layout.order(jobId);
  const before = listTree(disk.files, dir);
  const order = checkHandMade(disk, dir, jobId, before);
  const payload = sealable(before).filter((file) => file.path !== JOB_JSON);
  const entries: SealEntry[] = [];
  for (const file of payload) {
    const { sha256 } = await hashFile(disk, joinPortable(dir, file.path));
    entries.push({ path: file.path, sha256 });
  }
  if (signatureOf(listTree(disk.files, dir)) !== signatureOf(before)) {
    throw invalid(
      jobId,
      '',
      `outbox/${jobId} changed while it was being sealed`,
      'wait until nobody writes into it, then seal it again',
    );
  }
  const bytes = payload.reduce((sum, file) => sum + file.facts.size, 0);
  const inputs = { files: payload.length, bytes, empty_dirs: before.emptyDirs };
  const jobJson = jsonText({
    ...order,
    schema_version: SCHEMA_VERSION,
    inputs,
    run_on: order.run_on ?? by.runOn,
    sealed_by: by.sealedBy,
  });
  if (Buffer.byteLength(jobJson) > ORDER_BYTES)
    throw invalid(jobId, JOB_JSON, `job.json would have more than ${ORDER_BYTES} bytes`, 'put less into it');
  disk.files.makeDir(layout.staging);
  await writeWhole(disk, layout.staging, path.join(dir, JOB_JSON), jobJson);
  await writeSeal(disk, layout.staging, dir, [...entries, { path: JOB_JSON, sha256: sha256Of(jobJson) }]);
  return { job_id: jobId, files: payload.length, bytes };
}

/** Throws what keeps an order made by hand from being sealed, naming file and field; changes nothing. */
export function checkHandMade(
  disk: Pick<Disk, 'files'>,
  dir: string,
  jobId: string,
  listing: TreeListing,
): Order {
  if (readSeal(disk.files, dir).seal !== 'missing') {
    throw invalid(
      jobId,
      'SHA256SUMS',
      `outbox/${jobId} is sealed already`,
      'a sealed order is final: submit a new one instead',
    );
  }
  const jobJson = disk.files.readSmall(path.join(dir, JOB_JSON), ORDER_BYTES);
  if (!jobJson)
    throw invalid(
      jobId,
      JOB_JSON,
      'job.json is missing',
      "write one with SYS_19's fields, or use `jobq submit`",
    );
  const parsed = parseOrder(jobJson, jobId);
  if (!parsed.ok) {
    const message = parsed.problems.map((problem) => sentence(JOB_JSON, problem)).join('; ');
    throw invalid(
      jobId,
      JOB_JSON,
      message,
      'correct job.json; jobq seals the order once it has been quiet again',
      parsed.problems[0]?.field,
    );
  }
  checkNames(jobId, listing);
  if (!listing.files.some((file) => file.path === parsed.value.script)) {
    throw invalid(
      jobId,
      JOB_JSON,
      `job.json, script: "${parsed.value.script}" is not among the files of the order`,
      'add the script, or correct the field',
      'script',
    );
  }
  return parsed.value;
}

function checkNames(jobId: string, listing: TreeListing): void {
  const [other] = listing.others;
  if (other)
    throw invalid(
      jobId,
      other,
      `${other} is not a regular file`,
      'replace links and special files by what they point to',
    );
  const [conflict] = listing.conflicts;
  if (conflict)
    throw invalid(
      jobId,
      conflict,
      `${conflict} is a conflict copy`,
      'keep one of the two files and remove the other',
    );
  for (const name of [...listing.files.map((file) => file.path), ...listing.emptyDirs]) {
    const problem = pathProblem(name);
    if (problem) throw invalid(jobId, name, `the path "${name}" ${problem}`, 'rename it');
  }
  const [clash] = caseClashes(listing.files.map((file) => file.path));
  if (clash)
    throw invalid(jobId, clash[0] ?? '', `${clash.join(' and ')} differ in case only`, 'rename one of them');
}
