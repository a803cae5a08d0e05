// A hundred megabytes in the place of each file: what no program of ours writes is not even read; what grows is, in a
// bounded number of passes.
import path from 'node:path';
import { expect, test } from 'vitest';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { counted } from './counted.ts';
import { machineKinds } from './machine-kinds.ts';
import { queueKinds } from './queue-kinds.ts';
import { isTold } from './sound.ts';
import { printTally, tally } from './tally.ts';

const LARGE = 100_000_000;

printTally('100 MB in the place of each file');

test.each([...queueKinds, ...machineKinds])('$name', async (kind) => {
  const disk = memoryDisk();
  disk.files.makeDir(path.dirname(kind.file));
  // the good text, and then zeros: as a disk leaves a file whose size was set before a power cut
  disk.volume.writeFileSync(kind.file, kind.good);
  kind.around?.(disk, Buffer.from(kind.good));
  disk.volume.truncateSync(kind.file, LARGE);
  const { files, bytes } = counted(disk.files);
  try {
    await kind.read({ ...disk, files });
  } catch (error) {
    if (!isTold(error)) throw error;
  }
  tally(kind.name);
  // of what stands beside it little is read
  expect(bytes()).toBeLessThanOrEqual((kind.readsUpTo ?? 0) + 10_000);
});
