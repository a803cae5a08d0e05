// `jobq abandon`: closes jobs that can get no record any more.

import { JobqError } from '../../errors.ts';
import type { View } from '../../job/view.ts';
import type { Abandonment } from '../../store/abandoned.ts';
import { abandonmentOf, askToAbandon } from '../../store/abandoned.ts';
import { isoNow } from '../../store/disk.ts';
import type { JobIndex } from '../../store/find.ts';
import { plannedRetry } from '../../store/planned-retries.ts';
import { readPresences } from '../../store/presences.ts';
import { readRequests } from '../../store/requests.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { indexOf, isFinished, namedJobs, viewIn } from '../jobs.ts';
import type { CliParts } from '../parts.ts';
import { requireLinuxSide, whoAsks } from '../side.ts';
import { retriesToStop, stopPlanned } from '../stop-retry.ts';
import { whileTelling } from '../telling.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  reason?: string;
  force?: boolean;
}

interface AbandonedJob {
  job_id: string;
  /** False when it had been given up before: then the rest is of that time. */
  written: boolean;
  abandoned_at: string | null;
  abandoned_by: string | null;
  reason: string | null;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  requireLinuxSide(context);
  const jobIds = namedJobs(context, input.args);
  const index = indexOf(context);
  const views = jobIds.map((id) => viewIn(context, index, id));
  refusePlanned(context, index, jobIds);
  refuse(context, views, input.options.force ?? false);
  const abandoned = await whileTelling(context, async (telling) => {
    const each: AbandonedJob[] = [];
    for (const view of views) each.push(await abandonOne(telling, index, view, input.options.reason));
    return each;
  });
  return { value: { abandoned }, text: () => abandoned.map(sentenceOf).join('\n') };
}

function refuse(context: Context, views: readonly View[], force: boolean): void {
  const ended = views.filter((view) => view.archived_as !== null || isFinished(context, view));
  if (ended.length > 0) {
    const reasons = ended.map((view) => `${view.job_id} has ended (${view.state})`);
    throw new JobqError('conflict', `nothing was given up: ${reasons.join(', ')}`, {
      remedy:
        views.length > ended.length ? 'leave these out and give the others again' : '`jobq status` shows how',
    });
  }
  const held = force ? [] : views.flatMap((view) => holderOf(context, view) ?? []);
  if (held.length === 0) return;
  throw new JobqError('conflict', `nothing was given up: ${held.join(', ')}`, {
    remedy: '`jobq cancel` ends a job whose runner lives; with --force the job is given up all the same',
  });
}

/** Who says that the job is in its hands. What the watcher calls lost is in nobody's, whatever an old presence says. */
function holderOf({ parts, layout }: Context, { job_id, state }: View): string | undefined {
  if (state === 'lost') return undefined;
  const holder = readPresences(parts.disk.files, layout).find(({ running, waiting }) =>
    [...running, ...waiting].some((job) => job.job_id === job_id),
  );
  return holder && `runner ${holder.runner_id} says that it has ${job_id}`;
}

function refusePlanned({ parts, layout }: Context, index: JobIndex, jobIds: readonly string[]): void {
  const planned = jobIds.filter((id) => plannedRetry(parts.disk.files, layout, index, id));
  if (planned.length === 0) return;
  throw new JobqError('conflict', `nothing was given up: ${planned.join(', ')} is not made yet`, {
    remedy: '`jobq cancel` stops a retry that is to come',
  });
}

async function abandonOne(
  context: Context,
  index: JobIndex,
  view: View,
  reason: string | undefined,
): Promise<AbandonedJob> {
  const { parts, layout } = context;
  const { job_id: jobId } = view;
  const asked = {
    requested_at: isoNow(parts.disk),
    requested_by: whoAsks(context),
    ...(reason !== undefined && { reason }),
  };
  const { files } = parts.disk;
  // nobody gives a job up and wants it tried again by itself
  for (const id of retriesToStop(context, index, jobId)) await stopPlanned(context, id, view, asked);
  const before = abandonmentOf(files, layout, jobId, readRequests(files, layout, jobId));
  const written = before === undefined && (await askToAbandon(parts.disk, layout, jobId, asked));
  const said: Abandonment = before ?? {
    abandoned_at: asked.requested_at,
    abandoned_by: asked.requested_by,
    reason,
  };
  return {
    job_id: jobId,
    written,
    abandoned_at: said.abandoned_at ?? null,
    abandoned_by: said.abandoned_by ?? null,
    reason: said.reason ?? null,
  };
}

function sentenceOf({ job_id, written, abandoned_at, abandoned_by }: AbandonedJob): string {
  if (written) return `${job_id}: given up; the watcher archives what there is`;
  return `${job_id}: already given up${abandoned_at ? ` at ${abandoned_at}` : ''}${abandoned_by ? ` by ${abandoned_by}` : ''}`;
}
