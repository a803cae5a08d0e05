// What of the events matters to somebody who was away: how jobs ended, who is lost, and what needs a decision. Pure. What
// was settled meanwhile is no news.
import type { EventOf, EventType, JobEvent } from '../job/event.ts';
import { cancelText } from '../job/request.ts';
import type { Found, NewsItem } from './news-item.ts';
import { item } from './news-item.ts';
import { notified, perTarget, targetFailing, undelivered } from './news-messages.ts';
import { ledgerLost, paused, runnerHeard, runnerResumed, silent, stopped } from './news-runners.ts';

type Telling<T extends EventType> = (event: EventOf<T>, found: Found) => void;

/** The news of these events, in the order in which they became so. */
export function newsOf(events: readonly JobEvent[]): NewsItem[] {
  const found: Found = new Map();
  for (const event of events) (TELLING[event.type] as Telling<EventType> | undefined)?.(event, found);
  return perTarget([...found.values()]).sort((a, b) => a.seq - b.seq);
}

const endKey = (id: string | null) => `end ${id}`;
const lostKey = (id: string | null) => `lost ${id}`;
const heldKey = (id: string | null) => `held ${id}`;

function ended(event: EventOf<'archived'>, found: Found): void {
  const { job_id, state, outcome, runner, project, late, post, best, trial, trials, archived_as } = event;
  found.delete(lostKey(job_id));
  found.delete(heldKey(job_id));
  const retried_as = event.retried_as ?? null;
  found.set(
    endKey(job_id),
    item(event, {
      what: state,
      runner: runner ?? null,
      project: project ?? null,
      reason: (state === 'cancelled' ? cancelText(event) : undefined) ?? null,
      outcome: outcome ?? null,
      late: late === true,
      post: post ?? null,
      best: best ?? null,
      trial: trial ?? null,
      trials: trials ?? null,
      archived_as,
      retried_as,
      retry_at: event.retry_at ?? null,
      next: retried_as === null ? `jobq ${hasLog(event) ? 'logs' : 'status'} ${job_id}` : look(retried_as),
    }),
  );
}

/** Nobody is told to wait: an agent that does is gone for hours. */
const look = (job: string) => `jobq status ${job}`;

/** What never ran has no log, and what was given up may have none. */
function hasLog({ state, outcome, started_at }: EventOf<'archived'>): boolean {
  return (
    state === 'failed' &&
    outcome?.kind !== 'abandoned' &&
    (started_at !== undefined || outcome?.kind !== 'rejected')
  );
}

function retried({ job_id, retried_as }: EventOf<'retried'>, found: Found): void {
  const end = found.get(endKey(job_id));
  if (end) found.set(endKey(job_id), { ...end, retried_as, next: look(retried_as) });
}

/** Whoever was told of the retry, or counted on it, is told that it does not come. */
function retryStopped(event: EventOf<'retry-stopped'>, found: Found): void {
  const { job_id, retried_as, reason: why } = event;
  const reason = `it is not tried again as ${retried_as}: ${why}`;
  found.set(
    `retry ${retried_as}`,
    item(event, { what: 'retry-stopped', reason, next: `jobq status ${job_id}` }),
  );
  const end = found.get(endKey(job_id));
  if (end)
    found.set(endKey(job_id), { ...end, retried_as: null, retry_at: null, next: `jobq status ${job_id}` });
}

function lost(event: EventOf<'lost'>, found: Found): void {
  const { job_id, reason, runner } = event;
  const fields = { what: 'lost', reason, runner: runner ?? null, next: 'jobq status' } as const;
  found.set(lostKey(job_id), item(event, fields));
}

function recovered(event: EventOf<'recovered'>, found: Found): void {
  const { job_id, lost_at, runner } = event;
  const reason = `it was called lost at ${lost_at}`;
  const fields = {
    what: 'recovered',
    reason,
    runner: runner ?? null,
    next: `jobq status ${job_id}`,
  } as const;
  found.set(lostKey(job_id), item(event, fields));
}

const RELEASE = /^release\b/;

/** What waits for a release waits for somebody, and so does what a failed dependency blocks; all else goes on by itself. */
function waits(event: EventOf<'queued' | 'waiting'>, found: Found): void {
  const { job_id, waiting_for, blocked_by } = event;
  if (blocked_by !== undefined) found.set(heldKey(job_id), blocked(event, waiting_for, blocked_by));
  else if (RELEASE.test(waiting_for)) found.set(heldKey(job_id), held(event, waiting_for));
  else found.delete(heldKey(job_id));
}

function blocked(event: JobEvent, waitingFor: string, blockedBy: string): NewsItem {
  const others = `or \`jobq release ${event.job_id} --force\`, or \`jobq cancel ${event.job_id}\``;
  const reason = `it waits for ${waitingFor}: try that again, ${others}`;
  return item(event, { what: 'blocked', reason, next: `jobq retry ${blockedBy}` });
}

function held(event: JobEvent, reason: string): NewsItem {
  return item(event, {
    what: 'held',
    reason: `it waits for ${reason}`,
    next: `jobq release ${event.job_id}`,
  });
}

function submitted(event: EventOf<'submitted'>, found: Found): void {
  const { depends_on = [] } = event;
  const rest = depends_on.length === 0 ? '' : ` (and dependency ${depends_on.join(', ')})`;
  if (event.hold) found.set(heldKey(event.job_id), held(event, `release${rest}`));
}

/** A job that is lost and is to be tried again says so, and when. */
function cancelAsked(event: EventOf<'cancel-requested'>, found: Found): void {
  const { job_id, superseded_by, retry_at } = event;
  settled(event, found);
  const gone = found.get(lostKey(job_id));
  if (gone?.what !== 'lost' || superseded_by === undefined) return;
  const retry = { retried_as: superseded_by, retry_at: retry_at ?? null, next: look(superseded_by) };
  found.set(lostKey(job_id), { ...gone, ...retry });
}

const settled = ({ job_id }: JobEvent, found: Found) => void found.delete(heldKey(job_id));

function removed({ job_id }: JobEvent, found: Found): void {
  found.delete(heldKey(job_id));
  found.delete(lostKey(job_id));
}

function problem(event: EventOf<'problem'>, found: Found): void {
  const { kind, file, reason, remedy, job_id } = event;
  const next = job_id === null ? 'jobq doctor' : `jobq status ${job_id}`;
  const said = `${file}: ${reason} (what to do: ${remedy})`;
  found.set(`problem ${kind} ${file} ${reason}`, item(event, { what: 'problem', reason: said, next }));
}

const TELLING: { readonly [T in EventType]?: Telling<T> } = {
  submitted,
  released: settled,
  'cancel-requested': cancelAsked,
  started: settled,
  queued: waits,
  waiting: waits,
  lost,
  recovered,
  archived: ended,
  retried,
  'retry-stopped': retryStopped,
  removed,
  problem,
  undelivered,
  'target-failing': targetFailing,
  notified,
  'runner-silent': silent,
  'runner-heard': runnerHeard,
  'runner-paused': paused,
  'runner-draining': paused,
  'runner-stopped': stopped,
  'runner-resumed': runnerResumed,
  'ledger-lost': ledgerLost,
};
