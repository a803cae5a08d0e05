// A retry by hand: a job that has ended, or is lost, becomes a new order with the same files, at once. Asked for twice,
// it is made once: while the first one is open, it is the answer.
import path from 'node:path';
import { JobqError, messageOf } from '../errors.ts';
import { contents } from '../job/fields.ts';
import { directRetries, freeRetryId, retryNameOf } from '../job/retry.ts';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import type { Disk } from '../store/disk.ts';
import { isoNow } from '../store/disk.ts';
import { indexJobs, viewJob } from '../store/find.ts';
import { fieldsIn, isKnown, kinOf, orderDirOf } from '../store/kin.ts';
import type { Layout } from '../store/layout.ts';
import { readPruned } from '../store/pruned.ts';
import { noteSuperseded, readRequests, writeRequest } from '../store/requests.ts';
import { NotRepeatable, publishRetry } from '../store/retry-order.ts';
import { newStagingDir } from './stage.ts';

export interface RetryRequest {
  jobId: string;
  createdBy: string;
  /** Who asks, for the cancel of a job that is lost. */
  askedBy: string;
  /** In place of those of the old order. */
  args?: readonly string[] | undefined;
  runOn?: string | undefined;
  freeSpaceMarginMb: number;
}

export interface RetryResult {
  /** The job that is tried again. */
  job_id: string;
  retried_as: string;
  /** The new order's directory, absolute. */
  order: string;
  args: readonly string[];
  /** It was there already: nothing was made. */
  existing: boolean;
}

/** What is to be done for one request; making it comes after all of them were looked at. */
export type RetryCase =
  | { is: 'refused'; reason: string }
  | { is: 'there'; result: RetryResult }
  | { is: 'open'; view: View; retryAs: string; orderDir: string };

const hasEnded = (view: View) => view.archived_as !== null || isFinal(view.state);

/** Looks and decides; writes nothing. */
export function lookAtRetry({ files }: Disk, layout: Layout, request: RetryRequest): RetryCase {
  const { jobId } = request;
  const index = indexJobs(files, layout);
  const view = viewJob(files, layout, index, jobId);
  if (!hasEnded(view) && view.state !== 'lost')
    return { is: 'refused', reason: `${jobId} has not ended (${view.state})` };
  const kin = kinOf(files, layout, index.archived, index.open);
  const made = directRetries(jobId, kin).at(-1);
  const there = made === undefined ? undefined : viewJob(files, layout, index, made);
  if (there && !hasEnded(there)) return alreadyThere(files, layout, request, there);
  const orderDir = orderDirOf(files, layout, index.archived, jobId);
  if (orderDir === undefined) return { is: 'refused', reason: `the order of ${jobId} is gone` };
  const pruned = orderDir === layout.order(jobId) ? undefined : prunedInputs(files, jobId, orderDir);
  if (pruned !== undefined) return { is: 'refused', reason: pruned };
  const isTaken = (id: string) => isKnown(files, layout, index.archived, id);
  const planned = made === undefined ? (view.retried_as ?? promised(files, layout, jobId)) : undefined;
  const retryAs =
    planned !== undefined && !isTaken(planned)
      ? planned
      : freeRetryId(retryNameOf(jobId, kin.retryOf(jobId)), isTaken);
  return { is: 'open', view, retryAs, orderDir };
}

/** Why an archived order has nothing to run any more: its files were removed to free space. */
function prunedInputs(files: Disk['files'], jobId: string, orderDir: string): string | undefined {
  const note = readPruned(files, path.dirname(orderDir));
  if (!note?.inputs) return undefined;
  const { pruned_at, pruned_by, files: count } = note.inputs;
  const by = pruned_by === undefined ? '' : ` by ${pruned_by}`;
  const results = note.results ? 'its record' : 'its record and results';
  const left = `left are its job.json, the digests in SHA256SUMS, and ${results}`;
  return `the inputs of ${jobId} (${count === 1 ? '1 file' : `${count} files`}) were pruned on ${pruned_at.slice(0, 10)}${by}; ${left}`;
}

/** A retry by hand that was cut off has told the old job its id already. */
function promised(files: Disk['files'], layout: Layout, jobId: string): string | undefined {
  return readRequests(files, layout, jobId).cancel?.superseded_by;
}

