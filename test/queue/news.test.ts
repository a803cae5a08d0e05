// What of the events is news to somebody who was away: each thing once, and what was settled meanwhile not at all.
import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../src/job/event.ts';
import { newsOf } from '../../src/queue/news.ts';
import { AT, HOME, JOB } from './sights.ts';

const OTHER = 'job-20260210-150000-other';
const LOST_AT = '2026-02-10T14:55:00Z';

/** Events as a log numbers them. */
function events(drafts: readonly object[]): JobEvent[] {
  return drafts.map((draft, index) => ({ at: AT, job_id: JOB, ...draft, seq: 100 + index }) as JobEvent);
}

const lines = (drafts: readonly object[]) =>
  newsOf(events(drafts)).map(
    ({ what, job_id, runner, next }) => `${what} ${job_id ?? runner ?? ''}: ${next}`,
  );

const outcome = { kind: 'failed', error_class: 'script', exit_code: 3 };
const archived = { type: 'archived', archived_as: HOME, state: 'completed', attempt: 1 };
const failed = { ...archived, state: 'failed', outcome };
const lost = { type: 'lost', reason: 'no heartbeat', lost_at: LOST_AT, attempt: 1, runner: 'station' };
const recovered = { type: 'recovered', lost_at: LOST_AT, attempt: 1, runner: 'station' };
const held = { type: 'queued', waiting_for: 'release' };
const runner = { job_id: null, runner: 'station' };
const silent = { ...runner, type: 'runner-silent', how: 'lost', since: LOST_AT };
const paused = { ...runner, type: 'runner-paused', reason: 'meshing', until: AT };
const problem = {
  type: 'problem',
  job_id: null,
  kind: 'conflict-copy',
  file: 'inbox/x',
  reason: 'both',
  remedy: 'compare',
};

