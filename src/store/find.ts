// Finds jobs by any unambiguous part of their id, and looks at one wherever it is: outbox, inbox or archive.
// Works from the folder alone: no daemon needs to run.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import type { Order } from '../job/order.ts';
import { parseOrder } from '../job/order.ts';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import type { View } from '../job/view.ts';
import { viewOf } from '../job/view.ts';
import type { Files } from '../system/files.ts';
import { archivedNames } from './archive.ts';
import { jobDirs } from './job-dirs.ts';
import type { Layout } from './layout.ts';
import { ORDER_DIR } from './layout.ts';
import { LOST_FILE, readLost } from './lost.ts';
import { readRequests } from './requests.ts';

/** Where the jobs of a queue are, by id. */
export interface JobIndex {
  /** In outbox/ or inbox/. */
  open: ReadonlySet<string>;
  /** Names below archive/, oldest first. */
  archived: ReadonlyMap<string, string[]>;
}

export function indexJobs(files: Files, layout: Layout): JobIndex {
  const names = (tree: 'outbox' | 'inbox') => jobDirs(files, layout.tree(tree));
  return { open: new Set([...names('outbox'), ...names('inbox')]), archived: archivedNames(files, layout) };
}

/** The one job id that is, or else contains, this text. */
export function resolveJob(index: JobIndex, text: string): string {
  if (index.open.has(text) || index.archived.has(text)) return text;
  const ids = [...new Set([...index.open, ...index.archived.keys()])].sort();
  const found = ids.filter((id) => id.includes(text));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
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
  return archivedAs ? archivedView(files, layout, jobId, archivedAs) : openView(files, layout, jobId);
}

function openView(files: Files, layout: Layout, jobId: string): View {
  const record = readRecordAt(files, layout.record(jobId), jobId);
  const orderDir = layout.order(jobId);
  return viewOf({
    job_id: jobId,
    order: readOrderAt(files, orderDir, jobId),
    requests: readRequests(files, layout, jobId),
    record,
    orderDir: files.facts(orderDir) && orderDir,
    resultsDir: record && layout.record(jobId),
    sealed: files.facts(path.join(layout.record(jobId), SEAL)) !== undefined,
    orderSealed: files.facts(path.join(orderDir, SEAL)) !== undefined,
    archivedAs: undefined,
    lost: readLost(files, layout.lost(jobId)),
  });
}

function archivedView(files: Files, layout: Layout, jobId: string, archivedAs: string): View {
  const dir = layout.archived(archivedAs);
  const moved = path.join(dir, ORDER_DIR);
  const orderDir = files.facts(moved) ? moved : layout.order(jobId);
  return viewOf({
    job_id: jobId,
    order: readOrderAt(files, orderDir, jobId),
    requests: {},
    record: readRecordAt(files, dir, jobId),
    orderDir: files.facts(orderDir) && orderDir,
    resultsDir: dir,
    sealed: true,
    orderSealed: true,
    archivedAs,
    lost: readLost(files, path.join(dir, LOST_FILE)),
  });
}

function readOrderAt(files: Files, dir: string, jobId: string): Order | undefined {
  const bytes = files.read(path.join(dir, JOB_JSON));
  const parsed = bytes && parseOrder(bytes, jobId);
  return parsed?.ok ? parsed.value : undefined;
}

function readRecordAt(files: Files, dir: string, jobId: string): JobRecord | undefined {
  const bytes = files.read(path.join(dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value : undefined;
}
