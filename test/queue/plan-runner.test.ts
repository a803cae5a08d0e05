// Every decision of the runner as a described case: one job as it is seen, and the one thing that follows.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../src/job/order.ts';
import type { Outcome } from '../../src/job/outcome.ts';
import type { MachineSeen } from '../../src/queue/machine.ts';
import { COPYING, isUnderWay, planRunner } from '../../src/queue/plan-runner.ts';
import type { RecordSeen, RunnerAction, RunnerJob, RunnerPolicy } from '../../src/queue/runner-snapshot.ts';
import {
  arriving,
  asked,
  attempt,
  endedRecord,
  exit,
  illegible,
  JOB,
  ledger,
  machine,
  NOW,
  OTHER_SEAL,
  queuedRecord,
  RECORD_SEAL,
  runnerJob,
  runnerPolicy,
  runningRecord,
  sealed,
  unfit,
  unsealed,
} from '../helpers/snapshots.ts';

/** job.json is gone, the seal goes last. */
function leftOver(): RecordSeen {
  return { record: undefined, unreadable: false, sealSha256: undefined, leftOf: RECORD_SEAL };
}

const TIMEOUT_MS = 600_000;

/** What is to be done, without the id of the one job. */
type Bare<T> = T extends unknown ? Omit<T, 'job_id'> : never;

interface Case {
  name: string;
  job: Partial<RunnerJob>;
  policy?: Partial<RunnerPolicy>;
  ledgerLost?: boolean;
  around?: Partial<MachineSeen>;
  does?: Bare<RunnerAction>;
  waits?: string;
}

const start = { do: 'start', attempt: 1 } as const;
const stage = { do: 'stage', attempt: 1 } as const;
const launch = { do: 'launch', attempt: 1 } as const;
const askCancel = { do: 'ask-cancel', attempt: 1 } as const;
const end = (outcome: Outcome) => ({ do: 'end' as const, outcome });
const queue = (waiting_for: string) => ({ do: 'queue' as const, waiting_for });
const reject = (message: string) => end({ kind: 'rejected', error_class: 'inputs', message });
const interrupt = (message: string) => end({ kind: 'interrupted', error_class: 'interrupted', message });
const cancelled = (message: string) => end({ kind: 'cancelled', error_class: 'cancelled', message });

const ready: Partial<RunnerJob> = { order: sealed(), staged: true, work: true };
const running: Partial<RunnerJob> = { ledger: ledger('started'), attempt: attempt(), work: true };
const begun = (fields: Partial<RunnerJob>): Partial<RunnerJob> => ({ ...running, ...fields });
const withOrder = (fields: Partial<Order>, more: Partial<RunnerJob> = {}): Partial<RunnerJob> => ({
  ...ready,
  order: sealed(fields),
  ...more,
});

const CUT_SHORT = 'SHA256SUMS: does not end with a line feed';
const LEDGER_LOST = "release (the runner's ledger was lost)";

const startedBefore = (seen: RecordSeen): RecordSeen => ({
  ...seen,
  record: seen.record && { ...seen.record, attempt: 1 },
});

const otherSize = sealed({}, { arrived: { ...arriving().arrived, files: 1 } });

