// The room that is set aside for the end of a run on a disk that it has filled.
import { expect, test } from 'vitest';
import {
  hasAttemptFile,
  readAttemptCancel,
  reserveRoom,
  writeWithReserve,
} from '../../src/store/work-dir.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const DIR = '/work/.jobq-attempts/job-1/1';

/** A disk that takes nothing new as long as a file of that size is on it. */
async function fullDisk(code = 'ENOSPC') {
  const disk = memoryDisk();
  disk.files.makeDir(DIR);
  await reserveRoom(disk, DIR);
  const openNew = (file: string) => {
    if (hasAttemptFile(disk.files, DIR, 'reserve')) throw Object.assign(new Error(code), { code });
    return disk.files.openNew(file);
  };
  return { ...disk, files: { ...disk.files, openNew } };
}

test('a cancel is written with the room that was set aside', async () => {
  const disk = await fullDisk();
  await writeWithReserve(disk, DIR, 'cancel', { reason: 'enough' });
  expect(readAttemptCancel(disk.files, DIR)).toEqual({ reason: 'enough' });
  expect(hasAttemptFile(disk.files, DIR, 'reserve')).toBe(false);
});

test('the room stays where something else is wrong', async () => {
  const disk = await fullDisk('EIO');
  await expect(writeWithReserve(disk, DIR, 'exit', {})).rejects.toThrow('EIO');
  expect(hasAttemptFile(disk.files, DIR, 'reserve')).toBe(true);
});

test('a disk that is full all the same says so', async () => {
  const disk = memoryDisk();
  disk.files.makeDir(DIR);
  const openNew = () => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  };
  await expect(
    writeWithReserve({ ...disk, files: { ...disk.files, openNew } }, DIR, 'exit', {}),
  ).rejects.toThrow('ENOSPC');
});
