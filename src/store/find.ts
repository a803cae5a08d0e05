// Finds jobs by any unambiguous part of their id, and looks at one wherever it is: outbox, inbox or archive.
// Works from the folder alone: no daemon needs to run.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import type { Kin } from '../job/retry.ts';
import { directRetries, isNamedAsRetryOf } from '../job/retry.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import { statusOf } from '../job/states.ts';
import type { Sight, View } from '../job/view.ts';
import { viewOf } from '../job/view.ts';
import type { Files } from '../system/files.ts';
import type { Abandonment } from './abandoned.ts';
import { readAbandoned } from './abandoned.ts';
import { archivedAtOf, archivedNames } from './archive.ts';
import { keepingOf } from './dependencies.ts';
import { openJobs } from './job-dirs.ts';
import type { Silence } from './judgement.ts';
import { kinOf, orderDirOf } from './kin.ts';
import type { Layout } from './layout.ts';
import { LOST_FILE, readLost } from './lost.ts';
import { plannedRetry, plannedView } from './planned-retries.ts';
import { readPostStatus } from './post-status.ts';
import { prunedParts, readPruned } from './pruned.ts';
import { arrivedFiles, readArrival } from './read-record.ts';
import { readRequests } from './requests.ts';
import { readRetryPlan } from './retry-plan.ts';

/** Where the jobs of a queue are, by id. */
export interface JobIndex {
  /** In outbox/ or inbox/. */
  open: ReadonlySet<string>;
  /** Names below archive/, oldest first. */
  archived: ReadonlyMap<string, string[]>;
  /** Jobs of which nothing is heard, where the watcher has told lately. */
  silent?: ReadonlyMap<string, Silence> | undefined;
}

export function indexJobs(files: Files, layout: Layout): JobIndex {
  return { open: new Set(openJobs(files, layout)), archived: archivedNames(files, layout) };
}

/** The one job id that is, or else contains, this text. */
export function resolveJob(index: JobIndex, text: string): string {
  if (index.open.has(text) || index.archived.has(text)) return text;
  const ids = [...new Set([...index.open, ...index.archived.keys()])].sort();
  const found = ids.filter((id) => id.includes(text));
  const [only, ...others] = found;
  // what a job was called before it was tried again still names it
  if (only !== undefined && others.every((id) => isNamedAsRetryOf(id, only))) return only;
  if (only === undefined) {
    throw new JobqError('not-found', `no job has "${text}" in its id`, {
      remedy: '`jobq list` shows the ids',
    });
  }
  const shown = found.slice(0, 5).join(', ') + (found.length > 5 ? `, and ${found.length - 5} more` : '');
  throw new JobqError('not-found', `"${text}" fits ${found.length} jobs: ${shown}`, {
    remedy: 'give more of the id',
  });
}

/** The job as everybody sees it now. */
export function viewJob(files: Files, layout: Layout, index: JobIndex, jobId: string): View {
  const archivedAs = index.archived.get(jobId)?.at(-1);
  if (archivedAs) return archivedView(files, layout, index, jobId, archivedAs);
  const planned = index.open.has(jobId) ? undefined : plannedRetry(files, layout, index, jobId);
  return planned ? plannedView(planned) : openView(files, layout, index, jobId);
}

function openView(files: Files, layout: Layout, index: JobIndex, jobId: string): View {
  const record = readRecordAt(files, layout.record(jobId), jobId);
  const orderDir = layout.order(jobId);
  const requests = readRequests(files, layout, jobId);
  const { superseded_by, retry_at } = requests.cancel ?? {};
  const order = readOrderAt(files, orderDir, jobId);
  const kin = () => kinIn(files, layout, index);
  return viewOf({
    job_id: jobId,
    order,
    requests,
    record,
    keeping: order && keepingOf(files, layout, { archived: index.archived, kin }, order, requests),
    orderDir: files.facts(orderDir) && orderDir,
    resultsDir: record && layout.record(jobId),
    ...arrivalOf(files, layout.record(jobId), jobId),
    orderSealed: files.facts(path.join(orderDir, SEAL)) !== undefined,
    archivedAs: undefined,
    lost: readLost(files, layout.lost(jobId)),
    silence: index.silent?.get(jobId),
    retry: retryOf(files, layout, index, jobId, retry_at === undefined ? undefined : superseded_by, retry_at),
  });
}

