// The names that are never part of a job, and what keeps them out of the mirror.
import { expect, test } from 'vitest';
import { IGNORE_PATTERNS, isConflictCopy, isSkippedName, MARKER } from '../../src/job/skipped-names.ts';

test.each([
  { name: '.stfolder', skipped: true },
  { name: '.STIGNORE', skipped: true },
  { name: '.stversions', skipped: true },
  { name: '.syncthing.model.prt.tmp', skipped: true },
  { name: '~SyncThing~model.prt.tmp', skipped: true },
  { name: '.jobq-staging', skipped: true },
  { name: '.DS_Store', skipped: true },
  { name: 'THUMBS.DB', skipped: true },
  { name: 'Desktop.ini', skipped: true },
  { name: '.stfolder2', skipped: false },
  { name: 'syncthing.log', skipped: false },
  { name: 'jobq-notes.md', skipped: false },
  { name: 'job.json', skipped: false },
  { name: 'SHA256SUMS', skipped: false },
])('$name is skipped: $skipped', ({ name, skipped }) => {
  expect(isSkippedName(name)).toBe(skipped);
  expect(isConflictCopy(name)).toBe(false);
});

test('a conflict copy is skipped and told apart', () => {
  for (const name of ['job.sync-conflict-20260210-143022-ABCDEFG.json', 'a.SYNC-CONFLICT-1']) {
    expect(isSkippedName(name)).toBe(true);
    expect(isConflictCopy(name)).toBe(true);
  }
});

test('the marker is a skipped name, and the mirror carries it all the same', () => {
  expect(isSkippedName(MARKER)).toBe(true);
  expect(IGNORE_PATTERNS[0]).toBe(`!${MARKER}`);
});

test('conflict copies are not hidden from the mirror', () => {
  expect(IGNORE_PATTERNS.filter((line) => line.includes('conflict'))).toEqual([]);
  expect(IGNORE_PATTERNS).toContain('(?d).jobq-*');
});
