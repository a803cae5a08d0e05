// Which files of a work directory patterns name, and how much of it is looked at for them.
import { describe, expect, test } from 'vitest';
import { findMatching, isSideFile } from '../../src/runner/live-outputs.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const FILES = [
  '.jobq-attempt-1/stdout.log',
  '2_iterations/iter1/a.csv',
  '2_iterations/iter1/deep/b.csv',
  '3_results/.hidden.csv',
  '3_results/History.csv',
  '3_results/plots/x.png',
  '3_results/study.db',
  'top.csv',
];

async function find(patterns: string[]) {
  const disk = memoryDisk();
  for (const file of FILES) put(disk, `/work/${file}`, 'x');
  const listed: string[] = [];
  const list: typeof disk.files.list = (dir) => {
    listed.push(dir.slice('/work/'.length).replace(/\/$/, ''));
    return disk.files.list(dir);
  };
  const found = await findMatching({ ...disk, files: { ...disk.files, list } }, '/work', patterns);
  return { found: found.map((file) => file.path), listed };
}

describe('patterns', () => {
  test.each([
    {
      patterns: ['3_results/*.csv', '3_results/study.db'],
      found: ['3_results/.hidden.csv', '3_results/History.csv', '3_results/study.db'],
      listed: ['', '3_results'],
    },
    { patterns: ['*.csv'], found: ['top.csv'], listed: [''] },
    { patterns: ['./top.csv'], found: ['top.csv'], listed: [''] },
    {
      patterns: ['2_iterations/*/a.csv'],
      found: ['2_iterations/iter1/a.csv'],
      listed: ['', '2_iterations', '2_iterations/iter1'],
    },
    {
      patterns: ['2_iterations/**/*.csv'],
      found: ['2_iterations/iter1/a.csv', '2_iterations/iter1/deep/b.csv'],
      listed: ['', '2_iterations', '2_iterations/iter1', '2_iterations/iter1/deep'],
    },
    { patterns: ['3_RESULTS/history.CSV'], found: ['3_results/History.csv'], listed: ['', '3_results'] },
    {
      patterns: ['{2_iterations/iter1,3_results}/*.{csv,png}'],
      found: ['2_iterations/iter1/a.csv', '3_results/.hidden.csv', '3_results/History.csv'],
      listed: [
        '',
        '2_iterations',
        '2_iterations/iter1',
        '2_iterations/iter1/deep',
        '3_results',
        '3_results/plots',
      ],
    },
    {
      patterns: ['.jobq-attempt-1/*', '**/stdout.log'],
      found: [],
      listed: [
        '',
        '2_iterations',
        '2_iterations/iter1',
        '2_iterations/iter1/deep',
        '3_results',
        '3_results/plots',
      ],
    },
    { patterns: [], found: [], listed: [''] },
  ])('$patterns', async ({ patterns, found, listed }) => {
    expect(await find(patterns)).toEqual({ found, listed });
  });
});

test.each([
  { file: 'study.db-journal', beside: 'study.db', isSide: true },
  { file: 'study.db-wal', beside: 'study.db', isSide: true },
  { file: 'study.db-shm', beside: 'study.db', isSide: true },
  { file: 'nx-journal', beside: 'study.db', isSide: false },
  { file: 'study.db', beside: 'study', isSide: false },
])('$file beside $beside belongs to a database: $isSide', ({ file, beside, isSide }) => {
  const disk = memoryDisk();
  put(disk, `/work/${file}`, 'x');
  put(disk, `/work/${beside}`, 'x');
  expect(isSideFile(disk, `/work/${file}`)).toBe(isSide);
});
