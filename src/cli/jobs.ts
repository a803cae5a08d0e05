// Jobs as commands name and see them: one look at the folder, and when a job counts as finished.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import type { Problem } from '../queue/problem.ts';
import { archivedOrderProblems } from '../store/archive-problems.ts';
import type { JobIndex } from '../store/find.ts';
import { indexJobs, resolveJob, viewJob } from '../store/find.ts';
import { findJobProblems } from '../store/find-problems.ts';
import type { Layout } from '../store/layout.ts';
import { plannedRetriesNamed } from '../store/planned-retries.ts';
import { readArrival } from '../store/read-record.ts';
import { asTheyAre } from '../store/seen-once.ts';
import { forShowing, guarded, unreadable, unreadableFile } from '../store/unreadable.ts';
import type { Files } from '../system/files.ts';
import type { Context } from './context.ts';
import { archiveNow, laterIndex, noteIndex } from './later-index.ts';
import { silentJobs } from './living.ts';

export function indexOf(context: Context): JobIndex {
  const archive = archiveNow(context);
  const jobs = indexJobs(context.parts.disk.files, context.layout);
  return noteIndex({ ...jobs, silent: silentJobs(context) }, archive);
}

/** The ids of the jobs that these texts name, each once. */
export function namedJobs(context: Context, texts: readonly string[]): string[] {
  const index = indexOf(context);
  return [...new Set(texts.map((text) => resolveNamed(context, index, text)))];
}

/** A job, or else a retry that is decided and will have this id. */
function resolveNamed({ parts, layout }: Context, index: JobIndex, text: string): string {
  try {
    return resolveJob(index, text);
  } catch (error) {
    if (!(error instanceof JobqError)) throw error;
    const [only, ...others] = plannedRetriesNamed(parts.disk.files, layout, index, text);
    if (only === undefined || others.length > 0) throw error;
    return only.retry_as;
  }
}

/** The job that a text names: the directory of an order in outbox/, or any unambiguous part of an id. */
export function namedOrder(context: Context, text: string): string {
  const { files } = context.parts.disk;
  const outbox = context.layout.tree('outbox');
  const dir = path.resolve(context.parts.environment.cwd, text);
  const parent = path.dirname(dir);
  const isOrder =
    parent === outbox || (files.realPath(parent) ?? parent) === (files.realPath(outbox) ?? outbox);
  if (isOrder && files.facts(dir)?.kind === 'directory') return path.basename(dir);
  return resolveJob(indexOf(context), isOrder ? path.basename(dir) : text);
}

/** With `problems` it is for showing: what cannot be read goes there, and the view is what there is without it. */
export function viewIn(context: Context, index: JobIndex, jobId: string, problems?: Problem[]): View {
  const { parts, layout } = problems ? showingIn(context, jobId, problems) : context;
  const { files } = parts.disk;
  const view = viewJob(files, layout, index, jobId);
  // results that are nowhere may have moved into the archive since the index was made
  if (view.results_dir !== null) return view;
  const later = laterIndex(context, index);
  return later ? viewJob(asTheyAre(files), layout, later, jobId) : view;
}

/** For whoever only shows a job: what cannot be read goes to `problems`, and is as if it were not there. */
export function showingIn(context: Context, jobId: string, problems: Problem[]): Context {
  const { parts, layout } = context;
  const files = forShowing(parts.disk.files, (file, error) => {
    // what is wrong besides, with a runner or another job, is told where all of the queue is shown
    if (file.includes(jobId)) problems.push(unreadableFile(belowQueue(layout.root, file), error, jobId));
  });
  return { ...context, parts: { ...parts, disk: { ...parts.disk, files } } };
}

function belowQueue(root: string, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}

/** Problems and what was met besides them while jobs were looked at, each once. */
export function withUnread(problems: readonly Problem[], unread: readonly Problem[]): Problem[] {
  const reasons = new Set(problems.map(({ reason }) => reason));
  const others = unread.filter(({ reason }) => !reasons.has(reason) && reasons.add(reason));
  return [...problems, ...others];
}

/** What is wrong with one job's files, as far as that can be told without reading much. */
export function problemsOf({ parts, layout }: Context, index: JobIndex, view: View): Problem[] {
  const { files } = parts.disk;
  const { job_id, archived_as } = view;
  return [
    ...(index.open.has(job_id) ? findJobProblems(files, layout, index, job_id) : []),
    ...(archived_as === null ? [] : archivedProblems(files, layout, archived_as, job_id)),
  ];
}

function archivedProblems(files: Files, layout: Layout, archivedAs: string, jobId: string): Problem[] {
  const unread: Problem[] = [];
  const look = () => archivedOrderProblems(files, layout, archivedAs, jobId);
  const found = guarded(unread, (error) => unreadable(jobId, error), look) ?? [];
  return [...found, ...unread];
}

/** Is nothing more to come of this job: is it archived, or has it ended and is its record whole here? */
export function isFinished({ parts, layout }: Context, view: View): boolean {
  if (view.archived_as !== null) return true;
  const { job_id, state } = view;
  if (!isFinal(state)) return false;
  // a retry that was decided and never will be made
  if (view.order_dir === null && view.results_dir === null) return true;
  return readArrival(parts.disk.files, layout.record(job_id), job_id)?.complete === true;
}
