// Jobs that wait in a queue because the owner of their runner has paused it. They measure nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Layout } from '../../src/index.ts';
import { jsonText, sha256Of } from '../../src/store/disk.ts';

export const RUNNER = 'bench';
export const AT = '2026-02-10T14:30:22.000Z';

export const idOf = (what: string, n: number) => `job-20260210-143022-${what}-${n}`;

/** A sealed order of four small files, and the record of its runner that it waits. */
export function putOrder(layout: Layout, job_id: string): void {
  const files: Record<string, string> = { 'README.md': '# Wing\n', 'run.py': "print('done')\n" };
  const inputs = { files: 2, bytes: Object.values(files).join('').length };
  const order = { job_id, created_at: AT, script: 'run.py', status: 'submitted', schema_version: 1, inputs };
  files['job.json'] = jsonText({ ...order, project: 'wing', args: [], run_on: RUNNER, priority: 'medium' });
  const lines = Object.keys(files)
    .sort()
    .map((name) => `${sha256Of(files[name] ?? '')}  ${name}\n`);
  files['SHA256SUMS'] = lines.join('');
  mkdirSync(layout.order(job_id));
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(layout.order(job_id), name), text);
  const runner = { id: RUNNER, host: RUNNER, pid: 7, boot_id: 'boot', version: '0' };
  const state = { state: 'queued', state_at: AT, waiting_for: 'paused by owner', runner, attempt: 0 };
  const beat = { queued_at: AT, heartbeat_at: AT, heartbeat_seq: 1, heartbeat_interval_s: 30 };
  mkdirSync(layout.record(job_id));
  writeFileSync(path.join(layout.record(job_id), 'job.json'), jsonText({ ...order, ...state, ...beat }));
}
