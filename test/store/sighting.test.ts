// What is read again, and what is not.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Disk } from '../../src/store/disk.ts';
import type { Sighting } from '../../src/store/sighting.ts';
import { sight } from '../../src/store/sighting.ts';
import type { FileFacts, Files } from '../../src/system/files.ts';
import { fakeClock } from '../helpers/memory-disk.ts';

const NOW = Date.parse('2026-02-10T14:30:22Z');
const OLD = NOW - 3_600_000;

/** A file system of which only the facts are asked for. */
function place() {
  const clock = fakeClock(NOW);
  const all = new Map<string, FileFacts>();
  const files = { facts: (file: string) => all.get(file) } as Partial<Files> as Files;
  const disk: Disk = { files, clock };
  const put = (file: string, changes: Partial<FileFacts> = {}) => {
    const times = { mtimeMs: OLD, ctimeMs: OLD, ...changes };
    all.set(file, { kind: 'file', ino: 7, size: 100, signature: '', ...times });
  };
  return { disk, clock, all, put };
}

let reads = 0;
const count = () => {
  reads += 1;
  return reads;
};
const PATHS = ['/a', '/b'];

beforeEach(() => {
  reads = 0;
});

describe('what looks as it did then', () => {
  test('is not read again, and is the very same', () => {
    const { disk, put } = place();
    put('/a');
    const first = sight(disk, undefined, PATHS, count);
    expect(sight(disk, first, PATHS, count)).toBe(first);
    expect(first.value).toBe(1);
  });

  test('is read again after an hour or two all the same', () => {
    const { disk, put, clock } = place();
    put('/a');
    const first = sight(disk, undefined, PATHS, count);
    clock.advance(3_500_000);
    expect(sight(disk, first, PATHS, count)).toBe(first);
    clock.advance(4_000_000);
    expect(sight(disk, first, PATHS, count).value).toBe(2);
  });

  test('is made small when it is kept, and as it was read when it is read again anyhow', () => {
    const { disk, put } = place();
    put('/a');
    const look = (isSettled: boolean) =>
      sight(disk, undefined, PATHS, () => 'as it was read', {
        isSettled: () => isSettled,
        compact: () => 'small',
      });
    expect(look(true).value).toBe('small');
    expect(look(false).value).toBe('as it was read');
  });

  test('is read again each time while it is not settled', () => {
    const { disk, put } = place();
    put('/a');
    const look = (before?: Sighting<number>) =>
      sight(disk, before, PATHS, count, { isSettled: (value) => value > 2 });
    const third = look(look(look()));
    expect(third.value).toBe(3);
    expect(look(third)).toBe(third);
  });
});

describe('what may have changed is read again', () => {
  test.each<[string, (put: ReturnType<typeof place>['put'], all: Map<string, FileFacts>) => void]>([
    ['replaced by one of the same size and time', (put) => put('/a', { ino: 8 })],
    ['another size', (put) => put('/a', { size: 101 })],
    ['another time', (put) => put('/a', { mtimeMs: OLD + 1 })],
    ['its time was set back by whoever wrote it', (put) => put('/a', { ctimeMs: OLD + 1 })],
    ['another file has come', (put) => put('/b')],
    ['it has gone', (_, all) => all.delete('/a')],
  ])('%s', (_, change) => {
    const { disk, put, all } = place();
    put('/a');
    const first = sight(disk, undefined, PATHS, count);
    change(put, all);
    expect(sight(disk, first, PATHS, count).value).toBe(2);
  });

  // the clock of a file system does not tell two changes from each other that come so close
  test.each([
    ['in whole seconds: for two of them', { mtimeMs: NOW, ctimeMs: NOW }, 1900, 200],
    ['finer: for a tenth of one', { mtimeMs: NOW + 0.5, ctimeMs: NOW + 0.5 }, 90, 20],
  ])('what has only just changed, by times that are %s', (_, times, youngMs, moreMs) => {
    const { disk, put, clock } = place();
    put('/a', times);
    clock.advance(1);
    const first = sight(disk, undefined, PATHS, count);
    clock.advance(youngMs);
    const second = sight(disk, first, PATHS, count);
    expect(second.value).toBe(2);
    clock.advance(moreMs);
    const third = sight(disk, second, PATHS, count);
    expect(third.value).toBe(3);
    expect(sight(disk, third, PATHS, count)).toBe(third);
  });

  test('what has a time that is still to come', () => {
    const { disk, put, clock } = place();
    put('/a', { mtimeMs: NOW + 60_000 });
    const first = sight(disk, undefined, PATHS, count);
    clock.advance(30_000);
    expect(sight(disk, first, PATHS, count).value).toBe(2);
  });
});
