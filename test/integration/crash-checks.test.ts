// The checks of the crash test, each seen to find what it is for: evidence of a good job passes, a planted breach does not.
import { expect, test } from 'vitest';
import { breachesOf } from './crash/checks.ts';
import type { Archived, JobEvidence } from './crash/evidence.ts';
import { sha256 } from './crash/evidence.ts';
import type { JournalLine } from './crash/journal.ts';
import type { JobPlan } from './crash/plan.ts';
import { scriptArgs } from './crash/plan.ts';

const PLAN: JobPlan = {
  name: 'j1',
  language: 'python',
  onInterrupt: 'resume',
  maxAttempts: 3,
  steps: 2,
  pauseS: 0.1,
  company: 'none',
  exit: 0,
  submitAfterMs: 0,
};
const digest = (attempt: number, number: number) => sha256(`job-1 ${attempt} ${number}\n`.repeat(400));

/** A run that was interrupted after one step, and resumed. */
function good(): JobEvidence & { archived: [Archived] } {
  const line = { job: 'job-1', pid: 1 };
  const step = (attempt: number, number: number): JournalLine => ({
    ...line,
    event: 'step',
    attempt,
    file: `step-${attempt}-${number}.txt`,
  });
  const mine = { 'step-2-1.txt': digest(2, 1), 'step-2-2.txt': digest(2, 2) };
  return {
    id: 'job-1',
    plan: PLAN,
    journal: [
      { ...line, event: 'start', attempt: 1, args: scriptArgs(PLAN, 'begin'), found: [] },
      step(1, 1),
      { ...line, event: 'start', attempt: 2, args: scriptArgs(PLAN, 'resume'), found: ['step-1-1.txt'] },
      step(2, 1),
      step(2, 2),
      { ...line, event: 'end', attempt: 2, exit: 0 },
    ],
    ledger: ['intent 1', 'started 1', 'again 1', 'intent 2', 'ended 2', 'deleting 2', 'deleted 2'].map(
      (entry) => ({
        event: entry.split(' ')[0] ?? '',
        job_id: 'job-1',
        attempt: Number(entry.split(' ')[1]),
      }),
    ),
    killed: [{ what: 'supervisor', pid: 2, job: 'job-1', attempt: 1 }],
    archived: [
      {
        record: {
          job_id: 'job-1',
          status: 'completed',
          state: 'completed',
          state_at: '2026-02-10T14:30:22Z',
          attempt: 2,
          attempts: [
            { attempt: 1, outcome: { kind: 'interrupted', message: 'interrupted' } },
            { attempt: 2, outcome: { kind: 'completed', exit_code: 0, message: 'completed' } },
          ],
          outcome: { kind: 'completed', exit_code: 0, message: 'completed' },
        },
        sumsProblems: [],
        files: {
          'job.json': 'x',
          '3_results/step-1-1.txt': digest(1, 1),
          '3_results/step-2-1.txt': digest(2, 1),
          '3_results/step-2-2.txt': digest(2, 2),
        },
        log: 'attempt 2 begins (resume)\njobq_trial: 1/2\njobq_trial: 2/2\nattempt 2 ends with 0\n',
        made: { attempt: 2, files: mine },
      },
    ],
  };
}

type Plant = (job: ReturnType<typeof good>) => void;

const failedBy =
  (exit_code: number | null): Plant =>
  ({ archived: [{ record }] }) => {
    record.state = 'failed';
    record.outcome = { kind: 'failed', exit_code, message: 'failed' };
    const last = record.attempts?.[1];
    if (last) last.outcome = record.outcome;
  };

/** The same job under `restart`: the attempt that was thrown away has left nothing. */
const restarted: Plant = (job) => {
  job.plan = { ...job.plan, onInterrupt: 'restart' };
  const start = job.journal[2];
  if (start?.event === 'start') Object.assign(start, { args: scriptArgs(job.plan, 'begin'), found: [] });
  delete job.archived[0].files['3_results/step-1-1.txt'];
};

const startOf = (job: JobEvidence, index: number) =>
  job.journal[index] as Extract<JournalLine, { event: 'start' }>;

test.each<[string, Plant]>([
  ['resumed', () => {}],
  ['restarted', restarted],
])('a job that was %s and completed passes', (_, plant) => {
  const job = good();
  plant(job);
  expect(breachesOf(job)).toEqual([]);
});

