// What has happened in the queue: what was told against what the watcher sees now. Pure.
import type { Draft } from '../job/event.ts';
import type { Presence } from '../job/presence.ts';
import { compareJob } from './compare-job.ts';
import type { JobSight, Now } from './job-sight.ts';
import { short } from './job-sight.ts';
import type { Verdict } from './liveness.ts';
import type { JobFacts, Pool, RunnerFacts } from './pool.ts';
import { problemKey, runnerAfter, takeIn } from './pool.ts';

export interface RunnerSight {
  presence: Presence;
  verdict: Verdict;
  /** When it was heard last, if it was since the watcher started. */
  heard_at: string | undefined;
}

export interface ProblemSight {
  kind: string;
  file: string;
  job_id?: string | undefined;
  reason: string;
  remedy: string;
}

/** All that the watcher sees at one look. */
export interface PoolSight {
  jobs: readonly JobSight[];
  /** Known jobs of which nothing is left anywhere, not even in the archive, also at a second look. */
  removed: readonly string[];
  /** Known jobs that lie in the archive and nowhere else. */
  closed: readonly string[];
  runners: readonly RunnerSight[];
  /** Problems that are there for good; undefined when nobody looked for them this time. */
  problems: readonly ProblemSight[] | undefined;
  /** What was archived since then (milliseconds since 1970) is news even where the job is not known. */
  knownUntilMs: number;
}

export interface Difference {
  events: Draft[];
  /** Jobs that were archived before anybody looked: known from now on, and nothing to tell. */
  adopted: ReadonlyMap<string, JobFacts>;
}

/** A job or a runner that cannot be compared is given to `failed`, and nothing is told of it. */
export function comparePool(
  pool: Pool,
  sight: PoolSight,
  now: Now,
  failed: (id: string, error: unknown) => void = rethrow,
): Difference {
  const events: Draft[] = [];
  const adopted = new Map<string, JobFacts>();
  const safely = (id: string, compare: () => void) => {
    try {
      compare();
    } catch (error) {
      failed(id, error);
    }
  };
  for (const runner of sight.runners) {
    const { runner_id } = runner.presence;
    safely(runner_id, () => events.push(...compareRunner(pool.runners.get(runner_id), runner, now.at)));
  }
  for (const job of sight.jobs) {
    safely(job.job_id, () => {
      const before = pool.jobs.get(job.job_id);
      const { events: told, facts } = compareJob(before, job, now);
      if (before || !isOld(job, sight.knownUntilMs)) events.push(...told);
      else if (facts) adopted.set(job.job_id, facts);
    });
  }
  for (const job_id of sight.removed) events.push({ type: 'removed', at: now.at, job_id });
  for (const problem of sight.problems ?? []) {
    if (!pool.problems.has(problemKey(cutProblem(problem)))) events.push(problemEvent(problem, now.at));
  }
  return { events, adopted };
}

function rethrow(_: string, error: unknown): never {
  throw error;
}

const ARCHIVED_AT = /_(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?:-\d+)?$/;

/** Was it archived before? Its name says when. */
function isOld({ archived_as }: JobSight, knownUntilMs: number): boolean {
  return archived_as !== undefined && !(archivedAtMs(archived_as) >= knownUntilMs);
}

/** When a job was archived, as its name below archive/ tells it; NaN when it does not. */
export function archivedAtMs(name: string): number {
  const [, year, month, day, hour, minute, second] = ARCHIVED_AT.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function cutProblem(problem: ProblemSight): ProblemSight {
  return { ...problem, reason: short(problem.reason) ?? '', remedy: short(problem.remedy) ?? '' };
}

function problemEvent(problem: ProblemSight, at: string): Draft {
  const { kind, file, job_id, reason, remedy } = cutProblem(problem);
  return { type: 'problem', at, job_id: job_id ?? null, kind, file, reason, remedy };
}

type RunnerRule = (facts: RunnerFacts, sight: RunnerSight, at: string) => Draft | undefined;

function compareRunner(before: RunnerFacts | undefined, sight: RunnerSight, at: string): Draft[] {
  const { runner_id: runner, host, version, ledger_id } = sight.presence;
  const events: Draft[] = [];
  let facts = before;
  if (!facts) {
    events.push({ type: 'runner-seen', at, job_id: null, runner, host, version, ledger_id });
    facts = { ledger_id };
  }
  for (const rule of RUNNER_RULES) {
    const event = rule(facts, sight, at);
    if (!event) continue;
    events.push(event);
    facts = runnerAfter(facts, event) ?? facts;
  }
  return events;
}

const ledgerLost: RunnerRule = (facts, { presence: { runner_id, ledger_id } }, at) =>
  ledger_id === facts.ledger_id
    ? undefined
    : { type: 'ledger-lost', at, job_id: null, runner: runner_id, ledger_id };

const resumed: RunnerRule = (facts, { presence: { runner_id, paused, draining, stopped } }, at) =>
  (facts.paused || facts.draining || facts.stopped) && !paused && !draining && !stopped
    ? { type: 'runner-resumed', at, job_id: null, runner: runner_id }
    : undefined;

const paused: RunnerRule = (facts, { presence: { runner_id, paused: wish } }, at) =>
  wish && !facts.paused
    ? {
        type: 'runner-paused',
        at,
        job_id: null,
        runner: runner_id,
        reason: short(wish.reason),
        until: wish.until,
      }
    : undefined;

const draining: RunnerRule = (facts, { presence: { runner_id, draining: wish } }, at) =>
  wish && !facts.draining
    ? { type: 'runner-draining', at, job_id: null, runner: runner_id, reason: short(wish.reason) }
    : undefined;

const stopped: RunnerRule = (facts, { presence: { runner_id, stopped: said } }, at) =>
  said && !facts.stopped
    ? { type: 'runner-stopped', at, job_id: null, runner: runner_id, reason: short(said.reason) }
    : undefined;

const heard: RunnerRule = ({ silent }, { presence: { runner_id }, verdict, heard_at }, at) =>
  silent && verdict.is === 'heard' && heard_at !== undefined && heard_at > silent.since
    ? { type: 'runner-heard', at, job_id: null, runner: runner_id }
    : undefined;

const silent: RunnerRule = (facts, { presence: { runner_id }, verdict }, at) => {
  if (verdict.is === 'heard' || verdict.is === facts.silent?.how) return undefined;
  const since = new Date(verdict.sinceMs).toISOString();
  return { type: 'runner-silent', at, job_id: null, runner: runner_id, how: verdict.is, since };
};

const RUNNER_RULES: readonly RunnerRule[] = [ledgerLost, resumed, paused, draining, stopped, heard, silent];

/** A problem that comes and goes is told again only when it was gone for so long. */
const GONE_MS = 3_600_000;

/** Makes known what was told, and what needs no telling. */
export function settle(pool: Pool, sight: PoolSight, { events, adopted }: Difference, at: string): void {
  for (const event of events) takeIn(pool, event);
  for (const [id, facts] of adopted) pool.jobs.set(id, facts);
  for (const id of sight.closed) pool.jobs.delete(id);
  const seen = new Set(sight.runners.map(({ presence }) => presence.runner_id));
  for (const id of pool.runners.keys()) if (!seen.has(id)) pool.runners.delete(id);
  for (const problem of sight.problems ?? []) pool.problems.set(problemKey(cutProblem(problem)), at);
  for (const [key, lastAt] of pool.problems)
    if (Date.parse(at) - Date.parse(lastAt) > GONE_MS) pool.problems.delete(key);
}