const orders: Case[] = [
  { name: 'a whole order is copied first', job: { order: sealed() }, does: stage },
  { name: 'an order that is copied is started', job: ready, does: start },
  { name: 'a directory that is gone asks for nothing', job: {} },
  { name: 'an order whose seal has not arrived is left alone', job: { order: unsealed(), quietMs: 1e9 } },
  {
    name: 'an order without a seal is left alone though it is to be cancelled',
    job: { order: unsealed(), requests: asked.cancel },
  },
  { name: 'an order for another runner is left alone', job: withOrder({ run_on: 'other' }) },
  {
    name: 'an order for another runner is left alone though it is assigned here',
    job: withOrder({ run_on: 'other' }, { requests: asked.assign('station') }),
  },
  {
    name: 'an order for another runner is left alone though it is to be cancelled',
    job: withOrder({ run_on: 'other' }, { requests: asked.cancel }),
  },
  { name: 'an order for any runner waits for its assignment', job: withOrder({ run_on: 'auto' }) },
  {
    name: 'an order for any runner that is assigned to another is left alone',
    job: withOrder({ run_on: 'auto' }, { requests: asked.assign('other') }),
  },
  {
    name: 'an order for any runner that is assigned here is started',
    job: withOrder({ run_on: 'auto' }, { requests: asked.assign('station') }),
    does: start,
  },
  {
    name: 'an order that names no runner is started once it is assigned here',
    job: { ...ready, order: sealed({}, { fields: { job_id: JOB } }), requests: asked.assign('station') },
    does: start,
  },
  {
    name: 'an order whose run_on is no word counts as one for any runner',
    job: { ...ready, order: illegible({ run_on: 5 }), requests: asked.assign('station') },
    does: reject('job.json, args: should be array, but is string'),
  },
  {
    name: 'an order whose run_on cannot be the id of a runner is left alone until it is assigned',
    job: { ...ready, order: illegible({ run_on: 'my station' }) },
  },
  { name: 'a job on which something is under way is left alone', job: { ...ready, busy: true } },
];

const OTHER_SIZE =
  'inputs 412/980 MB (every file is here, but not all as they were sealed: if none is on its way, one was changed on the runner side)';

const arrivals: Case[] = [
  {
    name: 'an order of which files are missing waits for its inputs',
    job: { order: arriving() },
    does: queue('inputs 412/980 MB'),
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'small inputs are counted in tenths of a megabyte',
    job: {
      order: sealed(
        {},
        { arrived: { files: 1, bytes: 0, expected: { files: 2, bytes: 1_200_000 }, complete: false } },
      ),
    },
    does: queue('inputs 0.0/1.2 MB'),
    waits: 'inputs 0.0/1.2 MB',
  },
  {
    name: 'inputs from ten megabytes on are counted in whole ones',
    job: {
      order: sealed(
        {},
        {
          arrived: { files: 1, bytes: 9_960_000, expected: { files: 2, bytes: 10_000_000 }, complete: false },
        },
      ),
    },
    does: queue('inputs 10.0/10 MB'),
    waits: 'inputs 10.0/10 MB',
  },
  {
    name: 'inputs whose size job.json does not tell are counted in files',
    job: { order: sealed({}, { arrived: { files: 3, bytes: 5, expected: undefined, complete: false } }) },
    does: queue('inputs (3 files so far)'),
    waits: 'inputs (3 files so far)',
  },
  {
    name: 'the record is left as it is while only the count of the inputs moves',
    job: { order: arriving(), record: queuedRecord('inputs 3/980 MB') },
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'the record is written again when the kind of wait changes',
    job: { order: arriving(), record: queuedRecord('slot') },
    does: queue('inputs 412/980 MB'),
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'the record is written again when its job.json never got there',
    job: { order: arriving(), record: { record: undefined, unreadable: false, sealSha256: undefined } },
    does: queue('inputs 412/980 MB'),
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'nothing is started while the record cannot be read',
    job: { order: sealed(), record: { record: undefined, unreadable: true, sealSha256: undefined } },
  },
  {
    name: 'a copy that did not fit the seal waits for its inputs as if they were not there',
    job: { order: sealed(), mismatch: 'run.py: has another digest' },
    does: queue('inputs 980/980 MB (run.py: has another digest)'),
    waits: 'inputs 980/980 MB (run.py: has another digest)',
  },
  {
    name: 'an order whose fixed path is taken waits for it, however long',
    job: { order: sealed(), blocked: '/m1/run holds a thesis', quietMs: 1e9 },
    does: queue('work path (/m1/run holds a thesis)'),
    waits: 'work path (/m1/run holds a thesis)',
  },
  {
    name: 'nothing is refused for missing files just before the time for the inputs is up',
    job: { order: arriving(), quietMs: TIMEOUT_MS - 1 },
    does: queue('inputs 412/980 MB'),
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'an order whose files stay away is rejected once the time for the inputs is up',
    job: { order: arriving(), quietMs: TIMEOUT_MS },
    does: reject(
      'SHA256SUMS: not every file it names arrived (inputs 412/980 MB); nothing changed for 600 s',
    ),
  },
  {
    name: 'an order whose files stay wrong is rejected with the digest that does not fit',
    job: { order: sealed(), mismatch: 'run.py: has another digest', quietMs: TIMEOUT_MS },
    does: reject('run.py: has another digest; nothing changed for 600 s'),
  },
  {
    name: 'an order whose seal is cut short is left alone',
    job: { order: unfit(), quietMs: TIMEOUT_MS - 1 },
  },
  {
    name: 'an order whose seal stays cut short is rejected once the time for the inputs is up',
    job: { order: unfit(), quietMs: TIMEOUT_MS },
    does: reject(`${CUT_SHORT}; nothing changed for 600 s`),
  },
  {
    name: 'an order whose seal stays cut short is for its own runner to reject',
    job: { order: unfit({ run_on: 'other' }), quietMs: TIMEOUT_MS },
  },
  {
    name: 'files of which all are there but not of the size that was told are waited for',
    job: { order: otherSize },
    does: queue(OTHER_SIZE),
    waits: OTHER_SIZE,
  },
  {
    name: 'files that stay of another size are copied once the time for the inputs is up, to see what does not fit',
    job: { order: otherSize, quietMs: TIMEOUT_MS },
    does: stage,
  },
  {
    name: 'files of another size are rejected with their digests, where those do not fit',
    job: { order: otherSize, mismatch: 'run.py: has another digest', quietMs: TIMEOUT_MS },
    does: reject('run.py: has another digest; nothing changed for 600 s'),
  },
  {
    name: 'an order that is copied is started though files of the original are gone for a moment',
    job: { ...ready, order: otherSize },
    does: start,
  },
];

