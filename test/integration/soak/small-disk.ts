// A small file system of its own for one test, which can be filled to the last byte and emptied. It knows nothing of jobs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SmallDisk {
  /** The folder that lies on it. */
  dir: string;
  /** A folder beside it, with all the room of the machine. */
  beside: string;
  /** Takes all that is free, and all that gets free, for so long. Answers how many bytes that were. */
  fillFor(ms: number): Promise<number>;
  remove(): void;
}

/** A tmpfs where this process may mount one, otherwise why not. */
export function smallDisk(megabytes: number): SmallDisk | { refused: string } {
  const beside = realpathSync(mkdtempSync(path.join(tmpdir(), 'jobq-soak-')));
  const dir = path.join(beside, 'disk');
  mkdirSync(dir);
  const options = `size=${megabytes}m,mode=700`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmSync(beside, { recursive: true, force: true });
    return { refused: (mounted.stderr || String(mounted.error)).trim() };
  }
  const { blocks, bsize } = statfsSync(dir);
  const disk = { dir, beside, fillFor: (ms: number) => fillFor(dir, ms), remove: () => remove(beside, dir) };
  if (blocks * bsize === megabytes << 20) return disk;
  disk.remove();
  return { refused: `the mounted disk has ${blocks * bsize} bytes` };
}

/** Who still has a file open there keeps a disk from going; it goes with its last file then. */
function remove(beside: string, dir: string): void {
  const isGone = [['umount'], ['umount', '-l']].some(
    ([program = '', ...flags]) => spawnSync(program, [...flags, dir], { stdio: 'ignore' }).status === 0,
  );
  if (!isGone) throw new Error(`${dir} cannot be unmounted`);
  rmSync(beside, { recursive: true, force: true });
}

const CHUNKS = [1 << 20, 1 << 16, 1 << 12].map((bytes) => Buffer.alloc(bytes));

async function fillFor(dir: string, ms: number): Promise<number> {
  const file = path.join(dir, 'ballast');
  const ballast = await open(file, 'w');
  let bytes = 0;
  try {
    const end = performance.now() + ms;
    do {
      bytes += await writeUntilFull(ballast);
      await sleep(5);
    } while (performance.now() < end);
  } finally {
    await ballast.close();
    await rm(file);
  }
  return bytes;
}

async function writeUntilFull(ballast: FileHandle): Promise<number> {
  let bytes = 0;
  for (const chunk of CHUNKS) {
    try {
      for (;;) bytes += (await ballast.write(chunk)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  return bytes;
}
