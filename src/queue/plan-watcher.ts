// What the watcher does next: a pure function of what it sees. The order of the questions is the protocol.
import { RUN_ON_AUTO, wantedRunner } from '../job/order.ts';
import { planAbandoned } from './abandonment.ts';
import { planDependencies } from './dependencies.ts';
import { planRetry, planSupersede } from './retry.ts';
import type {
  ArchivedJob,
  RecordArrival,
  WatcherAction,
  WatcherJob,
  WatcherPolicy,
  WatcherSnapshot,
} from './watcher-snapshot.ts';

/**
 * The actions of one tick, at most one on each job; the retry of a job is a job of its own. A job for which nothing can be
 * planned is given to `failed`, and nothing is done about it: nobody foresaw what it says.
 */
export function planWatcher(
  snapshot: WatcherSnapshot,
  policy: WatcherPolicy,
  failed: (jobId: string, error: unknown) => void = rethrow,
): WatcherAction[] {
  const actions = snapshot.jobs.flatMap((job) => {
    try {
      return planOne(job, snapshot, policy);
    } catch (error) {
      failed(job.job_id, error);
      return [];
    }
  });
  let free = snapshot.postFree;
  return actions.filter((action) => action.do !== 'process' || free-- > 0);
}

function rethrow(_: string, error: unknown): never {
  throw error;
}

function planOne(job: WatcherJob, snapshot: WatcherSnapshot, policy: WatcherPolicy): WatcherAction[] {
  const retry = planRetry(job, snapshot.nowMs);
  const own = job.busy ? undefined : planJob(job, snapshot, policy);
  return [retry ?? [], own && !isInTheWay(own, job, retry) ? own : []].flat();
}

/** An order is not moved from where it is copied for a retry. */
function isInTheWay(own: WatcherAction, job: WatcherJob, retry: WatcherAction | undefined): boolean {
  return own.do === 'move-order' && (retry !== undefined || job.retry?.acting === true);
}

/** Does a job only wait for its record's second look? Then the watcher's next step needs nobody else. */
export function awaitsSecondLook(job: WatcherJob): boolean {
  return !job.record && isOpen(job) && homeOf(job) !== undefined;
}

/** That a job is to be tried again is told before its record goes on its way, while its requests are sure to be there. */
function planJob(
  job: WatcherJob,
  snapshot: WatcherSnapshot,
  policy: WatcherPolicy,
): WatcherAction | undefined {
  const seal = job.record?.sealSha256;
  return (
    planSupersede(job, snapshot, policy) ??
    (job.record && seal ? planRecord(job, job.record, seal) : undefined) ??
    (awaitsPostProcessor(job) ? undefined : planAbandoned(job)) ??
    (job.record ? undefined : planClosing(job, policy)) ??
    (seal ? undefined : planOpenOrder(job, snapshot, policy))
  );
}

/** Its record is here, and goes into the archive when a post-processor has been tried again. */
function awaitsPostProcessor({ record, collected }: WatcherJob): boolean {
  const seal = record?.sealSha256;
  return seal !== undefined && collected?.sealSha256 === seal && collected.waits === true;
}

/** A sealed record is there: bring it home, step by step, each on the evidence of the one before. */
function planRecord(job: WatcherJob, record: RecordArrival, seal: string): WatcherAction | undefined {
  const { job_id, collected, requests } = job;
  const home = job.archived.find((archived) => archived.sealSha256 === seal);
  if (home) {
    const told = requests.archived?.seal_sha256 === seal;
    return told ? undefined : { do: 'acknowledge', job_id, archived_as: home.archived_as, seal_sha256: seal };
  }
  if (collected?.sealSha256 === seal) {
    if (collected.waits) return undefined;
    return { do: collected.processed ? 'archive' : 'process', job_id };
  }
  return record.complete ? { do: 'collect', job_id } : undefined;
}

/** Is there anything of it left to close? A job whose retry is to come may be in the archive for good. */
function isOpen({ order, asked }: WatcherJob): boolean {
  return order !== undefined || asked !== 'no';
}

/**
 * Where a job whose record is gone has come to rest: where its runner was told, or, once order and request are gone
 * too (a closing that was cut off), where its order is. One that was given up rests when no runner can take it up, which
 * is so when its requests have begun to go.
 */
function homeOf(job: WatcherJob): ArchivedJob | undefined {
  const told = job.requests.archived;
  if (told) return job.archived.find((archived) => archived.archived_as === told.archived_as);
  if (job.order) return undefined;
  const abandoned = job.archived.find((archived) => archived.abandoned);
  if (abandoned) return job.cleared || job.asked === 'empty' ? abandoned : undefined;
  return job.archived.findLast((archived) => archived.hasOrder);
}

/** The runner deleted its record after `archived.json`: the order follows it into the archive, then the requests go. */
function planClosing(job: WatcherJob, policy: WatcherPolicy): WatcherAction | undefined {
  const { job_id } = job;
  const home = isOpen(job) ? homeOf(job) : undefined;
  if (!home || job.recordGoneMs < policy.second_look_s * 1000) return undefined;
  if (job.order && !home.hasOrder) return { do: 'move-order', job_id, archived_as: home.archived_as };
  return job.order ? undefined : { do: 'remove-requests', job_id };
}

function planOpenOrder(
  job: WatcherJob,
  snapshot: WatcherSnapshot,
  policy: WatcherPolicy,
): WatcherAction | undefined {
  const { job_id, order: facts, requests } = job;
  if (!facts || requests.archived || job.archived.length > 0) return undefined;
  if (facts.seal === 'missing') {
    return job.quietMs >= policy.unsealed_quiet_s * 1000 ? { do: 'seal', job_id } : undefined;
  }
  const [only, ...others] = snapshot.runners;
  const open = wantedRunner(facts.fields) === RUN_ON_AUTO && !requests.assign && !job.record;
  if (open && only && others.length === 0) {
    return { do: 'assign', job_id, runner: only };
  }
  return facts.seal === 'valid' && facts.order ? planDependencies(job, facts.order, snapshot) : undefined;
}
