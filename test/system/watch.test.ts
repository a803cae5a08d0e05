// What wakes a daemon: entries of the directories, and of their sub-directories in which something moves.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Watching } from '../../src/system/watch.ts';
import { systemWatch } from '../../src/system/watch.ts';
import { tempDir, until } from './temp-dir.ts';

let root: string;
let watching: Watching | undefined;
let wakes: number;

beforeEach(() => {
  root = tempDir();
  wakes = 0;
});

afterEach(async () => {
  await watching?.close();
  watching = undefined;
});

const at = (...parts: string[]) => path.join(root, ...parts);
const look = () => {
  watching = systemWatch([root], () => {
    wakes += 1;
  });
};
/** Does this wake? */
async function wakesAt(what: string, move: () => void): Promise<void> {
  const before = wakes;
  move();
  await until(what, () => wakes > before);
}

test('wakes for a new entry, one that is replaced and one that goes', async () => {
  look();
  await wakesAt('a new file', () => writeFileSync(at('a.json'), '1'));
  writeFileSync(at('.b'), '2');
  await wakesAt('a file that is replaced', () => renameSync(at('.b'), at('a.json')));
  await wakesAt('a file that goes', () => rmSync(at('a.json')));
});

test('wakes for what comes into a sub-directory that was there before, and into a new one', async () => {
  mkdirSync(at('old'));
  look();
  await wakesAt('a file in the old one', () => writeFileSync(at('old', 'job.json'), '1'));
  await wakesAt('a new directory', () => mkdirSync(at('new')));
  await wakesAt('a file in it', () => writeFileSync(at('new', 'job.json'), '1'));
  rmSync(at('new'), { recursive: true });
  await wakesAt('the same directory again', () => mkdirSync(at('new')));
  await wakesAt('a file in that', () => writeFileSync(at('new', 'job.json'), '2'));
});

test('of very many sub-directories it watches those in which something moved last, and those it is told of', async () => {
  const names = Array.from({ length: 300 }, (_, n) => `job-${n}`);
  for (const name of names) mkdirSync(at(name));
  writeFileSync(at('job-7', 'touched'), '1');
  look();
  await wakesAt('the one that changed last', () => writeFileSync(at('job-7', 'job.json'), '1'));
  const quiet = wakes;
  writeFileSync(at('job-3', 'job.json'), '1');
  watching?.follow(at('job-3'));
  await wakesAt('one that it was told of', () => writeFileSync(at('job-3', 'more.json'), '1'));
  expect(wakes).toBeGreaterThan(quiet);
});

test('a directory that is not there is no error, and nothing is followed outside', async () => {
  watching = systemWatch([at('gone')], () => {});
  watching.follow(at('elsewhere', 'job'));
  await watching.close();
});
