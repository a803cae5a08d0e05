// A disk in memory and a clock that stands still until it is told to go on.
import { createFsFromVolume, Volume } from 'memfs';
import type { Disk } from '../../src/store/disk.ts';
import type { Clock } from '../../src/system/clock.ts';
import type { Files, FsLike } from '../../src/system/files.ts';
import { filesOver } from '../../src/system/files.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export function fakeClock(startMs = Date.parse('2026-02-10T14:30:22Z')): FakeClock {
  let elapsed = 0;
  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    turn: () => Promise.resolve(),
    sleep: (ms) => {
      elapsed += ms;
      return Promise.resolve();
    },
    advance: (ms) => {
      elapsed += ms;
    },
  };
}

export interface MemoryDisk extends Disk {
  files: Files;
  clock: FakeClock;
  volume: Volume;
}

let names = 0;

/** memfs miscounts a directory's entries when a rename replaces a file, and then refuses to remove the empty directory. */
function withSoundRename(fs: FsLike): FsLike {
  const renameSync: FsLike['renameSync'] = (from, to) => {
    const replaces =
      from !== to && fs.statSync(from).isFile() && fs.existsSync(to) && fs.statSync(to).isFile();
    if (replaces) fs.unlinkSync(to);
    fs.renameSync(from, to);
  };
  return { ...fs, renameSync };
}

export function memoryDisk(clock: FakeClock = fakeClock()): MemoryDisk {
  const volume = new Volume();
  const fs = withSoundRename(createFsFromVolume(volume) as unknown as FsLike);
  const unique = () => `u${String(++names).padStart(12, '0')}`;
  return { files: filesOver(fs, clock, unique), clock, volume };
}