describe('news', () => {
  test.each<{ name: string; of: object[]; says: string[] }>([
    { name: 'a completed job', of: [archived], says: [`completed ${JOB}: jobq status ${JOB}`] },
    { name: 'a failed job', of: [failed], says: [`failed ${JOB}: jobq logs ${JOB}`] },
    {
      name: 'a cancelled job',
      of: [{ ...archived, state: 'cancelled' }],
      says: [`cancelled ${JOB}: jobq status ${JOB}`],
    },
    {
      name: 'a job that was given up has no log to read',
      of: [{ ...failed, outcome: { kind: 'abandoned' } }],
      says: [`failed ${JOB}: jobq status ${JOB}`],
    },
    {
      name: 'a job that is tried again later',
      of: [{ ...failed, retried_as: 'job-r1', retry_at: AT }],
      says: [`failed ${JOB}: jobq status job-r1`],
    },
    {
      name: 'a job that was tried again meanwhile',
      of: [failed, { type: 'retried', retried_as: 'job-r1' }],
      says: [`failed ${JOB}: jobq status job-r1`],
    },
    {
      name: 'a retry of a job whose end was told before',
      of: [{ type: 'retried', retried_as: 'job-r1' }],
      says: [],
    },
    {
      name: 'a job that only runs',
      of: [
        { type: 'submitted' },
        { type: 'queued', waiting_for: 'slot' },
        { type: 'started', attempt: 1 },
        { type: 'heartbeat', heartbeat_seq: 2 },
        { type: 'progress', progress: {} },
      ],
      says: [],
    },
    {
      name: 'an end whose post-processing is not over',
      of: [{ type: 'finished', state: 'failed', attempt: 1, seal_sha256: '' }],
      says: [],
    },
    // lost
    { name: 'a lost job', of: [lost], says: [`lost ${JOB}: jobq status`] },
    {
      name: 'a job that was lost and is heard again',
      of: [lost, recovered],
      says: [`recovered ${JOB}: jobq status ${JOB}`],
    },
    { name: 'a job that is heard again', of: [recovered], says: [`recovered ${JOB}: jobq status ${JOB}`] },
    {
      name: 'a job that was lost, heard and lost again',
      of: [lost, recovered, lost],
      says: [`lost ${JOB}: jobq status`],
    },
    {
      name: 'a lost job whose results came',
      of: [lost, { ...archived, late: true }],
      says: [`completed ${JOB}: jobq status ${JOB}`],
    },
    { name: 'a lost job that somebody removed', of: [lost, { type: 'removed' }], says: [] },
    // decisions
    {
      name: 'a job that is held from the start',
      of: [{ type: 'submitted', hold: true }],
      says: [`held ${JOB}: jobq release ${JOB}`],
    },
    {
      name: 'a held job, once its runner knows it',
      of: [{ type: 'submitted', hold: true }, held],
      says: [`held ${JOB}: jobq release ${JOB}`],
    },
    {
      name: 'a job that waits because a ledger was lost',
      of: [{ type: 'waiting', waiting_for: "release (the runner's ledger was lost)" }],
      says: [`held ${JOB}: jobq release ${JOB}`],
    },
    { name: 'a job that somebody released', of: [held, { type: 'released' }], says: [] },
    { name: 'a held job that is to be cancelled', of: [held, { type: 'cancel-requested' }], says: [] },
    {
      name: 'a held job that waits for something else now',
      of: [held, { type: 'waiting', waiting_for: 'slot' }],
      says: [],
    },
    { name: 'a held job that started', of: [held, { type: 'started', attempt: 1 }], says: [] },
    {
      name: 'a job that waits for another',
      of: [{ type: 'queued', waiting_for: 'dependency job-release' }],
      says: [],
    },
    // runners, messages, problems
    { name: 'a runner that is lost', of: [silent], says: ['runner-silent station: jobq status'] },
    {
      name: 'a runner that was lost and is heard',
      of: [silent, { ...runner, type: 'runner-heard' }],
      says: [],
    },
    { name: 'a runner behind a link that is down', of: [{ ...silent, how: 'unreachable' }], says: [] },
    {
      name: 'a runner of which nobody knows',
      of: [{ ...silent, how: 'stale' }],
      says: ['runner-silent station: jobq status'],
    },
    { name: 'a paused runner', of: [paused], says: ['runner-paused station: jobq status'] },
    {
      name: 'a runner that runs dry',
      of: [{ ...runner, type: 'runner-draining' }],
      says: ['runner-paused station: jobq status'],
    },
    {
      name: 'a runner that was paused and takes jobs again',
      of: [paused, { ...runner, type: 'runner-resumed' }],
      says: [],
    },
    {
      name: 'a lost ledger',
      of: [{ ...runner, type: 'ledger-lost', ledger_id: 'l' }],
      says: ['ledger-lost station: jobq list --open'],
    },
    {
      name: 'messages to one target that are given up',
      of: [
        { type: 'undelivered', message: 'm', target: 'team', reason: '404' },
        { type: 'target-failing', job_id: null, message: 'm', target: 'team', tries: 5, reason: '500' },
        { type: 'undelivered', message: 'n', target: 'team', reason: '404' },
      ],
      says: ['undelivered : jobq notify'],
    },
    {
      name: 'a message that is given up, sent again and arrived',
      of: [
        { type: 'undelivered', message: 'm', target: 'team', reason: '404' },
        { type: 'notified', message: 'm', target: 'team' },
      ],
      says: [],
    },
    {
      name: 'a target that fails',
      of: [
        { type: 'target-failing', job_id: null, message: 'm', target: 'team', tries: 5, reason: '500' },
        { type: 'notified', message: 'm', target: 'boss' },
        { type: 'notified', message: 'n', target: 'team' },
      ],
      says: ['target-failing : jobq notify'],
    },
    {
      name: 'a target that failed and takes messages again',
      of: [
        { type: 'target-failing', job_id: null, message: 'm', target: 'team', tries: 5, reason: '500' },
        { type: 'notified', message: 'm', target: 'team' },
      ],
      says: [],
    },
    {
      name: 'a message that is given up',
      of: [{ type: 'undelivered', message: 'm', target: 'team', reason: '404' }],
      says: [`undelivered ${JOB}: jobq notify`],
    },
    { name: 'a message that was sent', of: [{ type: 'notified', message: 'm', target: 'team' }], says: [] },
    { name: 'a problem of the queue, told twice', of: [problem, problem], says: ['problem : jobq doctor'] },
    {
      name: 'a problem of a job',
      of: [{ ...problem, job_id: JOB }],
      says: [`problem ${JOB}: jobq status ${JOB}`],
    },
    {
      name: 'a type that this version tells nothing of',
      of: [{ type: 'watcher-started', job_id: null }],
      says: [],
    },
  ])('$name', ({ of, says }) => {
    expect(lines(of)).toEqual(says);
  });

  test('come in the order in which they became so', () => {
    const of = [lost, { ...archived, job_id: OTHER }, held, recovered];
    expect(newsOf(events(of)).map(({ what, seq }) => [what, seq])).toEqual([
      ['completed', 101],
      ['held', 102],
      ['recovered', 103],
    ]);
  });

  test('say all there is to say of an end', () => {
    const of = {
      ...failed,
      runner: 'station',
      project: 'wfe',
      late: true,
      post: 'failed',
      best: 3.2,
      trial: 9,
      trials: 10,
    };
    expect(newsOf(events([of]))).toEqual([
      {
        seq: 100,
        at: AT,
        what: 'failed',
        job_id: JOB,
        runner: 'station',
        target: null,
        project: 'wfe',
        reason: null,
        outcome,
        late: true,
        post: 'failed',
        best: 3.2,
        trial: 9,
        trials: 10,
        archived_as: HOME,
        retried_as: null,
        retry_at: null,
        next: `jobq logs ${JOB}`,
      },
    ]);
  });

  test.each([
    { of: paused, reason: `it is paused until ${AT} (meshing): nothing starts there` },
    { of: { ...runner, type: 'runner-draining' }, reason: 'it is being drained: nothing starts there' },
    { of: silent, reason: `no sign of life since ${LOST_AT}` },
    {
      of: { ...silent, how: 'stale' },
      reason: `nothing heard since ${LOST_AT}, and nothing known of the link`,
    },
    { of: problem, reason: 'inbox/x: both (what to do: compare)' },
    { of: held, reason: 'it waits for release' },
    { of: lost, reason: 'no heartbeat' },
    { of: recovered, reason: `it was called lost at ${LOST_AT}` },
    {
      of: { type: 'undelivered', message: 'm', target: 'team', reason: '404' },
      reason: 'message m could not be sent to team: 404',
    },
  ])('why: $reason', ({ of, reason }) => {
    expect(newsOf(events([of]))[0]?.reason).toBe(reason);
  });
});