const rejections: Case[] = [
  {
    name: 'an order that will be rejected is copied first, so that every digest has been seen',
    job: { order: illegible({}) },
    does: stage,
  },
  {
    name: 'an order that will be rejected waits for its inputs all the same',
    job: { order: illegible({}, { arrived: arriving().arrived }) },
    does: queue('inputs 412/980 MB'),
    waits: 'inputs 412/980 MB',
  },
  {
    name: 'an order that cannot be read is rejected with every field that is wrong',
    job: {
      ...ready,
      order: illegible(
        {},
        {
          problems: [
            { field: 'args[1]', reason: 'should be string, but is number' },
            { field: 'schema_version', reason: 'is 2' },
          ],
        },
      ),
    },
    does: reject('job.json, args[1]: should be string, but is number; job.json, schema_version: is 2'),
  },
  {
    name: 'an order whose script is not among its files is rejected',
    job: withOrder({ script: 'Run.py' }),
    does: reject('job.json, script: "Run.py" is not among the files of the order'),
  },
  {
    name: 'an order for an interpreter that the runner does not have is rejected, with those it has',
    job: withOrder({ interpreter: 'abaqus' }),
    does: reject('job.json, interpreter: "abaqus" is not one this runner has (python, nx)'),
  },
  {
    name: 'an order for an interpreter named like a property of every object is rejected',
    job: withOrder({ interpreter: 'toString' }),
    does: reject('job.json, interpreter: "toString" is not one this runner has (python, nx)'),
  },
  {
    name: 'an order without an interpreter is rejected where the default is not defined',
    job: ready,
    policy: { interpreters: {} },
    does: reject('job.json, interpreter: "python" is not one this runner has (none)'),
  },
  {
    name: 'an order for an interpreter that the runner has is started',
    job: withOrder({ interpreter: 'nx' }),
    does: start,
  },
  {
    name: 'an order that sets a variable it may not set is rejected',
    job: withOrder({ env: { OMP_NUM_THREADS: '4', PATH: 'x' } }),
    does: reject('job.json, env.PATH: this runner does not let orders set it (runner.env_allowed)'),
  },
  {
    name: 'an order that sets only what it may set is started',
    job: withOrder({ env: { OMP_NUM_THREADS: '4' } }),
    does: start,
  },
  {
    name: 'an order that will be rejected is not held back by its hold',
    job: withOrder({ hold: true, script: 'Run.py' }),
    does: reject('job.json, script: "Run.py" is not among the files of the order'),
  },
];

