// A queue to measure in: both roles on this machine, and jobs of five small files. It measures nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Disk, Layout } from '../../src/index.ts';
import { initQueue, layoutOf, submitStudy, systemClock, systemFiles } from '../../src/index.ts';
import { commentedSettings } from '../../src/settings/describe.ts';
import type { SubmitRequest } from '../../src/submit/request.ts';

const DISK: Disk = { files: systemFiles, clock: systemClock };

export async function newQueue(dir: string): Promise<Layout> {
  const layout = layoutOf(dir);
  await initQueue(DISK, layout, 'both', [], commentedSettings);
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

export async function submitMany(layout: Layout, studyDir: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    const { job_id } = await submitStudy(
      DISK,
      layout,
      { host: 'bench', pid: process.pid },
      requestFor(studyDir),
    );
    ids.push(job_id);
  }
  return ids;
}
