// A good file of each kind in a queue's folder: what the hostile ones are made of. Every field that a reader knows has a value.
export const AT = '2026-02-10T14:30:22Z';
export const DIGEST = 'a'.repeat(64);

export const JOB = 'job-20260210-143022-wfe';
export const QUEUE_ID = 'q-bad-input';

const asked = { requested_at: AT, requested_by: 'ada@desk' };
const identity = { id: 'station', host: 'cad', pid: 7, boot_id: 'b', version: '1' };
export const OUTCOME = {
  kind: 'failed',
  exit_code: 1,
  signal: null,
  error_class: 'script',
  message: 'the script ended with exit code 1',
  log_tail: ['Traceback'],
  killed: [{ pid: 9, started: '1@boot', name: 'nx' }],
};

export const ORDER = {
  job_id: JOB,
  script: 'run_optimization.py',
  created_at: AT,
  created_by: 'ada',
  project: 'wing',
  channel: 'c',
  type: 'optimization',
  args: ['--start'],
  status: 'submitted',
  notify: { on_complete: true, on_fail: true },
  schema_version: 1,
  inputs: { files: 1, bytes: 15, empty_dirs: ['2_out'] },
  run_on: 'station',
  description: 'a study',
  priority: 'high',
  depends_on: [],
  on_dependency_failure: 'wait',
  hold: false,
  requires: { memory_mb: 10, disk_mb: 10, cpu: 1, licences: { NX: 1 }, tags: ['fast'] },
  timeout_s: 60,
  stall_timeout_s: 60,
  queue_timeout_s: 60,
  expect: ['3_results/study.db'],
  fail_patterns: ['ERROR'],
  finite_csv: ['*.csv'],
  live_outputs: ['*.csv'],
  publish: { include: ['**'], exclude: ['*.tmp'] },
  retry: { max: 2, backoff_s: 60, multiplier: 2, on: ['script'] },
  on_interrupt: 'restart',
  resume_args: ['--resume'],
  max_attempts: 3,
  interpreter: 'python',
  env: { LEVEL: '1' },
  idempotency_key: 'k',
  batch_id: 'b',
  metadata: { free: ['of', 'form'] },
};

export const RECORD = {
  job_id: JOB,
  schema_version: 1,
  status: 'failed',
  state: 'failed',
  state_at: AT,
  waiting_for: 'slot',
  runner: identity,
  attempt: 1,
  attempts: [{ attempt: 1, started_at: AT, finished_at: AT, outcome: OUTCOME }],
  queued_at: AT,
  started_at: AT,
  finished_at: AT,
  heartbeat_at: AT,
  heartbeat_seq: 3,
  heartbeat_interval_s: 30,
  progress: { percent: 50, stage: 'solve', message: 'half', trial: 5, trials: 10, best: 3.2, eta_s: 600 },
  command: ['python', 'run_optimization.py'],
  resources: { peak_memory_mb: 100, cpu_s: 3 },
  outcome: OUTCOME,
  results: { files: 1, bytes: 6, empty_dirs: [] },
  output_notes: [{ path: 'a', published_as: 'b', reason: 'c' }],
  order_seal_sha256: DIGEST,
  warnings: ['w'],
};

export const PRESENCE = {
  runner_id: 'cad',
  seq: 4,
  boot_id: 'b',
  ledger_id: 'l',
  host: 'cad',
  pid: 7,
  version: '1',
  slots: 1,
  running: [{ job_id: JOB, heartbeat_seq: 3 }],
  waiting: [{ job_id: JOB, for: 'slot' }],
  cleared: [JOB],
  clock: AT,
  heartbeat_interval_s: 30,
  failing: [{ job_id: JOB, action: 'stage', error: 'EIO', since: AT }],
  paused: { at: AT, by: 'ada', reason: 'r', until: AT },
  draining: { at: AT },
  schedule: 'closed until 19:00',
  stopped: { at: AT, reason: 'r' },
  syncthing_device: 'A',
  disk_free_mb: 100,
};

export const ASSIGN = { ...asked, runner: 'station' };
export const RELEASE = { ...asked, forced: true };
export const CANCEL = {
  ...asked,
  reason: 'wrong mesh',
  grace_s: 5,
  superseded_by: `${JOB}-r1`,
  retry_at: AT,
  abandoned: false,
};
export const ARCHIVED = { requested_at: AT, seal_sha256: DIGEST, archived_as: `${JOB}_20260210-150000` };
export const MARKER = { queue_id: QUEUE_ID, schema_version: 1 };

export const CHECKPOINT = {
  schema_version: 1,
  queue_id: QUEUE_ID,
  at: AT,
  seq: 4,
  jobs: { [JOB]: { state: 'running', attempt: 1, waiting_for: 'slot', beat_seq: 3, beat_at: AT } },
  runners: { station: { ledger_id: 'l', silent: { how: 'stale', since: AT } } },
  problems: { 'unreadable x': AT },
  delivered: { bus: 3 },
};

export const EVENTS = [
  { seq: 1, at: AT, type: 'submitted', job_id: JOB, project: 'wing', depends_on: [] },
  { seq: 2, at: AT, type: 'started', job_id: JOB, runner: 'station', attempt: 1, started_at: AT },
  { seq: 3, at: AT, type: 'progress', job_id: JOB, progress: { percent: 50 } },
];

export const CURSOR = { schema_version: 1, seq: 3, at: AT };
export const JUDGEMENT = {
  schema_version: 1,
  at: AT,
  link: 'local',
  link_since: AT,
  link_why: null,
  runners: [{ runner_id: 'station', verdict: 'heard', since: null, heard_at: AT, clock_behind_s: 0 }],
  jobs: { [JOB]: { verdict: 'stale', since: AT } },
  failing: [{ kind: 'failing', file: 'f', job_id: JOB, reason: 'r', remedy: 'm' }],
  retried: [JOB],
};
export const LOST = { at: AT, reason: 'silent', recovered_at: AT };
export const ABANDONED = { abandoned_at: AT, abandoned_by: 'ada', reason: 'r', left_out: ['a'] };
export const SAID = { ...asked, reason: 'r' };
export const RETRY = { retried_as: `${JOB}-r1`, not_before: AT, reason: 'r', made_at: AT, given_up: 'g' };
const part = { pruned_at: AT, pruned_by: 'ada', files: 1, bytes: 2, seal_sha256: DIGEST };
export const PRUNED = { schema_version: 1, inputs: part, results: part };

const end = { exit_code: 0, signal: null, timed_out: false };
export const POST_JOURNAL = {
  status: 'completed',
  processors: [
    {
      name: 'p',
      command: ['x'],
      status: 'completed',
      ...end,
      tries: 1,
      started_at: AT,
      finished_at: AT,
      files: [],
    },
  ],
  trying: { name: 'p', tries: 1, ...end, started_at: AT, next_try_at: AT, delay_s: 1 },
  running: { name: 'p', started_at: AT, begun: 1 },
};

export const HOLDER = { pid: 9, host: 'desk', user: 'ada', since: AT };
export const RESERVATION = { key: 'k', job_id: JOB, reserved_at: AT, reserved_by: { host: 'h', pid: 1 } };
