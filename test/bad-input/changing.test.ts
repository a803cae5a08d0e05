// Files that change in the very moment in which they are read, on the real disk: between the look and the opening, and
// between the size and the bytes.
import nodeFs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemCode } from '../../src/errors.ts';
import { copySealed } from '../../src/store/copy-sealed.ts';
import { sha256Of } from '../../src/store/disk.ts';
import type { FsLike } from '../../src/system/files.ts';
import { filesOver } from '../../src/system/files.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { printTally, tally } from './tally.ts';

printTally('files that change while they are read');

const TEXT = 'x'.repeat(1000);
const LIMIT = 5000;

interface Place {
  file: string;
  other: string;
}

/** A file, and another one with what must not be read in its place. */
function place(): Place {
  const dir = mkdtempSync(path.join(tmpdir(), 'jobq-changing-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const at = { file: path.join(dir, 'job.json'), other: path.join(dir, 'other') };
  nodeFs.writeFileSync(at.file, TEXT);
  nodeFs.writeFileSync(at.other, 'secret');
  return at;
}

const replace = (make: (at: Place) => void) => (at: Place) => {
  nodeFs.rmSync(at.file, { recursive: true, force: true });
  make(at);
};

const changes = [
  { how: 'is gone', change: replace(() => {}) },
  { how: 'is a link', change: replace(({ file, other }: Place) => nodeFs.symlinkSync(other, file)) },
  { how: 'is a directory', change: replace(({ file }: Place) => nodeFs.mkdirSync(file)) },
  { how: 'is empty', change: ({ file }: Place) => nodeFs.truncateSync(file, 0) },
  { how: 'is half as long', change: ({ file }: Place) => nodeFs.truncateSync(file, 500) },
  { how: 'is 100 MB', change: ({ file }: Place) => nodeFs.truncateSync(file, 100_000_000) },
  { how: 'has grown', change: ({ file }: Place) => nodeFs.appendFileSync(file, TEXT) },
];

const moments = ['openSync', 'fstatSync', 'readFileSync'] as const;

/** Node's functions, of which the named one finds the file changed when it is called first. */
function changingAt(moment: (typeof moments)[number], change: () => void): FsLike {
  let isDone = false;
  const changing = (...args: unknown[]) => {
    if (!isDone) change();
    isDone = true;
    return (nodeFs[moment] as (...all: unknown[]) => unknown)(...args);
  };
  return { ...nodeFs, [moment]: changing } as unknown as FsLike;
}

/** Nothing where it is refused; any other error is one of the test. */
function orRefused(read: () => Buffer | undefined): Buffer | undefined {
  try {
    return read();
  } catch (error) {
    if (['ELOOP', 'EFBIG'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

const cases = moments.flatMap((moment) => changes.map((each) => ({ moment, ...each })));

test.each(cases)(
  'a small file that $how at $moment is read as it was or is, or refused',
  ({ moment, change }) => {
    const at = place();
    const files = filesOver(
      changingAt(moment, () => change(at)),
      fakeClock(),
    );
    tally('small files');
    const read = orRefused(() => files.readSmall(at.file, LIMIT));
    expect(read?.length ?? 0).toBeLessThanOrEqual(LIMIT);
    expect(String(read ?? '')).not.toContain('secret');
  },
);

test.each(cases)(
  'a sealed file that $how at $moment is copied whole or not at all',
  async ({ moment, change }) => {
    const at = place();
    const files = filesOver(
      changingAt(moment, () => change(at)),
      fakeClock(),
    );
    const to = path.join(path.dirname(at.file), 'copy');
    tally('sealed files');
    const entries = [{ path: 'job.json', sha256: sha256Of(TEXT) }];
    const breach = await copySealed({ files, clock: fakeClock() }, path.dirname(at.file), to, entries).catch(
      String,
    );
    const copied = files.read(path.join(to, 'job.json'));
    expect(breach === undefined ? String(copied) : TEXT).toBe(TEXT);
  },
);
