import { describe, expect, test } from 'vitest';
import type { RunnerPlaces } from '../../../src/cli/doctor/places.ts';
import { judgeRunnerPlaces, judgeWritable, lookAtPlace } from '../../../src/cli/doctor/places.ts';
import { memoryDisk } from '../../helpers/memory-disk.ts';

const place = (dir: string, problem?: string, freeBytes: number | undefined = 50e9) => ({
  dir,
  problem,
  freeBytes,
});

const FACTS: RunnerPlaces = {
  platform: 'linux',
  work: place('/var/jobq/work'),
  state: place('/var/jobq/runner'),
  ledger: 'whole',
  hadLedger: true,
  insideQueue: false,
  maxPathLength: 150,
  minFreeMb: 2000,
};

const levelOf = (check: string, facts: Partial<RunnerPlaces>) =>
  judgeRunnerPlaces({ ...FACTS, ...facts }).find((finding) => finding.check === check)?.level;

test.each([
  { name: 'all well', check: 'work directory', facts: {}, level: 'ok' },
  {
    name: 'no right to write',
    check: 'work directory',
    facts: { work: place('/w', 'EACCES') },
    level: 'problem',
  },
  { name: 'inside the queue', check: 'work directory', facts: { insideQueue: true }, level: 'problem' },
  {
    name: 'a share of another machine',
    check: 'work directory',
    facts: { platform: 'win32', work: place('\\\\server\\work') },
    level: 'warning',
  },
  {
    name: 'any length on Linux',
    check: 'path length',
    facts: { work: place('/w'.repeat(200)) },
    level: undefined,
  },
  {
    name: 'a path of 49 characters on Windows: 259 in all',
    check: 'path length',
    facts: { platform: 'win32', work: place('C'.repeat(49)) },
    level: 'ok',
  },
  {
    name: 'a path of 50 characters on Windows: 260 in all',
    check: 'path length',
    facts: { platform: 'win32', work: place('C'.repeat(50)) },
    level: 'warning',
  },
  { name: 'enough room', check: 'room for jobs', facts: { work: place('/w', undefined, 2e9) }, level: 'ok' },
  {
    name: 'too little room',
    check: 'room for jobs',
    facts: { work: place('/w', undefined, 2e9 - 1e6) },
    level: 'warning',
  },
  { name: 'a ledger', check: 'ledger', facts: {}, level: 'ok' },
  {
    name: 'a first start',
    check: 'ledger',
    facts: { ledger: 'missing' as const, hadLedger: false },
    level: 'ok',
  },
  { name: 'a ledger that is gone', check: 'ledger', facts: { ledger: 'missing' as const }, level: 'problem' },
  {
    name: 'a ledger that nobody can read',
    check: 'ledger',
    facts: { ledger: 'unreadable' as const, hadLedger: false },
    level: 'problem',
  },
  {
    name: 'a ledger that replaced one',
    check: 'ledger',
    facts: { ledger: 'lost' as const },
    level: 'problem',
  },
  {
    name: 'no right to write the ledger',
    check: 'ledger',
    facts: { state: place('/s', 'EROFS') },
    level: 'problem',
  },
])('$name: $check is $level', ({ check, facts, level }) => {
  expect(levelOf(check, facts)).toBe(level);
});

test('a disk that does not tell how much is free is a note', () => {
  expect(levelOf('room for jobs', { work: { dir: '/w', problem: undefined, freeBytes: undefined } })).toBe(
    'note',
  );
});

test('a place that only has to be writable', () => {
  expect(judgeWritable('archive', 'why', place('/a'), 'do').level).toBe('ok');
  expect(judgeWritable('archive', 'why', place('/a', 'EROFS'), 'do')).toMatchObject({
    level: 'problem',
    what: '/a: EROFS',
    remedy: 'do',
  });
});

describe('looking at a place', () => {
  test('leaves nothing behind', async () => {
    const { files, volume } = memoryDisk();
    files.makeDir('/var/jobq');
    const before = volume.toJSON();
    expect((await lookAtPlace(files, '/var/jobq')).problem).toBeUndefined();
    expect(volume.toJSON()).toEqual(before);
  });

  test('tries where a folder that is not there would be made, and makes none', async () => {
    const { files } = memoryDisk();
    files.makeDir('/var');
    expect(await lookAtPlace(files, '/var/jobq/deep/work')).toMatchObject({
      dir: '/var/jobq/deep/work',
      problem: undefined,
    });
    expect(files.facts('/var/jobq')).toBeUndefined();
  });

  test('tells of a folder that may not be looked into', async () => {
    const { files } = memoryDisk();
    const refuse = () => {
      throw new Error('EACCES: permission denied');
    };
    Object.assign(files, { realPath: refuse, openNew: refuse });
    expect((await lookAtPlace(files, '/root/deep')).problem).toContain('EACCES');
  });

  test('tells why it cannot be written', async () => {
    const { files } = memoryDisk();
    files.makeDir('/var');
    files.openNew = () => {
      throw new Error('EROFS: read-only file system');
    };
    expect((await lookAtPlace(files, '/var')).problem).toContain('EROFS');
  });
});