const releases: Case[] = [
  {
    name: 'an order on hold waits for its release',
    job: withOrder({ hold: true }),
    does: queue('release'),
    waits: 'release',
  },
  {
    name: 'an order on hold is started once it is released',
    job: withOrder({ hold: true }, { requests: asked.release }),
    does: start,
  },
  {
    name: 'an order that depends on others waits for them by name',
    job: withOrder({ depends_on: ['job-a', 'job-b'] }),
    does: queue('dependency job-a, job-b'),
    waits: 'dependency job-a, job-b',
  },
  {
    name: 'an order that depends on others is started once it is released',
    job: withOrder({ depends_on: ['job-a'] }, { requests: asked.release }),
    does: start,
  },
  {
    name: 'an order that waits is not copied before it may start',
    job: { order: sealed({ hold: true }), record: queuedRecord('release') },
    waits: 'release',
  },
  {
    name: 'every order waits for a release when the ledger was lost',
    job: ready,
    ledgerLost: true,
    does: queue(LEDGER_LOST),
    waits: LEDGER_LOST,
  },
  {
    name: 'a released order is started though the ledger was lost',
    job: { ...ready, requests: asked.release },
    ledgerLost: true,
    does: start,
  },
  {
    name: 'an order that waits for a slot says so',
    job: { ...ready, record: queuedRecord('release') },
    policy: { slots: 0 },
    does: queue('slot'),
    waits: 'slot',
  },
];

const cancels: Case[] = [
  {
    name: 'a job that waits here ends when it is cancelled, though its order was taken away: it was given up',
    job: { record: queuedRecord('slot'), requests: asked.cancelFor('scrapped') },
    does: cancelled('cancelled before it started: scrapped'),
  },
  {
    name: 'a job that waits here is left alone while its order is away and nobody cancels it',
    job: { record: queuedRecord('slot') },
  },
  {
    name: 'a job that waits here is left alone when its order is away and it is archived',
    job: { record: queuedRecord('slot'), requests: { ...asked.cancel, ...asked.archived() } },
  },
  {
    name: 'a cancel whose order is not here is no record yet',
    job: { requests: asked.cancel },
  },
  {
    name: 'an order that is cancelled before it started ends',
    job: { ...ready, requests: asked.cancel },
    does: cancelled('cancelled before it started'),
  },
  {
    name: 'an order that is cancelled ends with the reason that was given',
    job: { ...ready, requests: asked.cancelFor('wrong mesh') },
    does: cancelled('cancelled before it started: wrong mesh'),
  },
  {
    name: 'cancel beats release',
    job: withOrder({ hold: true }, { requests: { ...asked.release, ...asked.cancel } }),
    does: cancelled('cancelled before it started'),
  },
  {
    name: 'cancel beats the assignment that came with it',
    job: withOrder({ run_on: 'auto' }, { requests: { ...asked.assign('station'), ...asked.cancel } }),
    does: cancelled('cancelled before it started'),
  },
  {
    name: 'cancel ends an order whose files are still arriving',
    job: { order: arriving(), requests: asked.cancel },
    does: cancelled('cancelled before it started'),
  },
  {
    name: 'cancel ends an order whose seal is cut short',
    job: { order: unfit(), requests: asked.cancel },
    does: cancelled('cancelled before it started'),
  },
  {
    name: 'a script that runs is told that it is to end',
    job: begun({ requests: asked.cancel }),
    does: askCancel,
  },
  {
    name: 'a supervisor that has not begun is told as well',
    job: {
      ledger: ledger('intent'),
      attempt: attempt({ held: false, begun: false }),
      requests: asked.cancel,
      work: true,
    },
    does: askCancel,
  },
  {
    name: 'a script is told once',
    job: begun({ requests: asked.cancel, attempt: attempt({ asked: 'cancel' }) }),
  },
  {
    name: 'a script that has ended is not told any more',
    job: begun({ requests: asked.cancel, attempt: attempt({ held: false, exit: exit() }) }),
    does: end({ kind: 'completed', exit_code: 0, signal: null, message: 'completed' }),
  },
];

