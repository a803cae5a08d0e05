// What the tests of events hand in: sights of one job, each a quiet starting point of which a test says only what differs.
import type { Outcome } from '../../src/job/outcome.ts';
import type { JobRecord } from '../../src/job/record.ts';
import type { JobSight, Now } from '../../src/queue/job-sight.ts';

export const JOB = 'job-20260210-143022-wfe';
export const AT = '2026-02-10T15:00:00.000Z';
export const SEAL = 'a'.repeat(64);
export const HOME = `${JOB}_20260210-150000`;

export const NOW: Now = { at: AT, policy: { events_heartbeat_s: 300, events_progress_s: 60 } };

export function record(fields: Partial<JobRecord> & Pick<JobRecord, 'state'>): JobRecord {
  return {
    job_id: JOB,
    status: 'running',
    state_at: '2026-02-10T14:40:00Z',
    runner: { id: 'station', host: 'STATION', pid: 9, boot_id: 'b', version: '1' },
    attempt: fields.state === 'queued' ? 0 : 1,
    ...fields,
  };
}

export function sight(fields: Partial<JobSight> = {}): JobSight {
  return {
    job_id: JOB,
    order: { job_id: JOB, priority: 'medium', run_on: 'station' },
    requests: {},
    ...fields,
  };
}

export const QUEUED = record({ state: 'queued', waiting_for: 'slot' });
export const RUNNING = record({ state: 'running', started_at: '2026-02-10T14:40:00Z', heartbeat_seq: 3 });

export function ended(
  state: 'completed' | 'failed' | 'cancelled',
  fields: Partial<JobRecord> = {},
): JobRecord {
  const outcome: Outcome = { kind: state, exit_code: state === 'completed' ? 0 : 3, message: 'SCRIPT SAYS' };
  return record({ state, outcome, finished_at: '2026-02-10T14:50:00Z', ...fields });
}
