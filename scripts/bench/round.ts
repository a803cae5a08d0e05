// One job through a pair, and when what happened, all by the one clock of this machine.
import { readFileSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import type { Pair } from '../../test/integration/mirror/pair.ts';
import type { ShellStudy } from '../../test/integration/mirror/studies.ts';

export interface Round {
  job: string;
  /** Milliseconds from the rename into outbox/ to the first act of the script. */
  toStart: number;
  /** From the last act of the script to the rename of its results into archive/. */
  toArchive: number;
  /** The archived job. */
  dir: string;
}

/** The script's first and last act: a moment in nanoseconds each. The start of /bin/sh and of `date` is part of it. */
export const SCRIPT = 'date +%s%N > started.txt\ndate +%s%N > ended.txt';

const LIMIT_MS = 180_000;

export async function oneRound(pair: Pair, { dir, args }: ShellStudy): Promise<Round> {
  const archive = archiving(pair);
  try {
    const job = await pair.submit(dir, ...args);
    // a rename changes the ctime of what is renamed, and nobody changes an order after it
    const submittedMs = statSync(pair.linux.at('outbox', job)).ctimeMs;
    const { name, atMs } = await pair.until(`${job} is archived`, () => archive.of(job), LIMIT_MS);
    const archived = pair.linux.at('archive', name);
    const moment = (file: string) =>
      Number(BigInt(readFileSync(path.join(archived, file), 'utf8').trim()) / 1000n) / 1000;
    return {
      job,
      dir: archived,
      toStart: moment('started.txt') - submittedMs,
      toArchive: atMs - moment('ended.txt'),
    };
  } finally {
    archive.close();
  }
}

/** When a job's directory got its final name: told by the system at once, and looked at by nobody else. */
function archiving(pair: Pair) {
  const seen = new Map<string, number>();
  const watcher = watch(pair.linux.at('archive'), (_event, name) => {
    if (name !== null && !name.startsWith('.') && !seen.has(name)) seen.set(name, Date.now());
  });
  return {
    of: (job: string) => {
      const found = [...seen].find(([name]) => name.startsWith(`${job}_`));
      return found && { name: found[0], atMs: found[1] };
    },
    close: () => watcher.close(),
  };
}
