// The same of the files of one machine: of its runner, its attempts and its messages.
import { AT, DIGEST, JOB, ORDER, OUTCOME } from './samples.ts';

export const LEDGER = [
  { event: 'ledger', ledger_id: 'l', lost_before: 'k' },
  { event: 'accepted', at: AT, ledger_ids: ['k'] },
  { event: 'intent', job_id: JOB, attempt: 1, at: AT, queued_at: AT },
  { event: 'ended', job_id: JOB, attempt: 1, at: AT, started_at: AT, finished_at: AT, outcome: OUTCOME },
];
export const OWNER = {
  schema_version: 1,
  paused: { at: AT, by: 'ada', reason: 'r', until: AT, interrupt: true },
  draining: { at: AT, by: 'ada' },
};

export const STAGED = {
  order_seal_sha256: DIGEST,
  signatures: { 'a.txt': '1:2:3:4' },
  inputs: [{ path: 'a.txt', sha256: DIGEST }],
  job_json: Buffer.from(JSON.stringify(ORDER)).toString('base64'),
  unsealed: [],
  attempt: 1,
  files_dir: '/work/fixed',
};
export const COMMAND = {
  job_id: JOB,
  attempt: 1,
  command: ['python', 'run_optimization.py'],
  cwd: '/work/a',
  env: { A: 'b' },
  env_inherit: ['*'],
  path_prepend: ['/opt'],
  timeout_s: 60,
  stall_timeout_s: 0,
  grace_s: 5,
  linger_s: 0,
  fail_patterns: ['ERROR'],
  licence_patterns: [],
  finite_csv: [],
  keep_awake: false,
  order: Buffer.from(JSON.stringify(ORDER)).toString('base64'),
};
export const EXIT = {
  exit_code: 0,
  signal: null,
  ended_by: 'itself',
  message: 'm',
  killed: [{ pid: 9, started: '1@boot' }],
  lingered_s: 1,
  evidence: { quiet_s: 1, log_bytes: 2, processes: [] },
  resources: { cpu_s: 1 },
  findings: { fail: 'f', licence: 'l', not_finite: 'n' },
  started_at: AT,
  finished_at: AT,
};
export const ATTEMPT_CANCEL = { reason: 'r', grace_s: 5, interrupt: true, limit: 'timeout' };
export const SUPERVISOR = {
  pid: 9,
  boot_id: 'b',
  started_at: AT,
  contained: { by: 'group', note: 'n' },
  awake: 'kept',
  unended: [{ pid: 9, started: '1@boot' }],
};
export const PROCESSES = {
  script: { pid: 9, started: '1@boot', name: 'x' },
  seen: [{ pid: 10, started: '2@boot' }],
};
export const USER = { job_id: JOB, attempt: 1 };
export const PROGRESS = {
  percent: 50,
  stage: 'solve',
  message: 'm',
  sub_percent: 5,
  trial: 1,
  trials: 2,
  best: 1.5,
};
export const ANSWER = { study: { finished: 3, best: 1.5, total: 10, durations_s: [1, 2] } };

export const WISH = { id: `${JOB}/failed/1`, target: 'team', forget: false };
export const TARGETS = { schema_version: 1, at: AT, targets: { team: null } };
const message = {
  id: `${JOB}/failed/1`,
  kind: 'finished',
  event: 'failed',
  job_id: JOB,
  at: AT,
  title: 't',
  text: 'x',
  facts: { job_id: JOB },
  log: {},
  route: { state: 'failed', wanted: true },
};
export const MESSAGES = [
  { event: 'queued', at: AT, message, targets: ['team'] },
  {
    event: 'tried',
    at: AT,
    id: message.id,
    target: 'team',
    tries: 1,
    problem: 'away',
    next: AT,
    pause: true,
  },
  { event: 'dead', at: AT, id: message.id, target: 'team', reason: 'r' },
  { event: 'sent', at: AT, id: message.id, target: 'other' },
];
export const SPEC = { study: 'wing', parameters: [{ name: 'a', min: 0, max: 1 }] };
