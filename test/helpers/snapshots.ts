// Snapshots for the two plans, each a quiet starting point of which a test says only what differs.
import type { Order } from '../../src/job/order.ts';
import type { Exit, Outcome } from '../../src/job/outcome.ts';
import type { RecordState } from '../../src/job/record.ts';
import { makeRecord } from '../../src/job/record.ts';
import type { Requests } from '../../src/job/request.ts';
import type { MachineSeen } from '../../src/queue/machine.ts';
import type { SealedOrder, UnfitOrder, UnsealedOrder } from '../../src/queue/order-facts.ts';
import type { RetryPolicy } from '../../src/queue/retry.ts';
import type {
  AttemptSeen,
  LedgerJob,
  LedgerPhase,
  RecordSeen,
  RunnerJob,
  RunnerPolicy,
} from '../../src/queue/runner-snapshot.ts';
import type { RecordArrival, WatcherJob, WatcherPolicy } from '../../src/queue/watcher-snapshot.ts';

export const JOB = 'job-20260210-143022-wfe';
const RUNNER = 'station';
export const NOW = Date.parse('2026-02-10T16:00:00Z');
const ORDER_SEAL = 'a'.repeat(64);
export const RECORD_SEAL = 'b'.repeat(64);
export const OTHER_SEAL = 'c'.repeat(64);
export const ARCHIVED_AS = `${JOB}_20260211-020311`;

const requested_at = '2026-02-10T14:35:00Z';
const signature = 's1';

export const asked = {
  release: { release: { requested_at } },
  cancel: { cancel: { requested_at } },
  cancelFor: (reason: string) => ({ cancel: { requested_at, reason } }),
  assign: (runner: string) => ({ assign: { requested_at, runner } }),
  archived: (seal_sha256 = RECORD_SEAL, archived_as = ARCHIVED_AS) => ({
    archived: { requested_at, seal_sha256, archived_as },
  }),
} satisfies Record<string, Requests | ((...words: string[]) => Requests)>;

export function order(fields: Partial<Order> = {}): Order {
  return {
    job_id: JOB,
    script: 'run.py',
    created_at: '2026-02-10T14:30:22Z',
    run_on: RUNNER,
    args: [],
    priority: 'medium',
    depends_on: [],
    hold: false,
    expect: [],
    ...fields,
  };
}

/** A valid seal, the job.json that it names, and every file. */
export function sealed(fields: Partial<Order> = {}, facts: Partial<SealedOrder> = {}): SealedOrder {
  const value = order(fields);
  return {
    seal: 'valid',
    fields: value,
    order: value,
    problems: [],
    entries: ['job.json', 'run.py'].map((path) => ({ path, sha256: ORDER_SEAL })),
    arrived: { files: 1, bytes: 980_000_000, expected: { files: 1, bytes: 980_000_000 }, complete: true },
    sha256: ORDER_SEAL,
    signature,
    unsealed: [],
    ...facts,
  };
}

/** A valid seal of which 412 of 980 MB are there. */
export function arriving(fields: Partial<Order> = {}): SealedOrder {
  const arrived = {
    files: 0,
    bytes: 412_000_000,
    expected: { files: 1, bytes: 980_000_000 },
    complete: false,
  };
  return sealed(fields, { arrived });
}

/** A valid seal over a job.json that does not fit the schema. */
export function illegible(fields: object, facts: Partial<SealedOrder> = {}): SealedOrder {
  return sealed(
    {},
    {
      fields: { job_id: JOB, run_on: RUNNER, ...fields },
      order: undefined,
      problems: [{ field: 'args', reason: 'should be array, but is string' }],
      ...facts,
    },
  );
}

export function unfit(fields: object = { run_on: RUNNER }): UnfitOrder {
  return {
    seal: 'unfit',
    fields: { ...fields },
    reason: 'SHA256SUMS: does not end with a line feed',
    signature,
  };
}

export function unsealed(fields: object = { run_on: RUNNER }): UnsealedOrder {
  return { seal: 'missing', fields: { ...fields }, signature };
}

/** The record of a job in this state, without a seal. */
function record(state: RecordState, runner = RUNNER): RecordSeen {
  const identity = { id: runner, host: 'STATION', pid: 9, boot_id: 'b', version: '0.1.0' };
  const facts = { job_id: JOB, runner: identity, queued_at: requested_at, attempts: [], warnings: [] };
  return {
    record: makeRecord(order(), facts, state, { at: requested_at, seq: 1, interval_s: 30 }),
    unreadable: false,
    sealSha256: undefined,
  };
}