function alreadyThere(
  files: Disk['files'],
  layout: Layout,
  { jobId, args, runOn }: RetryRequest,
  there: View,
): RetryCase {
  const order = layout.order(there.job_id);
  const fields = fieldsIn(files, order) ?? {};
  const own = Array.isArray(fields['args']) ? fields['args'].map(String) : [];
  const isSame =
    (args === undefined || JSON.stringify(args) === JSON.stringify(own)) &&
    (runOn === undefined || runOn === fields['run_on']);
  if (!isSame) {
    const reason = `${jobId} is tried again as ${there.job_id} already (${there.state}), with other options`;
    return { is: 'refused', reason };
  }
  const result = { job_id: jobId, retried_as: there.job_id, order: path.resolve(order), args: own };
  return { is: 'there', result: { ...result, existing: true } };
}

/** Makes the retry. Somebody else may have been faster: then theirs is the answer, or the reason why not. */
export async function retryJob(disk: Disk, layout: Layout, request: RetryRequest): Promise<RetryResult> {
  for (;;) {
    const seen = lookAtRetry(disk, layout, request);
    if (seen.is === 'refused') throw refusal([seen.reason]);
    if (seen.is === 'there') return seen.result;
    requireSpace(disk, layout, seen.orderDir, request.freeSpaceMarginMb);
    await tellOld(disk, layout, request, seen.view, seen.retryAs);
    // who stopped it before is overruled
    await disk.files.removeFile(layout.stoppedRetry(seen.retryAs));
    if (await publish(disk, layout, request, seen)) {
      const order = layout.order(seen.retryAs);
      const args = fieldsIn(disk.files, order)?.['args'];
      const result = { job_id: request.jobId, retried_as: seen.retryAs, order: path.resolve(order) };
      return { ...result, args: Array.isArray(args) ? args.map(String) : [], existing: false };
    }
  }
}

export function refusal(reasons: readonly string[]): JobqError {
  return new JobqError('conflict', `nothing was tried again: ${reasons.join(', ')}`, {
    remedy:
      'a job that has not ended: `jobq cancel` it and wait, or `jobq abandon` it if its runner is gone for good; ' +
      'a retry that is there: wait for its end, or cancel it; an order that is gone or was pruned: submit the study again',
  });
}

/** The old job must never run beside the new one: a lost one may come back. What has ended is only told while it is open. */
async function tellOld(
  disk: Disk,
  layout: Layout,
  { jobId, askedBy }: RetryRequest,
  view: View,
  superseded_by: string,
): Promise<void> {
  const cancel = {
    requested_at: isoNow(disk),
    requested_by: askedBy,
    reason: 'tried again by hand',
    superseded_by,
  };
  if (hasEnded(view)) await noteSuperseded(disk, layout, jobId, cancel);
  else await writeRequest(disk, layout, jobId, 'cancel', cancel);
}

async function publish(
  disk: Disk,
  layout: Layout,
  request: RetryRequest,
  { view, retryAs, orderDir }: Extract<RetryCase, { is: 'open' }>,
): Promise<boolean> {
  const { jobId, createdBy, args, runOn } = request;
  const hadStarted = view.attempt > 0 || view.started_at !== null;
  const wish = { jobId, orderDir, retryAs, createdBy, byHand: true, hadStarted, args, runOn };
  try {
    return await publishRetry(disk, layout, newStagingDir(disk, layout), wish);
  } catch (error) {
    if (!(error instanceof NotRepeatable)) throw error;
    throw new JobqError('invalid-job', messageOf(error), {
      file: orderDir,
      remedy: 'submit the study again',
      cause: error,
    });
  }
}

const MB = 1_000_000;

function requireSpace({ files }: Disk, layout: Layout, orderDir: string, marginMb: number): void {
  const told = contents.safeParse(fieldsIn(files, orderDir)?.['inputs']);
  const neededMb = (told.success ? told.data.bytes / MB : 0) + marginMb;
  const free = files.freeBytes(layout.root);
  if (free === undefined || free / MB >= neededMb) return;
  throw new JobqError(
    'queue-unusable',
    `the disk of the queue has ${Math.floor(free / MB)} MB free, but ${Math.ceil(neededMb)} MB are needed`,
    { file: layout.root, remedy: 'free space there; what is left over is for queue.free_space_margin_mb' },
  );
}
