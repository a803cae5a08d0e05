import { expect, test } from 'vitest';
import { parseConflictName, shortDeviceId } from '../../src/job/conflict-name.ts';
import { isConflictCopy } from '../../src/job/skipped-names.ts';

const AT = '2026-11-22 16:48:58';
const MARK = '.sync-conflict-20261122-164858-3SFE3DA';

test.each([
  { name: `job${MARK}.json`, original: 'job.json' },
  { name: `SHA256SUMS${MARK}`, original: 'SHA256SUMS' },
  { name: `model.tar${MARK}.gz`, original: 'model.tar.gz' },
  // Go takes all of such a name for its extension
  { name: `${MARK}.jobq-queue`, original: '.jobq-queue' },
  { name: `a${MARK}.b${MARK}.c`, original: `a${MARK}.b.c` },
  { name: `zwei Wörter${MARK}.prt`, original: 'zwei Wörter.prt' },
])('$name is a version of $original', ({ name, original }) => {
  expect(parseConflictName(name)).toEqual({ original, at: AT, device: '3SFE3DA' });
  expect(isConflictCopy(name)).toBe(true);
});

test('an old name tells no device, and a time that is none is not told', () => {
  const old = { original: 'a.txt', at: AT, device: undefined };
  expect(parseConflictName('a.sync-conflict-20261122-164858.txt')).toEqual(old);
  const timeless = { original: 'a.txt', at: undefined, device: '3SFE3DA' };
  expect(parseConflictName('a.sync-conflict-20269922-164858-3SFE3DA.txt')).toEqual(timeless);
  expect(parseConflictName('A.SYNC-CONFLICT-20261122-164858-3sfe3da.TXT')).toMatchObject({
    original: 'A.TXT',
    device: '3SFE3DA',
  });
});

test.each([
  'job.json',
  'a.sync-conflict-.txt',
  'a.sync-conflict-20261122.txt',
  'a.sync-conflict-20261122-164858-3SFE3D.txt',
  'a.sync-conflict-20261122-164858-3SFE3D1.txt',
  'a.sync-conflict-20261122-164858-3SFE3DAX.txt',
  MARK,
])('%s tells nothing', (name) => {
  expect(parseConflictName(name)).toBeUndefined();
});

test('the short id of a device is the beginning of the full one', () => {
  const full = '3SFE3DA-ABCDEFG-HIJKLMN-OPQRSTU-VWXYZ23-4567ABC-DEFGHIJ-KLMNOPQ';
  expect(shortDeviceId(full)).toBe('3SFE3DA');
  expect(shortDeviceId('3sfe-3daabc')).toBe('3SFE3DA');
});
