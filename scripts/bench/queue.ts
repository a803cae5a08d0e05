// A queue to measure in: both roles on this machine, and jobs of five small files. It measures nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Disk, Layout } from '../../src/index.ts';
import { initQueue, layoutOf, submitStudy, systemClock, systemFiles } from '../../src/index.ts';
import { commentedSettings } from '../../src/settings/describe.ts';
import type { SubmitRequest } from '../../src/submit/request.ts';

const DISK: Disk = { files: systemFiles, clock: systemClock };

/** `more`: settings that are not those of a new queue. */
export async function newQueue(dir: string, more = ''): Promise<Layout> {
  const layout = layoutOf(dir);
  await initQueue(DISK, layout, 'both', [], commentedSettings);
  // as `jobq init` says where both roles are on one machine
  writeFileSync(
    layout.settings,
    `${readFileSync(layout.settings, 'utf8')}\n[syncthing]\nlink = "local"\n${more}`,
  );
  return layout;
}

/** README.md, a script and three files of a model: with job.json and seal an order of six to seven small files. */
export function writeStudy(dir: string): string {
  mkdirSync(path.join(dir, '1_setup'), { recursive: true });
  const put = (name: string, text: string) => writeFileSync(path.join(dir, name), text);
  put('README.md', '# Wing\n\nThe parabola of the bench.\n');
  put('run_optimization.py', "print('done')\n");
  put('1_setup/model.json', `${JSON.stringify({ curvature: 2, span: [1, 2, 3] })}\n`);
  put('1_setup/loads.csv', 'case,force\n1,100\n2,200\n');
  put('1_setup/material.json', `${JSON.stringify({ e: 210_000, nu: 0.3 })}\n`);
  return dir;
}

function requestFor(studyDir: string): SubmitRequest {
  return {
    studyDir,
    createdBy: 'bench',
    args: [],
    dependsOn: [],
    expect: [],
    metadata: {},
    maxPathLength: 240,
    freeSpaceMarginMb: 1,
  };
}

export async function submitMany(
  layout: Layout,
  studyDir: string,
  count: number,
  more: Partial<SubmitRequest> = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    const request = { ...requestFor(studyDir), ...more };
    const { job_id } = await submitStudy(DISK, layout, { host: 'bench', pid: process.pid }, request);
    ids.push(job_id);
  }
  return ids;
}

/** A finished job of five files as it lies in the archive, without a seal that anybody would check. */
export function archiveMany(layout: Layout, count: number): void {
  for (let nth = 0; nth < count; nth++) {
    const at = new Date(Date.parse('2026-01-01T00:00:00Z') + nth * 60_000);
    const stamp = at
      .toISOString()
      .replace(/\.\d+Z$/, '')
      .replaceAll(/[-:]/g, '')
      .replace('T', '-');
    const job_id = `job-${stamp}-wing`;
    const dir = layout.archived(`${job_id}_${stamp}`);
    mkdirSync(path.join(dir, 'order'), { recursive: true });
    writeFileSync(path.join(dir, 'job.json'), JSON.stringify(finished(job_id, at.toISOString(), nth)));
    writeFileSync(path.join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  job.json\n`);
    writeFileSync(path.join(dir, 'order', 'job.json'), JSON.stringify(orderOf(job_id, at.toISOString())));
  }
}

function orderOf(job_id: string, created_at: string) {
  const script = 'run_optimization.py';
  const inputs = { files: 5, bytes: 300, empty_dirs: [] };
  return {
    job_id,
    created_at,
    created_by: 'bench',
    project: 'wing',
    type: 'optimization',
    script,
    args: [],
    inputs,
  };
}

/** What a record says; one in a thousand failed. */
export function finished(job_id: string, at: string, nth: number) {
  const state = nth % 1000 === 999 ? 'failed' : 'completed';
  return {
    ...orderOf(job_id, at),
    status: state,
    state,
    state_at: at,
    queued_at: at,
    started_at: at,
    finished_at: at,
    attempt: 1,
    runner: { id: 'bench', host: 'bench', pid: 1, boot_id: 'b', version: '0.1.0' },
    heartbeat_at: at,
    heartbeat_seq: 3,
    heartbeat_interval_s: 30,
    outcome: { kind: state, exit_code: state === 'failed' ? 1 : 0, signal: null, message: state },
    results: { files: 2, bytes: 100 },
  };
}