const attempts: Case[] = [
  { name: 'a script that runs is left to run', job: running },
  {
    name: 'a start that was only intended is launched',
    job: { ledger: ledger('intent'), work: true },
    does: launch,
  },
  {
    name: 'a later attempt is launched under its own number',
    job: { ledger: ledger('intent', { attempt: 3 }), work: true },
    does: { do: 'launch', attempt: 3 },
  },
  {
    name: 'a run whose work directory is gone is interrupted',
    job: { ledger: ledger('started') },
    does: interrupt('the work directory of the run is gone'),
  },
  {
    name: 'an intended start whose work directory is gone is interrupted',
    job: { ledger: ledger('intent') },
    does: interrupt('the work directory of the run is gone'),
  },
  {
    name: 'a supervisor that was launched just now is given time',
    job: {
      ledger: ledger('intent'),
      attempt: attempt({ held: false, begun: false, launchedAgoMs: 14_999 }),
      work: true,
    },
  },
  {
    name: 'a supervisor that shows nothing is launched again',
    job: {
      ledger: ledger('intent'),
      attempt: attempt({ held: false, begun: false, launchedAgoMs: 15_000 }),
      work: true,
    },
    does: launch,
  },
  {
    name: 'a supervisor that an earlier daemon launched and that shows nothing is launched again',
    job: { ledger: ledger('intent'), attempt: attempt({ held: false, begun: false }), work: true },
    does: launch,
  },
  {
    name: 'a supervisor that holds the attempt but has not begun is given time',
    job: { ledger: ledger('intent'), attempt: attempt({ begun: false, launchedAgoMs: 60_000 }), work: true },
  },
  {
    name: 'a supervisor that has begun is noted in the ledger',
    job: begun({ ledger: ledger('intent') }),
    does: { do: 'note-started', attempt: 1 },
  },
  {
    name: 'after a supervisor that is dead and wrote no end another one clears up',
    job: begun({ attempt: attempt({ held: false }) }),
    does: launch,
  },
  {
    name: 'the same when its start was never noted',
    job: begun({ ledger: ledger('intent'), attempt: attempt({ held: false }) }),
    does: launch,
  },
  {
    name: 'the same when it died while it was told to end',
    job: begun({ attempt: attempt({ held: false, asked: 'cancel' }), requests: asked.cancel }),
    does: launch,
  },
  {
    name: 'an end counts only once the supervisor has let go',
    job: begun({ attempt: attempt({ exit: exit() }) }),
  },
  {
    name: 'an attempt that ended well is completed',
    job: begun({ attempt: attempt({ held: false, exit: exit(), logTail: ['done'] }) }),
    does: end({ kind: 'completed', exit_code: 0, signal: null, message: 'completed', log_tail: ['done'] }),
  },
  {
    name: 'an attempt that leaves out an expected output has failed',
    job: begun({ attempt: attempt({ held: false, exit: exit(), missing: ['study.db'] }) }),
    does: end({
      kind: 'failed',
      error_class: 'script',
      exit_code: 0,
      signal: null,
      message: 'exit code 0, but expected outputs are missing: study.db',
    }),
  },
  {
    name: 'an attempt that ended before its start was noted has ended',
    job: begun({ ledger: ledger('intent'), attempt: attempt({ held: false, exit: exit({ exit_code: 2 }) }) }),
    does: end({
      kind: 'failed',
      error_class: 'script',
      exit_code: 2,
      signal: null,
      message: 'the script ended with exit code 2',
    }),
  },
  {
    name: 'an order that was started is not started again because its directory came back',
    job: { ...ready, ...running },
  },
];

