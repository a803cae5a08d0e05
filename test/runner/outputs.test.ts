// The names under which outputs are published: what can be sealed, mirrored and archived beside jobq's own names.
import { describe, expect, test } from 'vitest';
import { formatSeal, JOB_JSON, parseSeal } from '../../src/job/seal.ts';
import { findOutputs } from '../../src/runner/outputs.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

async function published(files: readonly string[], emptyDirs: readonly string[] = []) {
  const disk = memoryDisk();
  for (const file of files) put(disk, `/work/${file}`, 'x');
  for (const dir of emptyDirs) disk.files.makeDir(`/work/${dir}`);
  return findOutputs(disk, '/work', [], undefined);
}

describe('outputs are published', () => {
  test.each([
    {
      name: 'under their own names',
      files: ['3_results/a.csv', 'log.txt'],
      as: ['3_results/a.csv', 'log.txt'],
    },
    { name: 'beside the record', files: ['job.json', 'stdout.log'], as: ['%6Aob.json', '%73tdout.log'] },
    {
      name: 'beside what the archive adds',
      files: ['abandoned.json', 'lost.json', 'order/a', 'post/b', 'retry.json'],
      as: ['%61bandoned.json', '%6Cost.json', '%6Frder/a', '%70ost/b', '%72etry.json'],
    },
    {
      name: 'beside the seal',
      files: ['SHA256SUMS/x', 'sha256sums.sig'],
      as: ['%53HA256SUMS/x', '%73ha256sums.sig'],
    },
    {
      name: 'in one directory each where case does not count',
      files: ['Results/a', 'results/b', 'results/c'],
      as: ['Results/a', '%72esults/b', '%72esults/c'],
    },
    { name: 'apart where case does not count', files: ['a.csv', 'A.csv'], as: ['A.csv', '%61.csv'] },
    {
      name: 'below names that only stand deeper',
      files: ['x/job.json', 'x/post/a'],
      as: ['x/job.json', 'x/post/a'],
    },
  ])('$name', async ({ files, as }) => {
    const outputs = await published(files);
    expect(outputs.files.map((file) => file.publishedAs)).toEqual(as);
    const entries = [...as, JOB_JSON].map((path) => ({ path, sha256: 'a'.repeat(64) }));
    expect(parseSeal(formatSeal(entries))).toHaveProperty('entries');
    const renamed = outputs.files.filter((file) => file.path !== file.publishedAs);
    expect(outputs.notes.map((note) => note.path)).toEqual(renamed.map((file) => file.path));
  });

  test('empty directories as well, and never under a name of jobq', async () => {
    const outputs = await published(['a/b'], ['3_results/empty', 'SHA256SUMS', 'post']);
    expect(outputs.emptyDirs.toSorted()).toEqual(['%53HA256SUMS', '%70ost', '3_results/empty']);
  });
});