/** A seal may be here before what it names. */
function arrivalOf(files: Files, dir: string, jobId: string): Pick<Sight, 'sealed' | 'arrived'> {
  if (!files.facts(path.join(dir, SEAL))) return { sealed: false };
  const sealed = readArrival(files, dir, jobId)?.complete === true;
  return { sealed, arrived: sealed ? undefined : arrivedFiles(files, dir) };
}

function archivedView(
  files: Files,
  layout: Layout,
  index: JobIndex,
  jobId: string,
  archivedAs: string,
): View {
  const dir = layout.archived(archivedAs);
  const orderDir = orderDirOf(files, layout, index.archived, jobId);
  const record = readRecordAt(files, dir, jobId);
  const sealed = files.facts(path.join(dir, SEAL)) !== undefined;
  const abandonment = readAbandoned(files, dir);
  const isGivenUp = abandonment !== undefined && !sealed;
  const plan = readRetryPlan(files, dir);
  const planned = plan?.given_up === undefined ? plan : undefined;
  const pruned = prunedParts(readPruned(files, dir));
  return viewOf({
    job_id: jobId,
    order: orderDir === undefined ? undefined : readOrderAt(files, orderDir, jobId),
    requests: {},
    record: isGivenUp ? givenUp(record, jobId, archivedAs, abandonment) : record,
    orderDir,
    resultsDir: dir,
    sealed: !isGivenUp && !pruned.includes('results'),
    orderSealed: true,
    archivedAs,
    lost: isGivenUp ? undefined : readLost(files, path.join(dir, LOST_FILE)),
    cameAfterAll: abandonment !== undefined && sealed,
    post: readPostStatus(files, dir),
    pruned,
    retry: retryOf(files, layout, index, jobId, planned?.retried_as, planned?.not_before),
  });
}

/** What is shown of a job that was given up: what there was of its record, and an end that no runner wrote. */
function givenUp(
  record: JobRecord | undefined,
  job_id: string,
  archivedAs: string,
  { abandoned_at, abandoned_by, reason }: Abandonment,
): JobRecord {
  const at = abandoned_at ?? archivedAtOf(archivedAs) ?? record?.state_at ?? new Date(0).toISOString();
  const message = `given up${abandoned_by === undefined ? '' : ` by ${abandoned_by}`}${reason ? `: ${reason}` : ''}`;
  const end = { status: statusOf('failed'), state: 'failed' as const, state_at: at, finished_at: at };
  return { ...record, job_id, ...end, outcome: { kind: 'abandoned', message } };
}

/** A list asks for many jobs of one index. */
const kinOfIndex = new WeakMap<JobIndex, Kin>();

function kinIn(files: Files, layout: Layout, index: JobIndex): Kin {
  const kin = kinOfIndex.get(index) ?? kinOf(files, layout, index.archived, index.open);
  kinOfIndex.set(index, kin);
  return kin;
}

/** The job that repeats this one, or the one that is to. */
function retryOf(
  files: Files,
  layout: Layout,
  index: JobIndex,
  jobId: string,
  planned: string | undefined,
  plannedAt: string | undefined,
): Sight['retry'] {
  const retried_as = directRetries(jobId, kinIn(files, layout, index)).at(-1);
  if (retried_as === undefined) {
    const isOff = planned === undefined || files.facts(layout.stoppedRetry(planned)) !== undefined;
    return isOff ? undefined : { retried_as: planned, retry_at: plannedAt };
  }
  const dir = orderDirOf(files, layout, index.archived, retried_as);
  const created = dir === undefined ? undefined : readOrderAt(files, dir, retried_as)?.created_at;
  return { retried_as, retry_at: created };
}

function readOrderAt(files: Files, dir: string, jobId: string): Order | undefined {
  const bytes = files.readSmall(path.join(dir, JOB_JSON));
  const parsed = bytes && parseOrder(bytes, jobId);
  return parsed?.ok ? parsed.value : undefined;
}

function readRecordAt(files: Files, dir: string, jobId: string): JobRecord | undefined {
  const bytes = files.readSmall(path.join(dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value : undefined;
}
