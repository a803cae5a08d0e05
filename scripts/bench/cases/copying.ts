// Submitting a big model, beside reading and hashing the same bytes and copying them with `cp`, fsync included.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { newQueue, writeStudy } from '../queue.ts';
import type { BenchCase } from '../site.ts';
import { folder, inTurn, JOBQ } from '../site.ts';

const PIECE = 1 << 20;
const PIECES = 1000;

export const copying: BenchCase = {
  name: 'copying',
  about: '`jobq submit` of 1 GB of model files, beside reading, SHA-256 and `cp` of the same bytes',
  measure: async (site) => {
    const study = writeStudy(folder(site, 'wing'));
    const models = ['part.prt', 'fem.fem', 'sim.sim', 'assembly.prt'].map((name) =>
      path.join(study, '1_setup', name),
    );
    for (const model of models) writeModel(model, PIECES / models.length);
    const queue = folder(site, 'queue');
    await newQueue(queue);
    let copies = 0;
    const pairs = await inTurn(
      site.rounds(5),
      () => seconds(() => run(process.execPath, [JOBQ, 'submit', study, '--queue', queue])),
      () =>
        seconds(() => {
          const target = folder(site, `copy-${++copies}`);
          for (const model of models) {
            hash(model);
            const copy = path.join(target, path.basename(model));
            run('cp', [model, copy]);
            sync(copy);
          }
        }),
    );
    const row = {
      what: 'jobq submit of 1 GB of model files',
      unit: 's',
      beside: 'reading + SHA-256 + cp + fsync',
      reach: { atMost: 1.3 },
    };
    return [{ ...row, pairs }];
  },
};

function writeModel(file: string, pieces: number): void {
  const fd = openSync(file, 'wx');
  for (let piece = 0; piece < pieces; piece++) writeSync(fd, randomBytes(PIECE));
  fsyncSync(fd);
  closeSync(fd);
}

function seconds(work: () => void): number {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
}

function hash(file: string): void {
  const buffer = Buffer.allocUnsafe(PIECE);
  const digest = createHash('sha256');
  const fd = openSync(file, 'r');
  for (let size = readSync(fd, buffer); size > 0; size = readSync(fd, buffer))
    digest.update(buffer.subarray(0, size));
  closeSync(fd);
  digest.digest('hex');
}

function sync(file: string): void {
  const fd = openSync(file, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
