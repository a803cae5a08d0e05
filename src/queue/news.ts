// What of the events matters to somebody who was away: how jobs ended, who is lost, and what needs a decision. Pure. What
// was settled meanwhile is no news.
import type { End, EventOf, EventType, JobEvent } from '../job/event.ts';

export interface NewsItem {
  /** The event that it is from. */
  seq: number;
  at: string;
  what:
    | 'completed'
    | 'failed'
    | 'cancelled'
    | 'lost'
    | 'recovered'
    | 'held'
    | 'runner-paused'
    | 'runner-silent'
    | 'ledger-lost'
    | 'undelivered'
    | 'problem';
  job_id: string | null;
  runner: string | null;
  project: string | null;
  /** Why, in words of jobq; never text of a script. */
  reason: string | null;
  outcome: End | null;
  /** Results that came after it had been called lost or given up. */
  late: boolean;
  post: 'completed' | 'failed' | null;
  best: number | null;
  trial: number | null;
  trials: number | null;
  /** Name below archive/. */
  archived_as: string | null;
  /** The job that tries it again, and from when. */
  retried_as: string | null;
  retry_at: string | null;
  /** The command that leads on from here. */
  next: string;
}

type Found = Map<string, NewsItem>;
type Telling<T extends EventType> = (event: EventOf<T>, found: Found) => void;

/** The news of these events, in the order in which they became so. */
export function newsOf(events: readonly JobEvent[]): NewsItem[] {
  const found: Found = new Map();
  for (const event of events) (TELLING[event.type] as Telling<EventType> | undefined)?.(event, found);
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

const NOTHING = {
  job_id: null,
  runner: null,
  project: null,
  reason: null,
  outcome: null,
  late: false,
  post: null,
  best: null,
  trial: null,
  trials: null,
  archived_as: null,
  retried_as: null,
  retry_at: null,
} as const;

function item(
  { seq, at, job_id }: JobEvent,
  fields: Pick<NewsItem, 'what' | 'next'> & Partial<NewsItem>,
): NewsItem {
  return { ...NOTHING, seq, at, job_id, ...fields };
}

const endKey = (id: string | null) => `end ${id}`;
const lostKey = (id: string | null) => `lost ${id}`;
const heldKey = (id: string | null) => `held ${id}`;
const silentKey = (runner: string) => `silent ${runner}`;
const pausedKey = (runner: string) => `paused ${runner}`;

function ended(event: EventOf<'archived'>, found: Found): void {
  const { job_id, state, outcome, runner, project, late, post, best, trial, trials, archived_as } = event;
  found.delete(lostKey(job_id));
  found.delete(heldKey(job_id));
  const retried_as = event.retried_as ?? null;
  const reads = state === 'failed' && outcome?.kind !== 'abandoned';
  found.set(
    endKey(job_id),
    item(event, {
      what: state,
      runner: runner ?? null,
      project: project ?? null,
      outcome: outcome ?? null,
      late: late === true,
      post: post ?? null,
      best: best ?? null,
      trial: trial ?? null,
      trials: trials ?? null,
      archived_as,
      retried_as,
      retry_at: event.retry_at ?? null,
      next: retried_as === null ? `jobq ${reads ? 'logs' : 'status'} ${job_id}` : `jobq wait ${retried_as}`,
    }),
  );
}

function retried({ job_id, retried_as }: EventOf<'retried'>, found: Found): void {
  const end = found.get(endKey(job_id));
  if (end) found.set(endKey(job_id), { ...end, retried_as, next: `jobq wait ${retried_as}` });
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

/** What waits for a release waits for somebody; what waits for anything else has been released. */
function waits(event: EventOf<'queued' | 'waiting'>, found: Found): void {
  const { job_id, waiting_for } = event;
  if (RELEASE.test(waiting_for)) found.set(heldKey(job_id), held(event, waiting_for));
  else found.delete(heldKey(job_id));
}

function held(event: JobEvent, reason: string): NewsItem {
  return item(event, {
    what: 'held',
    reason: `it waits for ${reason}`,
    next: `jobq release ${event.job_id}`,
  });
}

function submitted(event: EventOf<'submitted'>, found: Found): void {
  if (event.hold) found.set(heldKey(event.job_id), held(event, 'release'));
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

function undelivered(event: EventOf<'undelivered'>, found: Found): void {
  const { message, target } = event;
  const reason = `message ${message} could not be sent to ${target}: ${event.reason}`;
  found.set(
    `undelivered ${message} ${target}`,
    item(event, { what: 'undelivered', reason, next: 'jobq doctor' }),
  );
}

/** A link that is down says nothing of the runner; it is shown by `status` and told by no news. */
function silent(event: EventOf<'runner-silent'>, found: Found): void {
  const { runner, how, since } = event;
  if (how === 'unreachable') return;
  const reason =
    how === 'lost'
      ? `no sign of life since ${since}`
      : `nothing heard since ${since}, and nothing known of the link`;
  found.set(silentKey(runner), item(event, { what: 'runner-silent', runner, reason, next: 'jobq status' }));
}

function paused(event: EventOf<'runner-paused' | 'runner-draining'>, found: Found): void {
  const { runner, reason: said } = event;
  const until = event.type === 'runner-paused' && event.until !== undefined ? ` until ${event.until}` : '';
  const verb = event.type === 'runner-paused' ? 'is paused' : 'is being drained';
  const reason = `it ${verb}${until}${said ? ` (${said})` : ''}: nothing starts there`;
  found.set(pausedKey(runner), item(event, { what: 'runner-paused', runner, reason, next: 'jobq status' }));
}

function ledgerLost(event: EventOf<'ledger-lost'>, found: Found): void {
  const { runner } = event;
  const reason =
    'its ledger was lost: every order waits there for a release, so that nothing runs twice unseen';
  const next = 'jobq list --open';
  found.set(`ledger ${runner}`, item(event, { what: 'ledger-lost', runner, reason, next }));
}

const TELLING: { readonly [T in EventType]?: Telling<T> } = {
  submitted,
  released: settled,
  'cancel-requested': settled,
  started: settled,
  queued: waits,
  waiting: waits,
  lost,
  recovered,
  archived: ended,
  retried,
  removed,
  problem,
  undelivered,
  'runner-silent': silent,
  'runner-heard': ({ runner }, found) => void found.delete(silentKey(runner)),
  'runner-paused': paused,
  'runner-draining': paused,
  'runner-resumed': ({ runner }, found) => void found.delete(pausedKey(runner)),
  'ledger-lost': ledgerLost,
};
