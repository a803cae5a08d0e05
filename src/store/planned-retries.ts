// Retries that are decided and not made yet: their ids, which jobs they will repeat, and whether somebody stopped them.
import { retryNameOf } from '../job/retry.ts';
import type { View } from '../job/view.ts';
import { viewOf } from '../job/view.ts';
import type { Files } from '../system/files.ts';
import type { Disk } from './disk.ts';
import type { ArchiveNames } from './kin.ts';
import { isKnown } from './kin.ts';
import type { Layout } from './layout.ts';
import { readRequests } from './requests.ts';
import { readRetryPlan } from './retry-plan.ts';
import type { Said } from './said.ts';
import { readSaid, say } from './said.ts';

export interface PlannedRetry {
  retry_as: string;
  retry_of: string;
  retry_at: string;
  /** Why it will not be made. */
  given_up: string | undefined;
}

/** The retry that is decided for this job and is not in the queue. */
export function plannedRetryOf(
  files: Files,
  layout: Layout,
  archived: ArchiveNames,
  jobId: string,
): PlannedRetry | undefined {
  const plan =
    notedPlan(files, layout, archived.get(jobId) ?? []) ?? askedPlan(files, layout, archived, jobId);
  if (!plan || isKnown(files, layout, archived, plan.retry_as)) return undefined;
  const stopped = stoppedBy(files, layout, plan.retry_as);
  return { ...plan, retry_of: jobId, given_up: plan.given_up ?? stopped };
}

type Plan = Omit<PlannedRetry, 'retry_of'>;

function notedPlan(files: Files, layout: Layout, names: readonly string[]): Plan | undefined {
  for (const name of names.toReversed()) {
    const plan = readRetryPlan(files, layout.archived(name));
    if (plan && plan.made_at === undefined)
      return { retry_as: plan.retried_as, retry_at: plan.not_before, given_up: plan.given_up };
  }
  return undefined;
}

/** While the job is open its cancel says it; what is archived without a plan gets none. */
function askedPlan(files: Files, layout: Layout, archived: ArchiveNames, jobId: string): Plan | undefined {
  const { superseded_by, retry_at } = archived.has(jobId)
    ? {}
    : (readRequests(files, layout, jobId).cancel ?? {});
  if (superseded_by === undefined || retry_at === undefined) return undefined;
  return { retry_as: superseded_by, retry_at, given_up: undefined };
}

/** In words; undefined when nobody stopped it. */
export function stoppedBy(files: Files, layout: Layout, retryId: string): string | undefined {
  const said = readSaid(files, layout.stoppedRetry(retryId));
  if (!said) return undefined;
  const { requested_by, reason } = said;
  return `stopped${requested_by === undefined ? '' : ` by ${requested_by}`}${reason === undefined ? '' : `: ${reason}`}`;
}

/** Notes that a retry is not to be made. The watcher honours it whenever it looks next. False when it was said before. */
export function stopRetry(disk: Disk, layout: Layout, retryId: string, said: Said): Promise<boolean> {
  return say(disk, layout, layout.stoppedRetry(retryId), said);
}

interface Jobs {
  open: ReadonlySet<string>;
  archived: ReadonlyMap<string, string[]>;
}

/** The decided retry of this very id: the name tells which jobs it can repeat. */
export function plannedRetry(
  files: Files,
  layout: Layout,
  jobs: Jobs,
  retryId: string,
): PlannedRetry | undefined {
  if (jobs.open.has(retryId) || jobs.archived.has(retryId)) return undefined;
  const { root, number } = retryNameOf(retryId, retryId);
  const before = Array.from({ length: Math.min(number, NUMBER_MAX) }, (_, n) =>
    n === 0 ? root : `${root}-r${n}`,
  );
  const there = before.filter((id) => jobs.open.has(id) || jobs.archived.has(id));
  return found(files, layout, jobs, there).find(({ retry_as }) => retry_as === retryId);
}

/** Nobody tries a job again more often than that. */
const NUMBER_MAX = 1000;

/** Decided retries that a part of an id names, where no job does. */
export function plannedRetriesNamed(
  files: Files,
  layout: Layout,
  { open, archived }: Jobs,
  text: string,
): PlannedRetry[] {
  const part = /^(.*)-r\d+$/.exec(text)?.[1];
  if (part === undefined) return [];
  const ids = [...new Set([...open, ...archived.keys()])].filter((id) => id.includes(part));
  return found(files, layout, { open, archived }, ids).filter(({ retry_as }) => retry_as.includes(text));
}

function found(files: Files, layout: Layout, { archived }: Jobs, ids: readonly string[]): PlannedRetry[] {
  return ids.flatMap((id) => plannedRetryOf(files, layout, archived, id) ?? []);
}

/** A retry that is to come as everybody sees it: it waits for its time, or never will be. */
export function plannedView({ retry_as, retry_of, retry_at, given_up }: PlannedRetry): View {
  const view = viewOf({
    job_id: retry_as,
    order: undefined,
    requests: {},
    record: undefined,
    orderDir: undefined,
    resultsDir: undefined,
    sealed: false,
    archivedAs: undefined,
    orderSealed: false,
    lost: undefined,
  });
  const planned = { ...view, retry_of, retry_at };
  if (given_up === undefined)
    return { ...planned, waiting_for: `its time, ${retry_at}: it is a retry that is to come` };
  const outcome = { kind: 'cancelled' as const, message: `it is not made: ${given_up}` };
  return { ...planned, status: 'failed', state: 'cancelled', waiting_for: null, outcome };
}