export function queuedRecord(waiting_for: string, runner?: string): RecordSeen {
  return record({ state: 'queued', waiting_for }, runner);
}

export function runningRecord(runner?: string): RecordSeen {
  return record({ state: 'running', started_at: requested_at, progress: {} }, runner);
}

export function endedRecord(
  sealSha256: string | undefined = RECORD_SEAL,
  outcome: Outcome = { kind: 'completed', message: 'completed' },
): RecordSeen {
  const seen = record({ state: 'ended', outcome, finished_at: requested_at, progress: {} });
  return { ...seen, sealSha256 };
}

export function ledger(phase: LedgerPhase, fields: Partial<LedgerJob> = {}): LedgerJob {
  return { phase, attempt: 1, at: NOW, queued_at: requested_at, attempts: [], ...fields };
}

/** An attempt whose supervisor lives and has begun. */
export function attempt(fields: Partial<AttemptSeen> = {}): AttemptSeen {
  return {
    held: true,
    begun: true,
    exit: undefined,
    missing: [],
    logTail: [],
    asked: undefined,
    launchedAgoMs: undefined,
    ...fields,
  };
}

export function exit(fields: Partial<Exit> = {}): Exit {
  const times = { started_at: requested_at, finished_at: requested_at };
  return { exit_code: 0, signal: null, ended_by: 'itself', ...times, ...fields };
}

/** A job of which the runner knows nothing yet. */
export function runnerJob(fields: Partial<RunnerJob> = {}): RunnerJob {
  return {
    job_id: JOB,
    order: undefined,
    requests: {},
    record: undefined,
    ledger: undefined,
    attempt: undefined,
    staged: false,
    mismatch: undefined,
    blocked: undefined,
    quietMs: 0,
    waitedMs: 0,
    accepted: undefined,
    workMb: undefined,
    acting: false,
    busy: false,
    work: false,
    ...fields,
  };
}

export function runnerPolicy(fields: Partial<RunnerPolicy> = {}): RunnerPolicy {
  return {
    id: RUNNER,
    slots: 1,
    inputs_timeout_s: 600,
    keep_days: 14,
    interpreters: { python: {}, nx: {} },
    default_interpreter: 'python',
    env_allowed: ['OMP_NUM_THREADS'],
    keep_failed_days: 30,
    work_path: undefined,
    work_max_gb: 0,
    on_interrupt: 'fail',
    max_attempts: 3,
    licence_interval_s: 60,
    licence_backoff_s: 60,
    licence_backoff_max_s: 600,
    tags: ['nx2512'],
    schedule: [],
    schedule_end: 'finish',
    min_free_mb: 2000,
    min_free_memory_mb: 500,
    ...fields,
  };
}

/** A machine with room for everything and an owner who wants nothing, on a Monday at noon. */
export function machine(fields: Partial<MachineSeen> = {}): MachineSeen {
  return {
    freeMb: 100_000,
    memoryMb: 32_000,
    totalMemoryMb: 64_000,
    cpus: 8,
    weekMinute: (24 + 12) * 60,
    licences: { state: 'unchecked' },
    owner: {},
    stopping: false,
    ...fields,
  };
}

/** A record as it has arrived at the watcher. */
export function arrival(seen: RecordSeen = endedRecord(), complete = true): RecordArrival {
  return { ...seen, complete };
}

/** A job of which the watcher knows nothing yet. */
export function watcherJob(fields: Partial<WatcherJob> = {}): WatcherJob {
  return {
    job_id: JOB,
    order: undefined,
    quietMs: 0,
    record: undefined,
    recordGoneMs: 0,
    requests: {},
    asked: 'yes',
    archived: [],
    collected: undefined,
    link: 'unknown',
    lost: false,
    retryId: undefined,
    retry: undefined,
    abandoned: false,
    unheld: false,
    cleared: false,
    busy: false,
    ...fields,
  };
}

/** Nothing is tried again unless an order says so. */
export function retryPolicy(fields: Partial<RetryPolicy> = {}): RetryPolicy {
  const pace = { retry_backoff_s: 60, retry_multiplier: 2, retry_backoff_max_s: 3600 };
  return { retry_max: 0, retry_on: ['interrupted', 'stall'], ...pace, ...fields };
}

export function watcherPolicy(fields: Partial<WatcherPolicy> = {}): WatcherPolicy {
  return { unsealed_quiet_s: 60, second_look_s: 10, ...retryPolicy(), ...fields };
}
