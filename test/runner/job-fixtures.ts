// The orders of fixtures/jobs: what stands in their directories, and what is to become of them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Disk } from '../../src/store/disk.ts';
import { joinPortable } from '../../src/store/portable.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/jobs/', import.meta.url));

interface Fixture<Expected> {
  name: string;
  /** Content of each file by its portable path. */
  files: ReadonlyMap<string, Buffer>;
  expected: Expected;
}

export interface InvalidJob {
  job_id: string;
  /** The record ends as rejected; or it never becomes a job; or sealing what was made by hand names the fault. */
  how: 'rejected' | 'left' | 'seal-refused';
  /** The message, or the part of it that names file and field. */
  message: string;
  field?: string;
  /** What the list of problems says, where it is not the message. */
  problem?: string;
  /** Files and empty directories that not every file system or git can hold: the test makes them. */
  make?: Record<string, string>;
  make_dirs?: string[];
}

export interface ValidJob {
  job_id: string;
  sealed: boolean;
  /** Fields that the archived record must have kept. */
  fields: Record<string, unknown>;
}

function filesBelow(dir: string): Map<string, Buffer> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
  return new Map(
    paths.map((file) => [path.relative(dir, file).replaceAll('\\', '/'), readFileSync(file)] as const),
  );
}

function fixtures<Expected>(kind: 'invalid' | 'valid'): Fixture<Expected>[] {
  return readdirSync(path.join(FIXTURES, kind))
    .sort()
    .map((name) => {
      const dir = path.join(FIXTURES, kind, name);
      const expected = JSON.parse(readFileSync(path.join(dir, 'expected.json'), 'utf8')) as Expected;
      return { name, files: filesBelow(path.join(dir, 'order')), expected };
    });
}

export const validJobs = fixtures<ValidJob>('valid');

export const invalidJobs = fixtures<InvalidJob>('invalid').map((fixture) => {
  const made = Object.entries(fixture.expected.make ?? {}).map(
    ([file, text]) => [file, Buffer.from(text)] as const,
  );
  return { ...fixture, files: new Map([...fixture.files, ...made]) };
});

/** Puts a fixture where it would stand. */
export function place(
  disk: Disk,
  dir: string,
  files: ReadonlyMap<string, Buffer>,
  emptyDirs: readonly string[] = [],
): void {
  disk.files.makeDir(dir);
  for (const [file, bytes] of files) {
    const target = joinPortable(dir, file);
    disk.files.makeDir(path.dirname(target));
    const out = disk.files.openNew(target);
    out.write(bytes);
    out.close();
  }
  for (const name of emptyDirs) disk.files.makeDir(joinPortable(dir, name));
}