const records: Case[] = [
  {
    name: 'a job that ended is published',
    job: { ledger: ledger('ended'), work: true },
    does: { do: 'publish' },
  },
  {
    name: 'a job that ended goes on being published until its record is sealed',
    job: { ledger: ledger('ended'), record: { ...endedRecord(), sealSha256: undefined }, work: true },
    does: { do: 'publish' },
  },
  { name: 'a sealed record is final', job: { ledger: ledger('ended'), record: endedRecord(), work: true } },
  {
    name: 'a sealed record is final without a ledger as well: its order is not started again',
    job: { ...ready, record: endedRecord() },
  },
  {
    name: 'a sealed record is deleted once it is archived',
    job: { ledger: ledger('ended'), record: endedRecord(), requests: asked.archived() },
    does: { do: 'delete-record' },
  },
  {
    name: 'a sealed record stays when something else was archived',
    job: { ledger: ledger('ended'), record: endedRecord(RECORD_SEAL), requests: asked.archived(OTHER_SEAL) },
  },
  {
    name: 'a deletion that was cut off is finished',
    job: { ledger: ledger('deleting'), record: runningRecord() },
    does: { do: 'delete-record' },
  },
  {
    name: 'a deletion of which only the last note is missing is finished',
    job: { ledger: ledger('deleting') },
    does: { do: 'delete-record' },
  },
  {
    name: 'a deletion that was cut off is finished without a ledger as well, where the job ran',
    job: { record: leftOver(), requests: asked.archived(), work: true },
    does: { do: 'delete-record' },
  },
  {
    name: 'what is left of a record stays where the job did not run',
    job: { record: leftOver(), requests: asked.archived() },
  },
  {
    name: 'what is left of a record stays when something else was archived',
    job: { record: leftOver(), requests: asked.archived(OTHER_SEAL), work: true },
  },
  {
    name: 'a record that appears again after it was deleted is deleted again',
    job: { ledger: ledger('deleted'), record: runningRecord() },
    does: { do: 'delete-record' },
  },
  {
    name: 'an order that appears again after its record was deleted is not started again',
    job: { ...ready, ledger: ledger('deleted') },
  },
  {
    name: 'an order that was archived is not started again though the ledger does not know it: it is to know',
    job: { ...ready, requests: { ...asked.archived(), ...asked.release } },
    ledgerLost: true,
    does: { do: 'delete-record' },
  },
  {
    name: 'an order that was archived is not cancelled either',
    job: { ...ready, requests: { ...asked.archived(), ...asked.cancel } },
    does: { do: 'delete-record' },
  },
  {
    name: 'what a ledger that is lost left waiting here of an order that was archived goes',
    job: { ...ready, record: queuedRecord('slot'), requests: asked.archived() },
    does: { do: 'delete-record' },
  },
  {
    name: 'what another runner wrote of an order that was archived is left alone',
    job: { ...ready, record: queuedRecord('slot', 'other'), requests: asked.archived() },
  },
  {
    name: 'the order of another runner that was archived is left alone',
    job: withOrder({ run_on: 'other' }, { requests: asked.archived() }),
  },
  {
    name: 'a queued record of a run that the ledger does not know is not run again',
    job: { ...ready, record: startedBefore(queuedRecord('licence')) },
    does: interrupt('the runner has no ledger entry of this run'),
  },
  {
    name: 'a record that says running, without a line in the ledger, was interrupted',
    job: { ...ready, record: runningRecord() },
    does: interrupt('the runner has no ledger entry of this run'),
  },
  {
    name: 'it was interrupted though the ledger was lost as a whole',
    job: { ...ready, record: runningRecord() },
    ledgerLost: true,
    does: interrupt('the runner has no ledger entry of this run'),
  },
  {
    name: 'a record that says how it ended, unsealed and without a line in the ledger, is not run again',
    job: { ...ready, record: { ...endedRecord(), sealSha256: undefined } },
    does: interrupt('the runner has no ledger entry of this run'),
  },
  {
    name: 'a run that was noted as started and shows no supervisor is cleared up by one that begins nothing',
    job: { ledger: ledger('started'), attempt: attempt({ begun: false, held: false }), work: true },
    does: launch,
  },
  {
    name: 'a sealed record of another runner is not ours to delete',
    job: { record: { ...runningRecord('other'), sealSha256: RECORD_SEAL }, requests: asked.archived() },
  },
  { name: 'a record that another runner keeps is left alone', job: { record: runningRecord('other') } },
];

function planOne({ job, policy, around, ledgerLost = false }: Case) {
  const snapshot = { jobs: [runnerJob(job)], ledgerLost, problems: [], machine: machine(around) };
  return planRunner(snapshot, NOW, runnerPolicy(policy));
}

