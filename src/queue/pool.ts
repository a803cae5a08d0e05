// What is known of every open job, runner and problem: what was told of them in events, and nothing else. So the events
// since a checkpoint make the pool whole again. Pure.
import type { Draft, EventOf, EventType } from '../job/event.ts';
import type { Progress } from '../job/progress.ts';
import type { State } from '../job/states.ts';
import { waitKind } from './waiting.ts';

/** What was told of one job. */
export interface JobFacts {
  /** `lost` is told beside it. */
  state: Exclude<State, 'lost'>;
  /** The attempt that was told as started last; 0 before. */
  attempt: number;
  waiting_for?: string | undefined;
  retry_told?: boolean | undefined;
  assigned?: string | undefined;
  released?: boolean | undefined;
  cancel?: boolean | undefined;
  /** Heartbeats and progress are thinned by when one was told last. */
  beat_seq?: number | undefined;
  beat_at?: string | undefined;
  progress?: Progress | undefined;
  progress_at?: string | undefined;
  lost_at?: string | undefined;
  recovered?: boolean | undefined;
  /** The seal of the record whose end was told. */
  seal?: string | undefined;
  /** Came that end after it had been called lost or given up? False: it did, and that is not told yet. */
  late?: boolean | undefined;
  post?: 'completed' | 'failed' | undefined;
  archived_as?: string | undefined;
  given_up?: boolean | undefined;
}

export interface RunnerFacts {
  ledger_id: string;
  paused?: boolean | undefined;
  draining?: boolean | undefined;
  stopped?: boolean | undefined;
  silent?: { how: 'unreachable' | 'stale' | 'lost'; since: string } | undefined;
}

export interface Pool {
  readonly jobs: Map<string, JobFacts>;
  readonly runners: Map<string, RunnerFacts>;
  /** When each problem that was told was there last. */
  readonly problems: Map<string, string>;
}

export function emptyPool(): Pool {
  return { jobs: new Map(), runners: new Map(), problems: new Map() };
}

export function problemKey({ kind, file, reason }: { kind: string; file: string; reason: string }): string {
  return `${kind} ${file} ${reason}`;
}

type JobPart<T extends EventType> = (event: Omit<EventOf<T>, 'seq'>, facts: JobFacts) => Partial<JobFacts>;

/** What each event about a job makes known; `submitted` and `removed` begin and end it. */
const OF_JOB: { readonly [T in EventType]?: JobPart<T> } = {
  assigned: ({ runner }) => ({ assigned: runner }),
  released: () => ({ released: true }),
  'cancel-requested': () => ({ cancel: true }),
  queued: ({ waiting_for }) => ({ state: 'queued', waiting_for: waitKind(waiting_for) }),
  waiting: ({ waiting_for }) => ({ waiting_for: waitKind(waiting_for) }),
  started: ({ attempt, at }) => ({ state: 'running', attempt, waiting_for: undefined, beat_at: at }),
  heartbeat: ({ heartbeat_seq, at }) => ({ beat_seq: heartbeat_seq, beat_at: at }),
  progress: ({ progress, at }) => ({ progress, progress_at: at }),
  lost: ({ lost_at }) => ({ lost_at, recovered: undefined }),
  recovered: () => ({ recovered: true }),
  // another record of the same job has another end: what was told of the one before is over
  finished: ({ state, seal_sha256 }, { lost_at, given_up }) => ({
    state,
    seal: seal_sha256,
    late: lost_at === undefined && !given_up ? undefined : false,
    post: undefined,
  }),
  late: () => ({ late: true }),
  'post-processed': ({ status }) => ({ post: status }),
  archived: ({ archived_as, outcome }) => ({
    archived_as,
    ...(outcome?.kind === 'abandoned' && { given_up: true }),
  }),
};

/** The facts after one more event about this job; undefined when there is no such job any more. */
export function factsAfter(facts: JobFacts | undefined, event: Draft): JobFacts | undefined {
  if (event.type === 'submitted') return facts ?? { state: 'submitted', attempt: 0 };
  if (event.type === 'removed') return undefined;
  const part = OF_JOB[event.type] as ((event: Draft, facts: JobFacts) => Partial<JobFacts>) | undefined;
  return facts && part ? { ...facts, ...part(event, facts) } : facts;
}

type RunnerPart<T extends EventType> = (event: Omit<EventOf<T>, 'seq'>) => Partial<RunnerFacts>;

const OF_RUNNER: { readonly [T in EventType]?: RunnerPart<T> } = {
  'runner-silent': ({ how, since }) => ({ silent: { how, since } }),
  'runner-heard': () => ({ silent: undefined }),
  'runner-paused': () => ({ paused: true }),
  'runner-draining': () => ({ draining: true }),
  'runner-stopped': () => ({ stopped: true }),
  'runner-resumed': () => ({ paused: undefined, draining: undefined, stopped: undefined }),
  'ledger-lost': ({ ledger_id }) => ({ ledger_id }),
};

export function runnerAfter(facts: RunnerFacts | undefined, event: Draft): RunnerFacts | undefined {
  if (event.type === 'runner-seen') return { ledger_id: event.ledger_id };
  const part = OF_RUNNER[event.type] as ((event: Draft) => Partial<RunnerFacts>) | undefined;
  return facts && part ? { ...facts, ...part(event) } : facts;
}

/** Takes one more event into the pool. One that is taken in twice changes nothing. */
export function takeIn(pool: Pool, event: Draft): void {
  if (event.type === 'problem') pool.problems.set(problemKey(event), event.at);
  else if (event.type === 'retried') tellRetry(pool, event.retried_as);
  else if (event.job_id !== null)
    put(pool.jobs, event.job_id, factsAfter(pool.jobs.get(event.job_id), event));
  else if ('runner' in event && event.runner !== undefined)
    put(pool.runners, event.runner, runnerAfter(pool.runners.get(event.runner), event));
}

/** The event is about the old job, what is known about the new one. */
function tellRetry({ jobs }: Pool, retriedAs: string): void {
  const facts = jobs.get(retriedAs);
  if (facts) jobs.set(retriedAs, { ...facts, retry_told: true });
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
