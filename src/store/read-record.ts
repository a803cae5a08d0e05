// Reads a record's directory in inbox/: as its runner wrote it, and as it arrives at the watcher.
import path from 'node:path';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import type { RecordSeen } from '../queue/runner-snapshot.ts';
import type { RecordArrival } from '../queue/watcher-snapshot.ts';
import type { Files } from '../system/files.ts';
import { isArchiveName } from './archive-names.ts';
import { holdsOnlyConflicts } from './conflicts.ts';
import { lookingBelow } from './portable.ts';
import type { SealSeen } from './seal.ts';
import { isSealedManifest, readSeal } from './seal.ts';

interface Seen extends RecordSeen {
  complete: boolean;
}

function look(files: Files, dir: string, jobId: string): Seen | undefined {
  const facts = files.facts(dir);
  if (facts?.kind !== 'directory') return undefined;
  const jobJson = files.readSmall(path.join(dir, JOB_JSON));
  if (!jobJson && holdsOnlyConflicts(files, dir)) return undefined;
  const parsed = jobJson && parseRecord(jobJson, jobId);
  const record = parsed?.ok ? parsed.value : undefined;
  const unreadable = jobJson !== undefined && record === undefined;
  const seal = sealOf(files, dir);
  if (seal.seal !== 'valid' || !jobJson || !isSealedManifest(seal.entries, jobJson)) {
    const leftOf = seal.seal === 'valid' && !jobJson ? { leftOf: seal.sha256 } : {};
    return { record, unreadable, sealSha256: undefined, complete: false, ...leftOf };
  }
  const paths = seal.entries.flatMap((entry) => (entry.path === JOB_JSON ? [] : [entry.path]));
  return {
    record,
    unreadable,
    sealSha256: seal.sha256,
    complete: record !== undefined && isComplete(files, dir, paths, record),
  };
}

/** Most records have none as long as they are open, and to ask for its facts costs a fifth of trying to read it. */
function sealOf(files: Files, dir: string): SealSeen {
  return files.facts(path.join(dir, SEAL)) ? readSeal(files, dir) : { seal: 'missing' };
}

/** Every named file is there, under a name that it may have, and the sizes add up to what the record says. */
function isComplete(files: Files, dir: string, paths: readonly string[], record: JobRecord): boolean {
  if (paths.some(isArchiveName)) return false;
  const look = lookingBelow(files, dir);
  let bytes = 0;
  for (const file of paths) {
    const facts = look(file);
    if (facts?.kind !== 'file') return false;
    bytes += facts.size;
  }
  return record.results?.files === paths.length && record.results.bytes === bytes;
}

/** The record as its own runner sees it; undefined when there is no directory of it, or only conflict copies in it. */
export function readOwnRecord(files: Files, dir: string, jobId: string): RecordSeen | undefined {
  return look(files, dir, jobId);
}

/** The record as it has arrived; a directory with nothing in it, or only conflict copies, counts as gone. */
export function readArrival(files: Files, dir: string, jobId: string): RecordArrival | undefined {
  const seen = look(files, dir, jobId);
  const isEmpty = seen?.record === undefined && (files.list(dir)?.length ?? 0) === 0;
  return isEmpty ? undefined : seen;
}

export interface ArrivedFiles {
  /** How many of the files that its seal names are here, and how many those are, besides job.json. */
  files: number;
  of: number;
  bytes: number;
}

/** How much of a sealed record is here; undefined while its seal is not. */
export function arrivedFiles(files: Files, dir: string): ArrivedFiles | undefined {
  const seal = readSeal(files, dir);
  if (seal.seal !== 'valid') return undefined;
  const look = lookingBelow(files, dir);
  const paths = seal.entries.flatMap((entry) => (entry.path === JOB_JSON ? [] : [entry.path]));
  const here = paths.map(look).filter((facts) => facts?.kind === 'file');
  return {
    files: here.length,
    of: paths.length,
    bytes: here.reduce((sum, facts) => sum + (facts?.size ?? 0), 0),
  };
}
