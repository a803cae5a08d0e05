// What the watcher does next: a pure function of what it sees. The order of the questions is the protocol.
import type { Order } from '../job/order.ts';
import { RUN_ON_AUTO } from '../job/order.ts';
import { isFinal } from '../job/states.ts';
import { wantedRunner } from './rejection.ts';
import type {
  ArchivedJob,
  RecordArrival,
  WatcherAction,
  WatcherJob,
  WatcherPolicy,
  WatcherSnapshot,
} from './watcher-snapshot.ts';

/** The actions of one tick, at most one for each job. */
export function planWatcher(snapshot: WatcherSnapshot, policy: WatcherPolicy): WatcherAction[] {
  return snapshot.jobs.flatMap((job) => (job.busy ? [] : (planJob(job, snapshot, policy) ?? [])));
}

/** Does a job only wait for its record's second look? Then the watcher's next step needs nobody else. */
export function awaitsSecondLook(job: WatcherJob): boolean {
  return !job.record && homeOf(job) !== undefined;
}

function planJob(
  job: WatcherJob,
  snapshot: WatcherSnapshot,
  policy: WatcherPolicy,
): WatcherAction | undefined {
  if (job.record?.sealSha256) return planRecord(job, job.record, job.record.sealSha256);
  return (job.record ? undefined : planClosing(job, policy)) ?? planOpenOrder(job, snapshot, policy);
}

/** A sealed record is there: bring it home, step by step, each on the evidence of the one before. */
function planRecord(job: WatcherJob, record: RecordArrival, seal: string): WatcherAction | undefined {
  const { job_id, collected, requests } = job;
  const home = job.archived.find((archived) => archived.sealSha256 === seal);
  if (home) {
    const told = requests.archived?.seal_sha256 === seal;
    return told ? undefined : { do: 'acknowledge', job_id, archived_as: home.archived_as, seal_sha256: seal };
  }
  if (collected?.sealSha256 === seal) return { do: collected.processed ? 'archive' : 'process', job_id };
  return record.complete ? { do: 'collect', job_id } : undefined;
}

/**
 * Where a job whose record is gone has come to rest: where its runner was told, or, once order and request are gone
 * too (a closing that was cut off), where its order is.
 */
function homeOf(job: WatcherJob): ArchivedJob | undefined {
  const told = job.requests.archived;
  if (told) return job.archived.find((archived) => archived.archived_as === told.archived_as);
  return job.order ? undefined : job.archived.findLast((archived) => archived.hasOrder);
}

/** The runner deleted its record after `archived.json`: the order follows it into the archive, then the requests go. */
function planClosing(job: WatcherJob, policy: WatcherPolicy): WatcherAction | undefined {
  const { job_id } = job;
  const home = homeOf(job);
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

/** Releases an order once all it depends on has completed; cancels it when that cannot happen any more. */
function planDependencies(
  job: WatcherJob,
  order: Order,
  snapshot: WatcherSnapshot,
): WatcherAction | undefined {
  const { job_id, requests } = job;
  if (order.depends_on.length === 0 || requests.release || requests.cancel) return undefined;
  const states = order.depends_on.map((id) => ({ id, state: snapshot.states[id] }));
  const broken = states.find(({ state }) => state && isFinal(state) && state !== 'completed');
  if (broken) return { do: 'cancel', job_id, reason: `dependency ${broken.id} ${broken.state}` };
  return !order.hold && states.every(({ state }) => state === 'completed')
    ? { do: 'release', job_id }
    : undefined;
}
