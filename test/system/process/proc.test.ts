// What Linux writes of a process.
import { expect, test } from 'vitest';
import { hasEntry, parseStat, readStat, readStats } from '../../../src/system/process/proc.ts';

const line = (name: string, state: string, threads = 1) =>
  `4242 (${name}) ${state} 17 4242 4000 0 -1 4194304 900 800 0 0 150 50 30 20 20 0 ${threads} 0 987654 1000000 250 18446744073709551615 1`;

test('a line of stat is read field by field', () => {
  expect(parseStat(line('python3', 'S'))).toEqual({
    pid: 4242,
    name: 'python3',
    parent: 17,
    session: 4000,
    alive: true,
    cpu_s: 2,
    children_cpu_s: 0.5,
    born: 987654,
  });
});

test.each(['a b', 'a) S 1 (b', '((', 'a\nb', ''])('a process may be called %j', (name) => {
  expect(parseStat(line(name, 'R'))).toMatchObject({ name, parent: 17, born: 987654 });
});

test.each([
  { state: 'R', threads: 1, alive: true },
  { state: 'T', threads: 1, alive: true },
  { state: 'D', threads: 1, alive: true },
  { state: 'Z', threads: 1, alive: false },
  { state: 'X', threads: 0, alive: false },
  { state: 'Z', threads: 3, alive: true }, // only its first thread has ended
])('in state $state with $threads threads, alive: $alive', ({ state, threads, alive }) => {
  expect(parseStat(line('x', state, threads))?.alive).toBe(alive);
});

test.each(['', '12', '12 (cut', line('x', 'R').slice(0, 40)])('what is no such line is none: %j', (text) => {
  expect(parseStat(text)).toBeUndefined();
});

test('this process is listed, with its parent, and a process that is not there is told as none', (ctx) => {
  if (process.platform !== 'linux') ctx.skip('only Linux has /proc');
  expect(readStats().find(({ pid }) => pid === process.pid)).toMatchObject({
    parent: process.ppid,
    alive: true,
  });
  expect(readStat(2 ** 30)).toBeUndefined();
  expect(hasEntry(2 ** 30, 'A=b')).toBe(false);
});