describe.each([
  { about: 'which orders it takes', cases: orders },
  { about: 'inputs that arrive', cases: arrivals },
  { about: 'orders it cannot run', cases: rejections },
  { about: 'orders that wait', cases: releases },
  { about: 'cancelling', cases: cancels },
  { about: 'an attempt', cases: attempts },
  { about: 'records and what is left of jobs', cases: records },
])('$about', ({ cases }) => {
  test.each(cases)('$name', (given) => {
    const { does, waits } = given;
    const { actions, waiting } = planOne(given);
    expect({ actions, waiting }).toEqual({
      actions: does ? [{ ...does, job_id: JOB }] : [],
      waiting: waits === undefined ? [] : [{ job_id: JOB, for: waits }],
    });
  });
});

describe('several jobs', () => {
  const one = (job_id: string, fields: Partial<RunnerJob> = {}, wishes: Partial<Order> = {}): RunnerJob =>
    runnerJob({ ...ready, order: sealed({ job_id, ...wishes }), ...fields, job_id });
  const plan = (jobs: RunnerJob[], slots: number) => {
    const { actions, waiting } = planRunner(
      { jobs, ledgerLost: false, problems: [], machine: machine() },
      NOW,
      runnerPolicy({ slots }),
    );
    return { does: actions.map((action) => `${action.do} ${action.job_id}`), waiting };
  };
  const slot = (job_id: string) => ({ job_id, for: 'slot' });

  test.each<{ name: string; jobs: RunnerJob[]; slots: number; does: string[]; waiting: object[] }>([
    {
      name: 'as many start as there are slots',
      jobs: [one('a'), one('b'), one('c')],
      slots: 2,
      does: ['start a', 'start b', 'queue c'],
      waiting: [slot('c')],
    },
    {
      name: 'the most urgent go first',
      jobs: [
        one('a', {}, { priority: 'low' }),
        one('b', {}, { priority: 'critical' }),
        one('c', {}, { priority: 'medium' }),
        one('d', {}, { priority: 'high' }),
      ],
      slots: 4,
      does: ['start b', 'start d', 'start c', 'start a'],
      waiting: [],
    },
    {
      name: 'among equals the oldest goes first',
      jobs: [
        one('a', {}, { created_at: '2026-02-10T12:00:00Z' }),
        one('b', {}, { created_at: '2026-02-10T12:30:00+01:00' }),
      ],
      slots: 2,
      does: ['start b', 'start a'],
      waiting: [],
    },
    {
      name: 'an order that does not say when it was made goes after those that do',
      jobs: [one('a', { order: sealed({}, { order: withoutTime('a') }) }), one('b')],
      slots: 2,
      does: ['start b', 'start a'],
      waiting: [],
    },
    {
      name: 'among orders of one moment the id decides',
      jobs: [one('b'), one('c'), one('a')],
      slots: 3,
      does: ['start a', 'start b', 'start c'],
      waiting: [],
    },
    {
      name: 'urgency beats age',
      jobs: [
        one('a', {}, { created_at: '2020-01-01T00:00:00Z' }),
        one('b', {}, { priority: 'high', created_at: '2026-01-01T00:00:00Z' }),
      ],
      slots: 1,
      does: ['start b', 'queue a'],
      waiting: [slot('a')],
    },
    {
      name: 'a script that runs keeps its slot',
      jobs: [one('a', running), one('b')],
      slots: 1,
      does: ['queue b'],
      waiting: [slot('b')],
    },
    {
      name: 'a start that is only intended keeps its slot',
      jobs: [one('a', { ledger: ledger('intent'), attempt: attempt({ begun: false }) }), one('b')],
      slots: 1,
      does: ['queue b'],
      waiting: [slot('b')],
    },
    {
      name: 'a copy that is being made keeps its slot',
      jobs: [one('a', { acting: true, busy: true, staged: false }), one('b')],
      slots: 1,
      does: ['queue b'],
      waiting: [{ job_id: 'a', for: COPYING }, slot('b')],
    },
    {
      name: 'a copy that failed lately has given its slot back',
      jobs: [one('a', { busy: true, staged: false }), one('b')],
      slots: 1,
      does: ['start b'],
      waiting: [],
    },
    {
      name: 'a job that is being published has given its slot back',
      jobs: [one('a', { ledger: ledger('ended'), acting: true, busy: true }), one('b')],
      slots: 1,
      does: ['start b'],
      waiting: [],
    },
    {
      name: 'an order that waits for something else takes no slot',
      jobs: [one('a', { record: queuedRecord('release') }, { hold: true, priority: 'critical' }), one('b')],
      slots: 1,
      does: ['start b'],
      waiting: [{ job_id: 'a', for: 'release' }],
    },
    {
      name: 'only what has a slot is copied',
      jobs: [one('a', { staged: false }), one('b', { staged: false, record: queuedRecord('slot') })],
      slots: 1,
      does: ['stage a'],
      waiting: [slot('b')],
    },
    {
      name: 'a broken job does not keep the others from being seen to',
      jobs: [one('a', { order: unfit(), quietMs: 1e9 }), one('b', { ledger: ledger('ended') }), one('c')],
      slots: 1,
      does: ['end a', 'publish b', 'start c'],
      waiting: [],
    },
  ])('$name', ({ jobs, slots, does, waiting }) => {
    expect(plan(jobs, slots)).toEqual({ does, waiting });
  });
});

