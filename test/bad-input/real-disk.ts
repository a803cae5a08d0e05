// A fenced queue on the real disk, in a directory of its own, where links are what they are; the clock is still the test's.
import nodeFs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Volume } from 'memfs';
import { onTestFinished } from 'vitest';
import type { FsLike } from '../../src/system/files.ts';
import { filesOver } from '../../src/system/files.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import type { Fenced } from './fenced.ts';
import { fencedQueue } from './fenced.ts';

/** Nothing here is to outlive a power cut. */
const withoutSync: FsLike = {
  ...nodeFs,
  fsync: ((_fd: number, done: (error: null) => void) => done(null)) as unknown as FsLike['fsync'],
  fsyncSync: () => {},
};

/** `beyond`: names of more directories with something in them beyond the fence. */
export async function onRealDisk(beyond: readonly string[] = []): Promise<Fenced> {
  const base = mkdtempSync(path.join(tmpdir(), 'jobq-bad-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  for (const name of beyond) {
    mkdirSync(path.join(base, 'outside', name), { recursive: true });
    writeFileSync(path.join(base, 'outside', name, 'job.json'), '{"mine":true}');
  }
  const clock = fakeClock();
  const disk: MemoryDisk = {
    files: filesOver(withoutSync, clock),
    clock,
    volume: nodeFs as unknown as Volume,
  };
  return fencedQueue({ disk, base });
}
