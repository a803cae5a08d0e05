// From a study folder to a sealed order in outbox/, or to all the reasons why not. Stopped at any point it leaves the
// whole order or none. What a study must be like is for `plan` and `preflight`.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { SealEntry } from '../job/seal.ts';
import type { Disk } from '../store/disk.ts';
import { jsonText } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { assertQueue } from '../store/marker.ts';
import { readSeal } from '../store/seal.ts';
import type { Files } from '../system/files.ts';
import type { Standing, Submitter } from './keys.ts';
import { notePublished, reserve, standingOf } from './keys.ts';
import type { Plan } from './plan.ts';
import { planOf, refuseIfBroken } from './plan.ts';
import { freeJobId, publishAs } from './publish.ts';
import type { SubmitRequest, SubmitResult } from './request.ts';
import { contentDigest } from './request.ts';
import type { StagedStudy } from './stage.ts';
import { hashStudy, newStagingDir, removeStale, sealStaged, stageStudy } from './stage.ts';

export async function submitStudy(
  disk: Disk,
  layout: Layout,
  identity: Submitter,
  request: SubmitRequest,
): Promise<SubmitResult> {
  checkQueue(disk.files, layout);
  const plan = planOf(disk, layout, request);
  const existing = await existingJob(disk, layout, plan);
  if (existing) return existing;
  if (request.dryRun) {
    const id = freeJobId(disk.files, layout, disk.clock.now(), plan.name);
    return { ...resultOf(plan, id, layout.order(id)), dry_run: true };
  }
  await removeStale(disk, layout);
  const dir = newStagingDir(disk, layout);
  try {
    const staged = await stageStudy(disk, dir, plan.material, plan.found);
    refuseIfBroken(plan);
    const key = request.idempotencyKey;
    if (key === undefined) return await publishNew(disk, layout, plan, staged);
    return await publishKeyed(disk, layout, plan, staged, { key, name: plan.name, by: identity });
  } finally {
    // gone when it was published; when it cannot be removed now, a later submission does it
    await disk.files.removeTree(dir).catch(() => undefined);
  }
}

/** An archive that is not mounted would look as if its jobs had never been: their keys would be used again. */
function checkQueue(files: Files, layout: Layout): void {
  assertQueue(files, layout, undefined, ['outbox', 'requests']);
  if (files.realPath(layout.archive) !== undefined) return;
  throw new JobqError('queue-unusable', 'the queue has no archive/', {
    file: layout.archive,
    remedy: 'mount it where it was, or run `jobq init` again if the queue never had one',
  });
}

async function publishNew(
  disk: Disk,
  layout: Layout,
  plan: Plan,
  staged: StagedStudy,
): Promise<SubmitResult> {
  const now = disk.clock.now();
  for (;;) {
    const id = freeJobId(disk.files, layout, now, plan.name);
    await sealStaged(staged, plan.fields(id, now));
    if (await publishAs(disk, layout, id, staged.dir)) return resultOf(plan, id, layout.order(id));
  }
}

async function publishKeyed(
  disk: Disk,
  layout: Layout,
  plan: Plan,
  staged: StagedStudy,
  wish: { key: string; name: string; by: Submitter },
): Promise<SubmitResult> {
  for (;;) {
    const standing = await reserve(disk, layout, wish);
    if (standing.is === 'used') return answerExisting(disk, layout, plan, standing, staged.entries);
    const { jobId } = standing;
    await sealStaged(staged, plan.fields(jobId, disk.clock.now()));
    if (await publishAs(disk, layout, jobId, staged.dir)) {
      await notePublished(disk, layout, standing.dir);
      return resultOf(plan, jobId, layout.order(jobId));
    }
  }
}

/** The job that the request's key stands for, found without copying anything. */
async function existingJob(disk: Disk, layout: Layout, plan: Plan): Promise<SubmitResult | undefined> {
  const key = plan.request.idempotencyKey;
  const standing = key === undefined ? undefined : standingOf(disk.files, layout, key);
  if (standing?.is !== 'used') return undefined;
  const entries = await hashStudy(disk, plan.material, plan.found);
  refuseIfBroken(plan);
  const answer = await answerExisting(disk, layout, plan, standing, entries);
  return { ...answer, dry_run: plan.request.dryRun ?? false };
}

type Used = Extract<Standing, { is: 'used' }>;

async function answerExisting(
  disk: Disk,
  layout: Layout,
  plan: Plan,
  { jobId, dir, job }: Used,
  entries: readonly SealEntry[],
): Promise<SubmitResult> {
  const { orderDir, fields } = job;
  const seal = orderDir === undefined ? undefined : readSeal(disk.files, orderDir);
  if (orderDir === undefined || !fields || seal?.seal !== 'valid')
    throw conflict(plan, jobId, 'whose order is gone');
  // through JSON, as the first one went: what JSON drops is no difference
  const asked = JSON.parse(jsonText(plan.fields(jobId, 0))) as Fields;
  if (contentDigest(asked, entries) !== contentDigest(fields, seal.entries)) {
    throw conflict(plan, jobId, 'which has other files or options');
  }
  if (!plan.request.dryRun) await notePublished(disk, layout, dir);
  return { ...resultOf(plan, jobId, orderDir), existing: true };
}

function conflict({ request }: Plan, jobId: string, difference: string): JobqError {
  const key = JSON.stringify(request.idempotencyKey);
  return new JobqError('conflict', `the idempotency key ${key} stands for ${jobId}, ${difference}`, {
    field: 'idempotency_key',
    remedy: 'use a new key for new content; the same key answers with the job it stands for',
  });
}

function resultOf(plan: Plan, jobId: string, order: string): SubmitResult {
  const { files, bytes, found } = plan;
  const warnings = found.warnings;
  return {
    job_id: jobId,
    order: path.resolve(order),
    files,
    bytes,
    warnings,
    existing: false,
    dry_run: false,
  };
}
