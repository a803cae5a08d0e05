// Durable commits of small jobs by one process, beside the same files, syncs and renames with nothing around them.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { newQueue, submitMany, writeStudy } from '../queue.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder, inTurn } from '../site.ts';

/** So many at a time. */
const JOBS = 20;

const FILES = [
  'README.md',
  'run_optimization.py',
  '1_setup/model.json',
  '1_setup/loads.csv',
  '1_setup/material.json',
];

export const committing: BenchCase = {
  name: 'committing',
  about: 'durable commits of 5-file jobs through the library, beside the same files, syncs and renames bare',
  measure: async (site) => {
    const study = writeStudy(folder(site, 'wing'));
    const layout = await newQueue(folder(site, 'queue'));
    const bare = newBare(site, study);
    const pairs = await inTurn(
      site.rounds(41),
      async () => perSecond(() => submitMany(layout, study, JOBS)),
      async () => perSecond(() => bare(JOBS)),
    );
    const row = {
      what: 'durable commits of 5-file jobs, one process',
      unit: 'jobs/s',
      beside: 'bare files, syncs, renames',
      reach: { atLeast: 0.85 },
    };
    return [{ ...row, pairs }];
  },
};

async function perSecond(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return (JOBS * 1000) / (performance.now() - began);
}

function sync(file: string): void {
  const fd = openSync(file, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

function write(file: string, bytes: Uint8Array): void {
  const fd = openSync(file, 'wx');
  writeSync(fd, bytes);
  fsyncSync(fd);
  closeSync(fd);
}

/** What a submission does to the disk, in its order: files, job.json, the seal, their directories, the place in outbox/. */
function newBare(site: Site, study: string): (count: number) => void {
  const [staging, outbox] = [folder(site, 'bare', 'staging'), folder(site, 'bare', 'outbox')];
  let jobs = 0;
  const one = () => {
    const name = `job-${++jobs}`;
    const dir = path.join(staging, name);
    mkdirSync(dir);
    mkdirSync(path.join(dir, '1_setup'));
    for (const file of FILES) write(path.join(dir, file), readFileSync(path.join(study, file)));
    sync(path.join(dir, '1_setup'));
    for (const file of ['job.json', 'SHA256SUMS']) write(path.join(dir, file), Buffer.alloc(600, 'x'));
    sync(dir);
    renameSync(dir, path.join(outbox, name));
    sync(outbox);
    rmSync(dir, { force: true });
  };
  return (count) => {
    for (let nth = 0; nth < count; nth++) one();
  };
}
