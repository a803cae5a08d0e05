// The names in the archive, without listing it again for each of them.
import { expect, test } from 'vitest';
import { openArchiveIndex } from '../../src/store/archive-index.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { fakeClock, memoryDisk } from '../helpers/memory-disk.ts';

const layout = layoutOf('/queue');
const [A, B, C] = ['job-20260210-143021-a', 'job-20260210-143022-b', 'job-20260210-143023-c'] as const;
const named = (job: string, at = '020311') => `${job}_20260211-${at}`;

/** An archive with these directories, of which each listing takes so long. */
function place(dirs: readonly string[], listMs = 0) {
  // long after the files of the disk in memory were written
  const disk = memoryDisk(fakeClock(Date.now() + 3_600_000));
  let changes = 0;
  // two changes within one millisecond would look like one
  const touch = () => disk.volume.utimesSync(layout.archive, ++changes, changes);
  const add = (name: string) => {
    disk.files.makeDir(`${layout.archive}/${name}`);
    touch();
  };
  const remove = (name: string) => {
    disk.volume.rmdirSync(`${layout.archive}/${name}`);
    touch();
  };
  for (const name of dirs) add(name);
  let listed = 0;
  const list: typeof disk.files.list = (dir) => {
    listed += 1;
    disk.clock.advance(listMs);
    return disk.files.list(dir);
  };
  const index = openArchiveIndex({ ...disk, files: { ...disk.files, list } }, layout);
  index.look();
  return { disk, index, add, remove, listed: () => listed };
}

test('tells the names of each job, oldest first, and what is collected', () => {
  const { index } = place([named(A, '020312'), named(A), named(B), `.jobq-collected-${C}`, 'lost+found']);
  expect([...index.names]).toEqual([
    [A, [named(A), named(A, '020312')]],
    [B, [named(B)]],
  ]);
  expect([...index.collected]).toEqual([C]);
  expect([...index.unsettled.keys()].sort()).toEqual([named(A), named(A, '020312'), named(B)].sort());
});

test('is not listed again while nothing has changed, and is when somebody has changed it', () => {
  const { index, add, listed, disk } = place([named(A)]);
  index.look();
  expect(listed()).toBe(1);
  const { version } = index;
  add(named(B));
  disk.clock.advance(10);
  index.look();
  expect(index.names.get(B)).toEqual([named(B)]);
  expect(index.version).not.toBe(version);
});

test('what was settled stays so, and a name that goes is forgotten', () => {
  const { index, add, remove } = place([named(A), named(C)]);
  index.settled(named(A));
  add(named(B));
  remove(named(C));
  index.look();
  expect([...index.unsettled.keys()]).toEqual([named(B)]);
  expect(index.names.has(C)).toBe(false);
});

test('one that takes long to list is not listed for what its owner files, and is a while later', () => {
  const { index, add, remove, listed, disk } = place([named(A)], 100);
  add(`.jobq-collected-${B}`);
  index.changed(B);
  expect([...index.collected]).toEqual([B]);
  remove(`.jobq-collected-${B}`);
  add(named(B));
  index.changed(B, named(B));
  index.changed(B, named(B));
  index.look();
  expect(listed()).toBe(1);
  expect([...index.collected]).toEqual([]);
  expect(index.names.get(B)).toEqual([named(B)]);
  expect(index.unsettled.has(named(B))).toBe(true);
  // somebody else, meanwhile
  add(named(C));
  index.look();
  expect(index.names.has(C)).toBe(false);
  disk.clock.advance(20_000);
  index.look();
  expect(index.names.get(C)).toEqual([named(C)]);
});