function withoutTime(job_id: string): Order {
  const { created_at: _, ...rest } = sealed({ job_id }).order ?? {};
  return rest as Order;
}

test.each([
  { phase: undefined, underWay: false },
  { phase: 'intent', underWay: true },
  { phase: 'started', underWay: true },
  { phase: 'again', underWay: false },
  { phase: 'ended', underWay: false },
  { phase: 'deleting', underWay: false },
  { phase: 'deleted', underWay: false },
] as const)('an attempt in the phase $phase is under way: $underWay', ({ phase, underWay }) => {
  expect(isUnderWay(phase && ledger(phase))).toBe(underWay);
});

test.each<{ name: string; job: Partial<RunnerJob>; vouched: boolean }>([
  { name: 'that has only been ordered', job: ready, vouched: false },
  { name: 'whose start is intended', job: { ledger: ledger('intent') }, vouched: true },
  { name: 'that runs', job: running, vouched: true },
  {
    name: 'that runs while something is done about it',
    job: { ...running, acting: true, busy: true },
    vouched: true,
  },
  { name: 'that ended and has no record', job: { ledger: ledger('ended') }, vouched: true },
  {
    name: 'that ended and is being published',
    job: { ledger: ledger('ended'), record: runningRecord(), acting: true, busy: true },
    vouched: true,
  },
  { name: 'whose record is sealed', job: { ledger: ledger('ended'), record: endedRecord() }, vouched: false },
  { name: 'whose record is being deleted', job: { ledger: ledger('deleting') }, vouched: false },
  { name: 'whose record is deleted', job: { ledger: ledger('deleted') }, vouched: false },
])('presence vouches for a job $name: $vouched', ({ job, vouched }) => {
  expect(planOne({ name: '', job }).running).toEqual(vouched ? [JOB] : []);
});

test('what the plan is made from is left as it was', () => {
  const jobs = [runnerJob(ready), runnerJob(running)];
  const snapshot = { jobs, ledgerLost: false, problems: [], machine: machine() };
  const before = structuredClone(snapshot);
  planRunner(snapshot, NOW, runnerPolicy());
  expect(snapshot).toEqual(before);
});

test('a job for which nothing can be planned is left alone, and the others are not', () => {
  const BAD = 'job-20260210-143000-bad';
  const said: unknown[] = [];
  const bad = {
    ...runnerJob({ job_id: BAD, ledger: ledger('started') }),
    get attempt(): never {
      throw new Error('nobody thought of this');
    },
  };
  const good = runnerJob({ order: sealed(), staged: true });
  const snapshot = { jobs: [bad, good], ledgerLost: false, problems: [], machine: machine() };
  const plan = planRunner(snapshot, NOW, runnerPolicy({ slots: 2 }), (id, error) =>
    said.push([id, (error as Error).message]),
  );
  expect(said).toEqual([[BAD, 'nobody thought of this']]);
  expect(plan.actions).toEqual([{ do: 'start', job_id: JOB, attempt: 1 }]);
  expect(plan.running).toEqual([BAD]);
  expect(() => planRunner(snapshot, NOW, runnerPolicy())).toThrow('nobody thought of this');
});
