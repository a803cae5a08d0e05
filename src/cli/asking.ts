// Asks the same of several jobs: all of them or, when one of them cannot be asked, none.

import { JobqError } from '../errors.ts';
import type { Cancel, RequestKind, Requests } from '../job/request.ts';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import { isoNow } from '../store/disk.ts';
import { readRequests, writeRequest } from '../store/requests.ts';
import type { Context } from './context.ts';
import { indexOf, namedJobs, viewIn } from './jobs.ts';
import { requireLinuxSide, whoAsks } from './side.ts';
import type { VerbResult } from './verb.ts';

type Asking = Extract<RequestKind, 'cancel' | 'release'>;

/** One request as `--json` shows it. */
interface AskedJob {
  job_id: string;
  request: Asking;
  /** False when it had been asked before: then nothing was written, and the rest is of the first request. */
  written: boolean;
  requested_at: string | null;
  requested_by: string | null;
  reason: string | null;
}

export async function ask(
  context: Context,
  names: readonly string[],
  kind: Asking,
  wishes: Pick<Cancel, 'reason' | 'grace_s'>,
): Promise<VerbResult> {
  requireLinuxSide(context);
  const jobIds = namedJobs(context, names);
  const index = indexOf(context);
  const views = jobIds.map((id) => viewIn(context, index, id));
  refuse(kind, views);
  const requests: AskedJob[] = [];
  for (const id of jobIds) requests.push(await askOne(context, id, kind, wishes));
  return { value: { requests }, text: () => requests.map(sentenceOf).join('\n') };
}

function refuse(kind: Asking, views: readonly View[]): void {
  const reasons = views.flatMap((view) => {
    if (view.archived_as !== null || isFinal(view.state)) return [`${view.job_id} has ended (${view.state})`];
    if (kind === 'release' && view.cancel_requested) return [`${view.job_id} is being cancelled`];
    return [];
  });
  if (reasons.length === 0) return;
  throw new JobqError('conflict', `nothing was asked: ${reasons.join(', ')}`, {
    remedy:
      views.length > reasons.length
        ? 'leave these out and give the others again'
        : '`jobq status` shows how it ended',
  });
}

async function askOne(
  context: Context,
  jobId: string,
  kind: Asking,
  wishes: Pick<Cancel, 'reason' | 'grace_s'>,
): Promise<AskedJob> {
  const { parts, layout } = context;
  const request = {
    requested_at: isoNow(parts.disk),
    requested_by: whoAsks(context),
    ...wishes,
  };
  const written = await writeRequest(parts.disk, layout, jobId, kind, request);
  const standing: Requests = written ? {} : readRequests(parts.disk.files, layout, jobId);
  const { requested_at, requested_by, reason }: Partial<Cancel> = standing[kind] ?? request;
  return {
    job_id: jobId,
    request: kind,
    written,
    requested_at: requested_at ?? null,
    requested_by: requested_by ?? null,
    reason: (reason as string | undefined) ?? null,
  };
}

function sentenceOf({ job_id, request, written, requested_at, requested_by }: AskedJob): string {
  if (written) return `${job_id}: ${request} asked for`;
  return `${job_id}: ${request} already asked for${requested_at ? ` at ${requested_at}` : ''}${requested_by ? ` by ${requested_by}` : ''}`;
}