test.each<[string, Plant]>([
  ['is in the archive 0 times', (job) => void (job.archived as Archived[]).pop()],
  ['is in the archive 2 times', (job) => void (job.archived as Archived[]).push(job.archived[0])],
  ['3_results/x: FAILED', ({ archived }) => void archived[0].sumsProblems.push('3_results/x: FAILED')],
  ['attempts are numbered [2]', ({ archived }) => void archived[0].record.attempts?.shift()],
  ['attempt is 2, not 1', ({ archived }) => void archived[0].record.attempts?.pop()],
  ['attempt 1 has no outcome', ({ archived }) => void delete archived[0].record.attempts?.[0]?.outcome],
  [
    'a script ran twice: starts of attempts [1,2,2]',
    ({ journal }) => void journal.push({ ...journal[2] } as JournalLine),
  ],
  [
    'attempt 3 ran and is not in the record',
    (job) => void job.journal.push({ ...startOf(job, 2), attempt: 3 }),
  ],
  [
    '2 attempts, 1 were allowed (fail)',
    (job) => {
      job.plan = { ...job.plan, onInterrupt: 'fail' };
    },
  ],
  [
    '2 attempts, 1 were allowed (resume)',
    (job) => {
      job.plan = { ...job.plan, maxAttempts: 1 };
    },
  ],
  ['attempt 1 was interrupted though its supervisor was not killed', ({ killed }) => void killed.pop()],
  [
    'attempt 1 was followed by another, but was failed',
    ({ archived: [{ record }] }) => {
      const first = record.attempts?.[0]?.outcome;
      if (first) first.kind = 'failed';
    },
  ],
  ['completed, but its script told []', ({ journal }) => void journal.pop()],
  ['completed, but its script told [3]', (job) => void Object.assign(job.journal[5] ?? {}, { exit: 3 })],
  ['ended with exit code 3, but its script told [0]', failedBy(3)],
  ['failed without an exit code, unprovoked', failedBy(null)],
  [
    'attempt 2 was called with',
    (job) => {
      startOf(job, 2).args = scriptArgs(PLAN, 'begin');
    },
  ],
  [
    'attempt 2 resumed and did not find ["step-1-1.txt"]',
    (job) => {
      startOf(job, 2).found = [];
    },
  ],
  [
    'attempt 2 is no resumption and found ["step-1-1.txt"]',
    (job) => {
      restarted(job);
      startOf(job, 2).found = ['step-1-1.txt'];
    },
  ],
  [
    'an attempt before 2 lived on while it ran',
    ({ journal }) => {
      const early = journal[1];
      if (early) journal.push(early);
    },
  ],
  [
    'step-1-1.txt was told of and is not published whole',
    ({ archived }) => {
      archived[0].files['3_results/step-1-1.txt'] = 'cut';
    },
  ],
  [
    '3_results/step-1-1.txt is of an attempt that was thrown away',
    (job) => {
      restarted(job);
      job.archived[0].files['3_results/step-1-1.txt'] = digest(1, 1);
    },
  ],
  [
    'completed, but made.json is of attempt 1',
    ({ archived: [{ made }] }) => void Object.assign(made ?? {}, { attempt: 1 }),
  ],
  ['completed, but made.json is of attempt undefined', ({ archived }) => void delete archived[0].made],
  [
    'step-2-1.txt is not what its script wrote',
    ({ archived: [{ made }] }) => void Object.assign(made?.files ?? {}, { 'step-2-1.txt': 'x' }),
  ],
  [
    'completed, but the log does not tell of one end',
    ({ archived }) => {
      archived[0].log = archived[0].log.replace('ends', '');
    },
  ],
  [
    'completed, but the log does not tell of one beginning',
    ({ archived }) => {
      archived[0].log += archived[0].log;
    },
  ],
  [
    'completed, but the log tells of the steps',
    ({ archived }) => {
      archived[0].log += 'jobq_trial: 1/2\n';
    },
  ],
  ['the ledger tells', ({ ledger }) => void ledger.pop()],
  [
    'the ledger tells',
    ({ ledger }) => void ledger.splice(3, 0, { event: 'intent', job_id: 'job-1', attempt: 2 }),
  ],
])('"%s" is found', (breach, plant) => {
  const job = good();
  plant(job);
  expect(breachesOf(job).filter((found) => found.startsWith(`job-1: ${breach}`))).not.toEqual([]);
});
