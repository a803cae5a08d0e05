// Files that are made durable together: none before it is asked for, and all of them once it has resolved.
import { expect, test } from 'vitest';
import { writeNew } from '../../src/store/disk.ts';
import { durableTogether } from '../../src/store/durable-together.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

function make() {
  const disk = memoryDisk();
  disk.files.makeDir('/q');
  const calls: string[] = [];
  const openNew = (file: string) => {
    const open = disk.files.openNew(file);
    return { ...open, sync: () => open.sync().then(() => void calls.push(`while written ${file}`)) };
  };
  const syncFile = (file: string) => disk.files.syncFile(file).then(() => void calls.push(file));
  return { files: disk.files, calls, disk: { ...disk, files: { ...disk.files, openNew, syncFile } } };
}

test('each is synced when all of them are asked for, and once', async () => {
  const { disk, calls, files } = make();
  const together = durableTogether(disk);
  const names = Array.from({ length: 70 }, (_, nth) => `/q/${nth}`);
  for (const name of names) await writeNew(together.disk, name, 'text');
  expect(calls).toEqual([]);
  await together.durable();
  expect(calls.toSorted()).toEqual(names.toSorted());
  await together.durable();
  expect(calls).toHaveLength(names.length);
  expect(String(files.read('/q/69'))).toBe('text');
});

test('a large one is not put off', async () => {
  const { disk, calls } = make();
  const together = durableTogether(disk);
  await writeNew(together.disk, '/q/large', Buffer.alloc(300_000));
  expect(calls).toEqual(['while written /q/large']);
  await together.durable();
  expect(calls).toHaveLength(1);
});

test('when one fails the others are over first', async () => {
  const { disk, calls } = make();
  const { syncFile } = disk.files;
  disk.files.syncFile = (file) =>
    file === '/q/a'
      ? Promise.reject(new Error('EIO: a'))
      : new Promise((over) => setImmediate(() => over(syncFile(file))));
  const together = durableTogether(disk);
  for (const name of ['/q/a', '/q/b']) await writeNew(together.disk, name, 'text');
  await expect(together.durable()).rejects.toThrow('EIO: a');
  expect(calls).toEqual(['/q/b']);
});
