// The small outputs that are published while the script runs: which they are, and a file as a whole.
// Databases are not its business.
import path from 'node:path';
import { foldCase } from '../job/portable-path.ts';
import { isSkippedName } from '../job/skipped-names.ts';
import type { Disk } from '../store/disk.ts';
import { writeWhole } from '../store/disk.ts';
import { pathMatcher } from '../store/matching.ts';
import { joinPortable } from '../store/portable.ts';
import type { TreeFile } from '../store/tree.ts';

/** Where the files of one pattern can be: below which directory, and how many names deep. */
interface Reach {
  base: string;
  depth: number;
}

function reachOf(pattern: string): Reach {
  const parts = foldCase(pattern)
    .replace(/^(?:\.\/)+/, '')
    .split('/');
  const plain = parts.slice(0, -1).findIndex((part) => /[*?[\]{}]/.test(part));
  const base = parts.slice(0, plain < 0 ? -1 : plain).join('/');
  return { base, depth: /\*\*|\{/.test(pattern) ? Number.POSITIVE_INFINITY : parts.length };
}

const isWithin = (inner: string, outer: string) =>
  outer === '' || inner === outer || inner.startsWith(`${outer}/`);

/** May there be files of the pattern below this directory? */
function leadsTo(dir: string, { base, depth }: Reach): boolean {
  const folded = foldCase(dir);
  return dir.split('/').length < depth && (isWithin(folded, base) || isWithin(base, folded));
}

/** The files below a directory that one of the patterns fits, looked for only where they can be. */
export async function findMatching(
  disk: Disk,
  dir: string,
  patterns: readonly string[],
): Promise<TreeFile[]> {
  const fits = pathMatcher(patterns);
  const reaches = patterns.map(reachOf);
  const found: TreeFile[] = [];
  const visit = async (prefix: string): Promise<void> => {
    const entries = disk.files.list(path.join(dir, prefix)) ?? [];
    await disk.clock.turn();
    for (const { name, kind } of entries.filter((entry) => !isSkippedName(entry.name))) {
      const relative = prefix + name;
      if (kind === 'file' && fits(relative)) addFile(relative);
      if (kind === 'directory' && reaches.some((reach) => leadsTo(relative, reach)))
        await visit(`${relative}/`);
    }
  };
  const addFile = (relative: string) => {
    const facts = disk.files.facts(joinPortable(dir, relative));
    if (facts?.kind === 'file') found.push({ path: relative, facts });
  };
  await visit('');
  return found;
}

const SIDE_FILE = /-(?:journal|wal|shm)$/;

/** Files that SQLite keeps beside a database: worth nothing without it. */
export function isSideFile({ files }: Disk, file: string): boolean {
  return SIDE_FILE.test(file) && files.facts(file.replace(SIDE_FILE, '')) !== undefined;
}

/**
 * Publishes a file if nobody changes it meanwhile; answers its facts then. It is read at one go: on Windows a script
 * cannot replace a file that somebody reads.
 */
export async function publishIfStill(
  disk: Disk,
  tempDir: string,
  source: string,
  target: string,
): Promise<string | undefined> {
  const before = disk.files.facts(source);
  const bytes = disk.files.read(source);
  const after = disk.files.facts(source);
  const isStill = before !== undefined && before.signature === after?.signature;
  if (!isStill || before.kind !== 'file' || bytes?.length !== before.size) return undefined;
  disk.files.makeDir(path.dirname(target));
  await writeWhole(disk, tempDir, target, bytes);
  return before.signature;
}
