// Jobs as commands name and see them: one look at the folder, and when a job counts as finished.
import path from 'node:path';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import type { JobIndex } from '../store/find.ts';
import { indexJobs, resolveJob, viewJob } from '../store/find.ts';
import { readArrival } from '../store/read-record.ts';
import type { Context } from './context.ts';
import { silentJobs } from './living.ts';

export function indexOf(context: Context): JobIndex {
  return { ...indexJobs(context.parts.disk.files, context.layout), silent: silentJobs(context) };
}

/** The ids of the jobs that these texts name, each once. */
export function namedJobs(context: Context, texts: readonly string[]): string[] {
  const index = indexOf(context);
  return [...new Set(texts.map((text) => resolveJob(index, text)))];
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

export function viewIn({ parts, layout }: Context, index: JobIndex, jobId: string): View {
  const { files } = parts.disk;
  const view = viewJob(files, layout, index, jobId);
  // results that are nowhere may have moved into the archive since the index was made
  if (view.results_dir !== null) return view;
  return viewJob(files, layout, { ...index, ...indexJobs(files, layout) }, jobId);
}

/** Is nothing more to come of this job: is it archived, or has it ended and is its record whole here? */
export function isFinished({ parts, layout }: Context, view: View): boolean {
  if (view.archived_as !== null) return true;
  const { job_id, state } = view;
  if (!isFinal(state)) return false;
  return readArrival(parts.disk.files, layout.record(job_id), job_id)?.complete === true;
}
