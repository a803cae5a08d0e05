// A power cut: an order that has its place in outbox/ was durable to its last file and name before.
import path from 'node:path';
import { expect, test } from 'vitest';
import { submitStudy } from '../../src/submit/submit.ts';
import { ask, ME, memoryBench, STUDY } from './study.ts';

test('every file and directory of an order is durable before it has its place, which is durable at the end', async () => {
  const bench = await memoryBench(STUDY);
  const { files } = bench.disk;
  const [durable, made] = [new Set<string>(), new Set<string>()];
  const atRename: string[] = [];
  let order: [string, string] | undefined;
  const watched = Object.assign(Object.create(files), {
    openNew: (file: string) => {
      made.add(file);
      const open = files.openNew(file);
      return { ...open, sync: () => open.sync().then(() => void durable.add(file)) };
    },
    makeDir: (dir: string) => {
      made.add(dir);
      files.makeDir(dir);
    },
    makeNewDir: (dir: string) => {
      made.add(dir);
      files.makeNewDir(dir);
    },
    syncFile: (file: string) => files.syncFile(file).then(() => void durable.add(file)),
    syncDir: (dir: string) => {
      durable.add(dir);
      files.syncDir(dir);
    },
    rename: async (from: string, to: string) => {
      if (path.dirname(to) === bench.layout.tree('outbox')) {
        order = [from, to];
        durable.delete(path.dirname(to));
        atRename.push(...[...made].filter((each) => each.startsWith(from) && !durable.has(each)));
      }
      await files.rename(from, to);
    },
  });
  await submitStudy({ ...bench.disk, files: watched }, bench.layout, ME, ask(bench));
  const [from = '?'] = order ?? [];
  const staged = [...made].filter((each) => each.startsWith(from));
  expect(staged.length).toBeGreaterThan(Object.keys(STUDY).length);
  expect(atRename).toEqual([]);
  expect(durable).toContain(bench.layout.tree('outbox'));
});
