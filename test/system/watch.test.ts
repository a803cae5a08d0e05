// What wakes a daemon: entries of the directories, and of their sub-directories in which something moves.
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

test('wakes for what comes deep below, into directories that were there and into new ones', async () => {
  mkdirSync(at('old', 'model', 'parts'), { recursive: true });
  look();
  await wakesAt('a file in the old one', () => writeFileSync(at('old', 'model', 'parts', 'a.prt'), '1'));
  await wakesAt('a new directory', () => mkdirSync(at('new')));
  await wakesAt('one in it', () => mkdirSync(at('new', 'model')));
  await wakesAt('one in that', () => mkdirSync(at('new', 'model', 'parts')));
  await wakesAt('a file in that', () => writeFileSync(at('new', 'model', 'parts', 'a.prt'), '1'));
});

test('what is noise wakes nobody, its real name does', async () => {
  mkdirSync(at('job'));
  watching = systemWatch(
    [root],
    () => {
      wakes += 1;
    },
    (name) => name.startsWith('.syncthing.'),
  );
  writeFileSync(at('job', '.syncthing.model.bin.tmp'), '1');
  for (let n = 0; n < 20; n++) appendFileSync(at('job', '.syncthing.model.bin.tmp'), 'more');
  mkdirSync(at('job', '.syncthing.dir'));
  writeFileSync(at('.syncthing.top'), '1');
  // events come in order: what is heard of this was not heard of those before it
  await wakesAt('a file', () => writeFileSync(at('job', 'last'), ''));
  const few = wakes;
  expect(few).toBeLessThan(4);
  await wakesAt('the real name', () =>
    renameSync(at('job', '.syncthing.model.bin.tmp'), at('job', 'model.bin')),
  );
});

test('a tree of very many directories is watched as far as there is room, and all of it let go of', async () => {
  for (let job = 0; job < 40; job++)
    for (let part = 0; part < 40; part++) mkdirSync(at(`job-${job}`, `part-${part}`), { recursive: true });
  look();
  await wakesAt('a new one', () => mkdirSync(at('job-new')));
  for (let job = 0; job < 40; job++) rmSync(at(`job-${job}`), { recursive: true });
  await wakesAt('one after all others went', () => mkdirSync(at('job-last', 'deep'), { recursive: true }));
  // events come in order, and a new directory is one: whatever is heard from now on comes from the deep one
  await wakesAt('a mark', () => mkdirSync(at('mark')));
  await wakesAt('what lies deep in it', () => writeFileSync(at('job-last', 'deep', 'file'), '1'));
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
