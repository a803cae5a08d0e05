// The owner's wish on disk: written whole, read leniently, and a pause when it cannot be read.
import path from 'node:path';
import { expect, test } from 'vitest';
import type { OwnerWish } from '../../src/queue/machine.ts';
import type { Problem } from '../../src/queue/problem.ts';
import { runnerLayoutOf } from '../../src/store/layout.ts';
import { readOwner, writeOwner } from '../../src/store/owner.ts';
import { put } from '../helpers/make-order.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';

const WRITTEN = Date.parse('2026-02-10T14:30:22Z') / 1000;
const at = runnerLayoutOf('/state', '/work');

function readText(text: string) {
  const disk = memoryDisk();
  put(disk, at.owner, text);
  disk.volume.utimesSync(at.owner, WRITTEN, WRITTEN);
  const problems: Problem[] = [];
  return { wish: readOwner(disk.files, at, problems), problems };
}

test('without a file nobody wishes anything', () => {
  const problems: Problem[] = [];
  expect(readOwner(memoryDisk().files, at, problems)).toEqual({});
  expect(problems).toEqual([]);
});

const wishes: OwnerWish[] = [
  {},
  { draining: { at: '2026-02-10T14:00:00Z' } },
  {
    paused: {
      at: '2026-02-10T14:00:00Z',
      by: 'ada@desk',
      reason: 'meshing',
      until: '2026-02-10T19:00:00Z',
      interrupt: true,
    },
    draining: { at: '2026-02-10T14:30:00Z', by: 'ben@desk', reason: 'update' },
  },
];

test.each(wishes)('what is written is read: %o', async (wish) => {
  const disk = memoryDisk();
  const problems: Problem[] = [];
  await writeOwner(disk, at, wish);
  expect(readOwner(disk.files, at, problems)).toEqual(wish);
  expect(problems).toEqual([]);
});

test('it replaces what was there, all or nothing, and leaves no other file', async () => {
  const disk = memoryDisk();
  await writeOwner(disk, at, wishes[2] ?? {});
  const { rename } = disk.files;
  disk.files.rename = () => Promise.reject(new Error('power cut'));
  await expect(writeOwner(disk, at, {})).rejects.toThrow('power cut');
  expect(readOwner(disk.files, at)).toEqual(wishes[2]);
  disk.files.rename = rename;
  await writeOwner(disk, at, {});
  expect(readOwner(disk.files, at)).toEqual({});
  expect(disk.files.list('/state')?.map(({ name }) => name)).toEqual([path.basename(at.owner)]);
});

test('a file that Notepad or PowerShell wrote is read, and unknown fields are no harm', () => {
  const text = '\ufeff{\r\n"paused": {"at": "2026-02-10T14:00:00Z", "mood": "good"}, "more": 1\r\n}';
  expect(readText(text)).toEqual({ wish: { paused: { at: '2026-02-10T14:00:00Z' } }, problems: [] });
});

test.each([
  { text: '', reason: 'is empty' },
  { text: '{"paused":', reason: 'is not valid JSON' },
  { text: '{"paused": true}', reason: 'paused' },
  { text: '{"paused": {}}', reason: 'paused.at: is missing' },
  { text: '{"paused": {"at": "2026-02-10T14:00:00Z", "until": "soon"}}', reason: 'paused.until' },
  { text: '{"draining": {"at": "now"}}', reason: 'draining.at' },
  { text: '{"schema_version": 9}', reason: 'update jobq' },
  { text: '[]', reason: 'owner.json' },
])('$text cannot be read: a problem and, to be safe, a pause', ({ text, reason }) => {
  const { wish, problems } = readText(text);
  expect(wish).toEqual({ paused: { at: '2026-02-10T14:30:22.000Z', reason: 'owner.json cannot be read' } });
  expect(problems).toEqual([
    expect.objectContaining({ kind: 'unreadable', file: at.owner, reason: expect.stringContaining(reason) }),
  ]);
});

test('a file that may not be read is the same, and says the same at every look', () => {
  const disk = memoryDisk();
  const refuse = () => {
    throw new Error('EACCES: permission denied');
  };
  Object.assign(disk.files, { readSmall: refuse, facts: refuse });
  const problems: Problem[] = [];
  const wish = readOwner(disk.files, at, problems);
  expect(wish.paused?.reason).toBe('owner.json cannot be read');
  expect(problems[0]?.reason).toContain('EACCES');
  disk.clock.advance(60_000);
  expect(readOwner(disk.files, at)).toEqual(wish);
});
