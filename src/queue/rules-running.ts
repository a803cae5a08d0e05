// What is told of a job in the hands of its runner: that it waits, runs, gets further, is lost and is heard again. Pure.
import { blockerOf, waitText } from '../job/dependency.ts';
import type { Draft } from '../job/event.ts';
import type { Progress } from '../job/progress.ts';
import type { JobSight, Now, Rule } from './job-sight.ts';
import { short } from './job-sight.ts';
import { waitKind } from './waiting.ts';

function queuedEvent(sight: JobSight, { at }: Now): Draft {
  const { job_id, record } = sight;
  return {
    type: 'queued',
    at,
    job_id,
    runner: record?.runner?.id,
    ...(waitOf(sight) ?? { waiting_for: 'slot' }),
  };
}

/** What it waits for, in the words of its runner where nobody here knows more. */
function waitOf({ record, keeping }: JobSight) {
  const told = record?.state === 'queued' ? record.waiting_for : undefined;
  if (!told || !keeping) return told ? { waiting_for: told } : undefined;
  const blocked_by = blockerOf(keeping)?.job_id;
  return { waiting_for: waitText(told, keeping), ...(blocked_by !== undefined && { blocked_by }) };
}

/** The runner knows the order; it may be further already. */
export const queued: Rule = (facts, sight, now) =>
  facts.state === 'submitted' && sight.record ? queuedEvent(sight, now) : undefined;

export const started: Rule = (facts, { job_id, record }, { at }) => {
  const attempt = record?.attempt ?? 0;
  const isRunning = record?.state === 'running' && facts.state !== 'running';
  if (!record || (attempt <= facts.attempt && !isRunning)) return undefined;
  return { type: 'started', at, job_id, runner: record.runner?.id, attempt, started_at: record.started_at };
};

/** A run that was interrupted waits to be taken up again. */
export const queuedAgain: Rule = (facts, sight, now) =>
  facts.state === 'running' && sight.record?.state === 'queued' ? queuedEvent(sight, now) : undefined;

export const waiting: Rule = (facts, sight, { at }) => {
  const { job_id, keeping } = sight;
  const wait = waitOf(sight);
  // nothing keeps it back any more: it is released at this very look
  if (!wait || (keeping && !keeping.held && keeping.open.length === 0)) return undefined;
  const isNew = facts.state === 'queued' && waitKind(wait.waiting_for) !== facts.waiting_for;
  return isNew ? { type: 'waiting', at, job_id, ...wait } : undefined;
};

export const lost: Rule = (facts, { job_id, lost: verdict, record }, { at }) =>
  verdict && verdict.at !== facts.lost_at
    ? {
        type: 'lost',
        at,
        job_id,
        reason: verdict.reason,
        lost_at: verdict.at,
        runner: record?.runner?.id,
        attempt: facts.attempt,
      }
    : undefined;

export const recovered: Rule = (facts, { job_id, lost: verdict, record }, { at }) =>
  verdict?.recovered_at !== undefined && verdict.at === facts.lost_at && !facts.recovered
    ? {
        type: 'recovered',
        at,
        job_id,
        lost_at: verdict.at,
        runner: record?.runner?.id,
        attempt: facts.attempt,
      }
    : undefined;

function isDue(before: string | undefined, at: string, everyS: number): boolean {
  const passedMs = Date.parse(at) - Date.parse(before ?? '');
  // a clock that was set back must not keep it silent
  return Number.isNaN(passedMs) || passedMs >= everyS * 1000 || passedMs < 0;
}

export const heartbeat: Rule = (facts, { job_id, record, seal }, { at, policy }) => {
  const seq = record?.heartbeat_seq;
  if (record?.state !== 'running' || seal || seq === undefined || seq === facts.beat_seq) return undefined;
  if (!isDue(facts.beat_at, at, policy.events_heartbeat_s)) return undefined;
  return { type: 'heartbeat', at, job_id, heartbeat_seq: seq, runner: record.runner?.id };
};

/** Time that is left changes at every look: alone it is no progress. */
function gist(progress: Progress): string {
  const fields = Object.keys(progress).filter((field) => field !== 'eta_s');
  return JSON.stringify(progress, fields.sort());
}

export const progress: Rule = (facts, { job_id, record, seal }, { at, policy }) => {
  const now = record?.state === 'running' && !seal ? withShortMessage(record.progress) : undefined;
  if (!now || gist(now) === gist(facts.progress ?? {})) return undefined;
  if (!isDue(facts.progress_at, at, policy.events_progress_s)) return undefined;
  return { type: 'progress', at, job_id, progress: now };
};

function withShortMessage(progress: Progress | undefined): Progress | undefined {
  const message = short(progress?.message);
  return message === undefined ? progress : { ...progress, message };
}
