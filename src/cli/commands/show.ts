// `jobq show`: everything about one job, wherever its parts are.
import path from 'node:path';
import type { Fields } from '../../job/lenient-text.ts';
import { parseRecord } from '../../job/record.ts';
import type { Requests } from '../../job/request.ts';
import { JOB_JSON } from '../../job/seal.ts';
import type { View } from '../../job/view.ts';
import type { Problem } from '../../queue/problem.ts';
import { POST_RESULT } from '../../store/archive.ts';
import { archivedConflicts } from '../../store/archive-problems.ts';
import { withDigests } from '../../store/conflict-digests.ts';
import type { JobIndex } from '../../store/find.ts';
import { fieldsIn, fieldsOf } from '../../store/kin.ts';
import { POST_DIR } from '../../store/layout.ts';
import type { Pruned } from '../../store/pruned.ts';
import { readPruned } from '../../store/pruned.ts';
import { readRequests } from '../../store/requests.ts';
import { forShowing } from '../../store/unreadable.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import type { ShownTree } from '../job-files.ts';
import { inputFiles, postFiles, resultFiles } from '../job-files.ts';
import { indexOf, namedJobs, problemsOf, showingIn, viewIn, withUnread } from '../jobs.ts';
import { watcherRuns } from '../living.ts';
import { logFile } from '../log-text.ts';
import type { CliParts } from '../parts.ts';
import { showText } from '../render/show-text.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  files: number;
}

/** What `jobq show` prints. */
export interface Shown {
  job: View;
  attempts: Fields[];
  order: Fields | null;
  record: Fields | null;
  requests: Requests;
  inputs: ShownTree | null;
  results: ShownTree | null;
  post: Fields | null;
  post_files: ShownTree | null;
  log: string | null;
  archived: string[];
  pruned: Pruned | null;
  /** What is wrong with its files; of conflict copies with the digests of both versions. */
  problems: Problem[];
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const [jobId = ''] = namedJobs(context, input.args);
  const value = await lookAt(context, jobId, input.options.files);
  const isWatched = await watcherRuns(context);
  return { value, text: (style) => showText(style, value, isWatched) };
}

async function lookAt(asked: Context, jobId: string, max: number): Promise<Shown> {
  const unread: Problem[] = [];
  const context = showingIn(asked, jobId, unread);
  const { parts, layout } = context;
  const { files } = parts.disk;
  const index = indexOf(context);
  const job = viewIn(context, index, jobId);
  const { order_dir, results_dir, archived_as } = job;
  const isArchived = archived_as !== null && results_dir !== null;
  const post = isArchived ? files.readSmall(path.join(results_dir, POST_DIR, POST_RESULT)) : undefined;
  return {
    job,
    attempts: attemptsOf(context, job),
    order: (order_dir === null ? undefined : fieldsIn(files, order_dir)) ?? null,
    record: (results_dir === null ? undefined : fieldsIn(files, results_dir)) ?? null,
    requests: readRequests(files, layout, jobId),
    inputs: inputFiles(files, job, max),
    results: resultFiles(files, job, max),
    post: (post && fieldsOf(post)) ?? null,
    post_files: postFiles(files, job, max),
    log: logFile(files, job) ?? null,
    archived: (index.archived.get(jobId) ?? []).map((name) => layout.archived(name)),
    pruned: (isArchived ? readPruned(files, results_dir) : undefined) ?? null,
    problems: withUnread(await problemsIn(asked, index, job), unread),
  };
}

async function problemsIn(context: Context, index: JobIndex, view: View): Promise<Problem[]> {
  const { parts, layout } = context;
  const { job_id, archived_as } = view;
  // of a directory that cannot be listed its own problem tells
  const files = forShowing(parts.disk.files, () => {});
  const found = [
    ...problemsOf(context, index, view),
    ...(archived_as === null ? [] : archivedConflicts(files, layout, archived_as, job_id)),
  ];
  const problems: Problem[] = [];
  for (const problem of found) problems.push(await withDigests(parts.disk, layout, problem));
  return problems;
}

function attemptsOf({ parts }: Context, { job_id, results_dir }: View): Fields[] {
  if (results_dir === null) return [];
  const bytes = parts.disk.files.readSmall(path.join(results_dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, job_id);
  return parsed?.ok ? (parsed.value.attempts ?? []) : [];
}
