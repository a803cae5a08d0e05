// One look at files: each is read once, and nothing is looked for that a listing does not name.
import { beforeEach, describe, expect, test } from 'vitest';
import { asTheyAre, seenOnce } from '../../src/store/seen-once.ts';
import type { Files } from '../../src/system/files.ts';
import { SMALL_BYTES } from '../../src/system/files.ts';
import { put } from '../helpers/make-order.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

let disk: MemoryDisk;
let asked: string[];
let once: Files;

beforeEach(() => {
  disk = memoryDisk();
  put(disk, '/q/jobs/a/job.json', 'a');
  put(disk, '/q/jobs/b/job.json', 'b');
  asked = [];
  const counted: Files = Object.create(disk.files);
  const count = <A extends unknown[], R>(look: (file: string, ...rest: A) => R) => {
    return (file: string, ...rest: A) => {
      asked.push(file);
      return look(file, ...rest);
    };
  };
  const { list, facts, readSmall } = disk.files;
  once = seenOnce(
    Object.assign(counted, { list: count(list), facts: count(facts), readSmall: count(readSmall) }),
  );
});

const names = (dir: string) => once.list(dir)?.map(({ name }) => name);

describe('seenOnce', () => {
  test('gives what it read before, whatever has become of it', async () => {
    expect([names('/q/jobs'), String(once.readSmall('/q/jobs/a/job.json'))]).toEqual([['a', 'b'], 'a']);
    const facts = once.facts('/q/jobs/a/job.json');
    await disk.files.removeFile('/q/jobs/a/job.json');
    put(disk, '/q/jobs/c/job.json', 'c');
    asked = [];
    expect([names('/q/jobs'), String(once.readSmall('/q/jobs/a/job.json'))]).toEqual([['a', 'b'], 'a']);
    expect(once.facts('/q/jobs/a/job.json')).toBe(facts);
    expect(asked).toEqual([]);
  });

  test('gives the files as they are to whoever asks for those', () => {
    names('/q/jobs');
    put(disk, '/q/jobs/c/job.json', 'c');
    expect(asTheyAre(once).list('/q/jobs')).toHaveLength(3);
    expect(asTheyAre(disk.files)).toBe(disk.files);
  });

  test('does not look for what a listing does not name', () => {
    names('/q/jobs');
    names('/q/jobs/a');
    asked = [];
    expect([once.facts('/q/jobs/c'), once.list('/q/jobs/c/below'), once.facts('/q/jobs/c/below/x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(once.readSmall('/q/jobs/a/SHA256SUMS')).toBeUndefined();
    expect(asked).toEqual([]);
    // where upper and lower case are one, another name is the same file
    once.facts('/q/jobs/A');
    expect(asked).toEqual(['/q/jobs/A']);
  });

  test('lists a directory in which it has looked in vain', () => {
    for (const name of ['1', '2', '3', '4', 'a']) once.facts(`/q/jobs/${name}`);
    expect(asked).toEqual(['/q/jobs/1', '/q/jobs/2', '/q/jobs', '/q/jobs/a']);
  });

  test('looks for nothing in a directory that is not there', () => {
    for (const name of ['1', '2', '3', '4']) expect(once.list(`/q/requests/${name}`)).toBeUndefined();
    expect(asked).toEqual(['/q/requests/1', '/q/requests/2', '/q/requests']);
  });

  test('reads again what was asked for with another limit, and tells that it is too large each time', () => {
    expect(String(once.readSmall('/q/jobs/a/job.json', 5))).toBe('a');
    for (let time = 0; time < 2; time++)
      expect(() => once.readSmall('/q/jobs/a/job.json', 0)).toThrow('over 0');
  });

  test('keeps what was read with a larger limit from whoever names none', () => {
    put(disk, '/q/jobs/a/large', 'x'.repeat(SMALL_BYTES + 1));
    expect(once.readSmall('/q/jobs/a/large', 2 * SMALL_BYTES)).toHaveLength(SMALL_BYTES + 1);
    for (let time = 0; time < 2; time++)
      expect(() => once.readSmall('/q/jobs/a/large')).toThrow(`over ${SMALL_BYTES}`);
  });
});
