// What is told of, and when: after it has happened, never when it has not.
import { expect, test } from 'vitest';
import { tellingFiles } from '../../src/link/telling-files.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

function telling() {
  const disk = memoryDisk();
  const told: [path: string, isThere: boolean][] = [];
  const files = tellingFiles(disk.files, (path) => told.push([path, disk.files.facts(path) !== undefined]));
  files.makeDir('/d/sub');
  disk.volume.writeFileSync('/d/a', 'a');
  return { files, told, disk };
}

test('a rename tells where it ends and where it began', async () => {
  const { files, told } = telling();
  await files.rename('/d/a', '/d/b');
  expect(told).toEqual([
    ['/d/b', true],
    ['/d/a', false],
  ]);
});

test('removals tell what is gone', async () => {
  const { files, told } = telling();
  await files.removeFile('/d/a');
  expect(files.removeEmptyDir('/d/sub')).toBe(true);
  await files.removeTree('/d');
  expect(told).toEqual([
    ['/d/a', false],
    ['/d/sub', false],
    ['/d', false],
  ]);
});

test('what has not happened is not told', async () => {
  const { files, told } = telling();
  await expect(files.rename('/nothing', '/d/b')).rejects.toThrow('ENOENT');
  expect(files.removeEmptyDir('/d')).toBe(false);
  await expect(files.removeFile('/d')).rejects.toThrow(/EPERM|EISDIR/);
  expect(told).toEqual([]);
});

test('reading and building tell nothing, and all else is as it was', () => {
  const { files, told, disk } = telling();
  files.makeNewDir('/d/new');
  files.openNew('/d/new/f').close();
  files.openAppend('/d/new/f').close();
  expect(files.read('/d/a')?.toString()).toBe('a');
  expect(files.list('/d')?.map(({ name }) => name)).toEqual(['a', 'new', 'sub']);
  expect(told).toEqual([]);
  expect(Object.keys(files).sort()).toEqual(Object.keys(disk.files).sort());
});
