// Asks the same of several jobs: all of them or, when one of them cannot be asked, none.

import { JobqError } from '../errors.ts';
import type { Cancel, Release, RequestKind, Requests } from '../job/request.ts';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import { isoNow } from '../store/disk.ts';
import type { JobIndex } from '../store/find.ts';
import { readRequests, writeRequest } from '../store/requests.ts';
import type { Context } from './context.ts';
import { isKeptByDependencies, isOnHold, keptReason, liftHold } from './holds.ts';
import { indexOf, namedJobs, viewIn } from './jobs.ts';
import { requireLinuxSide, whoAsks } from './side.ts';
import { retriesToStop, stopPlanned } from './stop-retry.ts';
import { whileTelling } from './telling.ts';
import type { VerbResult } from './verb.ts';

type Asking = Extract<RequestKind, 'cancel' | 'release'>;
type Wishes = Pick<Cancel, 'reason' | 'grace_s'> & Pick<Release, 'forced'>;

/** One request as `--json` shows it. */
export interface AskedJob {
  job_id: string;
  request: Asking;
  /** False when it had been asked before: then nothing was written, and the rest is of the first request. */
  written: boolean;
  requested_at: string | null;
  requested_by: string | null;
  reason: string | null;
  /** Of a release: the jobs that it still depends on, and starts after. */
  waits_for?: string[];
  /** Of a cancel: the job is a retry that was decided and is not made now. */
  retry_of?: string;
}

/** What is to be asked of one job. */
interface Task {
  view: View;
  /** Decided retries that are stopped: itself, or the one of a job that has ended. */
  stops: string[];
}

export async function ask(
  context: Context,
  names: readonly string[],
  kind: Asking,
  wishes: Wishes,
): Promise<VerbResult> {
  requireLinuxSide(context);
  const jobIds = namedJobs(context, names);
  const index = indexOf(context);
  const tasks = jobIds.map((id) => taskOf(context, index, id, kind));
  refuse(context, kind, tasks, wishes.forced === true);
  const requests = await whileTelling(context, async (telling) => {
    const each: AskedJob[] = [];
    for (const task of tasks) each.push(...(await askOne(telling, task, kind, wishes)));
    return each;
  });
  return { value: { requests }, text: () => requests.map(sentenceOf).join('\n') };
}

function taskOf(context: Context, index: JobIndex, jobId: string, kind: Asking): Task {
  const view = viewIn(context, index, jobId);
  return { view, stops: kind === 'cancel' ? retriesToStop(context, index, jobId) : [] };
}

const hasEnded = (view: View) => view.archived_as !== null || isFinal(view.state);

function refuse(context: Context, kind: Asking, tasks: readonly Task[], forced: boolean): void {
  const reasons = tasks.flatMap(({ view, stops }) => {
    if (stops.length > 0) return [];
    if (hasEnded(view)) return [`${view.job_id} has ended (${view.state})`];
    if (kind === 'cancel') return [];
    if (view.cancel_requested) return [`${view.job_id} is being cancelled`];
    if (isPlanned(view)) return [`${view.job_id} is a retry that is to come: nothing holds it`];
    return forced || !isKeptByDependencies(view) || isOnHold(context, view) ? [] : [keptReason(view)];
  });
  if (reasons.length === 0) return;
  const isKept = tasks.some(({ view }) => !hasEnded(view) && isKeptByDependencies(view));
  throw new JobqError('conflict', `nothing was asked: ${reasons.join(', ')}`, {
    remedy: remedyFor(tasks.length > reasons.length, isKept),
  });
}

function remedyFor(areOthers: boolean, isKept: boolean): string {
  const kept = 'it starts by itself once they have completed; --force starts it without them';
  if (areOthers) return `leave these out and give the others again${isKept ? `; ${kept}` : ''}`;
  return isKept ? kept : '`jobq status` shows how it ended';
}

/** A retry that is decided and not made: nothing can be asked of it but not to be. */
function isPlanned({ order_dir, results_dir, retry_of }: View): boolean {
  return order_dir === null && results_dir === null && retry_of !== null;
}

async function askOne(
  context: Context,
  { view, stops }: Task,
  kind: Asking,
  wishes: Wishes,
): Promise<AskedJob[]> {
  const { job_id } = view;
  const request = { requested_at: isoNow(context.parts.disk), requested_by: whoAsks(context), ...wishes };
  const stopped: AskedJob[] = [];
  for (const id of stops) stopped.push(await stopPlanned(context, id, view, request));
  if (stops.length > 0 && (hasEnded(view) || isPlanned(view))) return stopped;
  if (kind === 'release' && wishes.forced !== true && isKeptByDependencies(view))
    return [await liftHold(context, view, request)];
  return [...stopped, await writeOne(context, job_id, kind, request)];
}

async function writeOne(
  context: Context,
  job_id: string,
  kind: Asking,
  request: Wishes & { requested_at: string; requested_by: string },
): Promise<AskedJob> {
  const { parts, layout } = context;
  const written = await writeRequest(parts.disk, layout, job_id, kind, request);
  const standing: Requests = written ? {} : readRequests(parts.disk.files, layout, job_id);
  const { requested_at, requested_by, reason }: Partial<Cancel> = standing[kind] ?? request;
  return {
    job_id,
    request: kind,
    written,
    requested_at: requested_at ?? null,
    requested_by: requested_by ?? null,
    reason: (reason as string | undefined) ?? null,
    ...(kind === 'release' && { waits_for: [] }),
  };
}

function sentenceOf(asked: AskedJob): string {
  const { job_id, request, written, requested_at, requested_by, waits_for = [], retry_of } = asked;
  const rest = waits_for.length === 0 ? '' : `; it starts once ${waits_for.join(', ')} has completed`;
  if (retry_of !== undefined && written) return `${job_id}: stopped; ${retry_of} is not tried again`;
  if (written) return `${job_id}: ${request} asked for${rest}`;
  return `${job_id}: ${request} already asked for${requested_at ? ` at ${requested_at}` : ''}${requested_by ? ` by ${requested_by}` : ''}${rest}`;
}
