// Did a file change below a directory? A walk that is bounded, and lets other work have its turn.
import path from 'node:path';
import { isSkippedName } from '../../job/skipped-names.ts';
import type { Disk } from '../../store/disk.ts';
import type { Files } from '../../system/files.ts';
import { unlessItFails } from './unless-it-fails.ts';

export interface TreeFacts {
  files: number;
  /** Changes when sizes or times of files change. */
  signature: number;
  newest?: { path: string; mtimeMs: number };
}

/** What lies beyond is not looked at: a walk must end before the next one begins. */
const ENTRIES_MAX = 100_000;
const ENTRIES_PER_TURN = 500;

/** The attempts' own directories are left out: the log is looked at by itself. */
export async function treeFacts({ files, clock }: Disk, dir: string): Promise<TreeFacts> {
  const facts: TreeFacts = { files: 0, signature: 0 };
  let entries = 0;
  for (const file of filesBelow(files, dir, '')) {
    if (++entries > ENTRIES_MAX) break;
    if (entries % ENTRIES_PER_TURN === 0) await clock.turn();
    addFile(
      facts,
      file,
      unlessItFails(() => files.facts(path.join(dir, file))),
    );
  }
  return facts;
}

function* filesBelow(files: Files, dir: string, prefix: string): Generator<string> {
  for (const { name, kind } of unlessItFails(() => files.list(path.join(dir, prefix))) ?? []) {
    if (isSkippedName(name)) continue;
    if (kind === 'directory') yield* filesBelow(files, dir, `${prefix}${name}/`);
    else yield prefix + name;
  }
}

function addFile(facts: TreeFacts, file: string, seen: { size: number; mtimeMs: number } | undefined): void {
  if (!seen) return;
  facts.files += 1;
  for (const number of [seen.size, Math.round(seen.mtimeMs)])
    facts.signature = (Math.imul(facts.signature, 31) + (number % 0x7fffffff)) | 0;
  if (!facts.newest || seen.mtimeMs > facts.newest.mtimeMs)
    facts.newest = { path: file, mtimeMs: seen.mtimeMs };
}
