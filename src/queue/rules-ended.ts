// What is told of a job that has ended, and of its way into the archive. Pure.
import type { End } from '../job/event.ts';
import type { Outcome } from '../job/outcome.ts';
import type { JobRecord } from '../job/record.ts';
import { toldOf } from '../job/told.ts';
import type { JobSight, Rule } from './job-sight.ts';
import { short } from './job-sight.ts';

function endOf({ kind, error_class, exit_code, signal }: Outcome): End {
  return { kind, error_class, exit_code, signal };
}

/** What is told of an end, as the record says it. */
function course(record: JobRecord | undefined) {
  const { progress: last, outcome } = record ?? {};
  return {
    attempt: record?.attempt ?? 0,
    runner: record?.runner?.id,
    outcome: outcome && endOf(outcome),
    started_at: record?.started_at,
    finished_at: record?.finished_at,
    best: last?.best,
    trial: last?.trial,
    trials: last?.trials,
    project: short(toldOf(record).project),
  };
}

function finalState(record: JobRecord | undefined): 'completed' | 'failed' | 'cancelled' | undefined {
  const state = record?.state;
  return state === 'completed' || state === 'failed' || state === 'cancelled' ? state : undefined;
}

/** An end counts once the record is whole: before that its files may still be on their way. */
export const finished: Rule = (facts, { job_id, record, seal }, { at }) => {
  const state = finalState(record);
  if (!state || seal === undefined || seal === facts.seal) return undefined;
  return { type: 'finished', at, job_id, state, ...course(record), seal_sha256: seal };
};

/** Its results came after it had been called lost or given up. */
export const late: Rule = (facts, { job_id }, { at }) =>
  facts.late === false ? { type: 'late', at, job_id, lost_at: facts.lost_at } : undefined;

export const postProcessed: Rule = (facts, { job_id, post }, { at }) =>
  post && facts.seal !== undefined && post !== facts.post
    ? { type: 'post-processed', at, job_id, status: post }
    : undefined;

/** Who had it cancelled, and why, while what was asked is still there. */
function cancelOf({ requests: { cancel }, record, abandoned }: JobSight) {
  if (!cancel || abandoned || finalState(record) !== 'cancelled') return {};
  return { reason: short(cancel.reason), by: cancel.requested_by };
}

export const archived: Rule = (facts, sight, { at }) => {
  const { job_id, record, archived_as, abandoned, retry } = sight;
  if (archived_as === undefined || archived_as === facts.archived_as) return undefined;
  const isEnd = finalState(record) !== undefined && !abandoned;
  return {
    type: 'archived',
    at,
    job_id,
    archived_as,
    state: (isEnd && finalState(record)) || 'failed',
    ...course(record),
    ...(!isEnd && { outcome: { kind: 'abandoned' as const } }),
    ...cancelOf(sight),
    ...(facts.late && { late: true }),
    lost_at: facts.lost_at,
    post: facts.post,
    retried_as: retry?.retried_as,
    retry_at: retry?.not_before,
  };
};
