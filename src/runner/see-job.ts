// The small files of a job as the runner last made something of them: read again only where they may have changed.
import path from 'node:path';
import { parseRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import type { Problem } from '../queue/problem.ts';
import type { RecordSeen } from '../queue/runner-snapshot.ts';
import { compactOrder, compactRecord } from '../store/compact.ts';
import { isWhole, readOrder } from '../store/read-order.ts';
import { readOwnRecord } from '../store/read-record.ts';
import { readRequests, requestPaths } from '../store/requests.ts';
import { sight } from '../store/sighting.ts';
import { ATTEMPT, readCommand, readStaged, STAGED } from '../store/work-dir.ts';
import type { JobMemory, StagedSeen } from './memory.ts';
import type { RunnerState } from './parts.ts';

const sealedPaths = (dir: string) => [dir + path.sep + JOB_JSON, dir + path.sep + SEAL];

/** One that is not whole yet, or could not be copied, is looked at in full each time. */
export function seeOrder({ disk, layout }: RunnerState, jobId: string, memory: JobMemory) {
  const dir = layout.order(jobId);
  const hindered = memory.mismatch !== undefined || memory.blocked !== undefined;
  const isSettled = (facts: OrderFacts | undefined) => !hindered && isWhole(facts);
  const before = hindered ? undefined : memory.seen.order;
  const read = (): OrderFacts | undefined => readOrder(disk.files, dir, jobId);
  memory.seen.order = sight(disk, before, sealedPaths(dir), read, {
    isSettled,
    compact: (facts) => compactOrder(facts, jobId),
  });
  return memory.seen.order.value;
}

const isReadable = (seen: RecordSeen | undefined) => seen?.record !== undefined;

export function seeRecord({ disk, layout }: RunnerState, jobId: string, { seen }: JobMemory) {
  const dir = layout.record(jobId);
  const read = () => readOwnRecord(disk.files, dir, jobId);
  seen.record = sight(disk, seen.record, sealedPaths(dir), read, {
    isSettled: isReadable,
    compact: (found) => compactRecord(found, jobId),
  });
  return seen.record.value;
}

/** What this runner has just written is not read again. Beside a seal it would be: what that says is not known here. */
export function noteRecord(
  { disk, layout }: RunnerState,
  jobId: string,
  { seen }: JobMemory,
  text: string,
): void {
  const paths = sealedPaths(layout.record(jobId));
  const parsed = parseRecord(Buffer.from(text), jobId);
  if (!parsed.ok || paths.slice(1).some((file) => disk.files.facts(file))) return;
  const read = () =>
    compactRecord<RecordSeen>({ record: parsed.value, unreadable: false, sealSha256: undefined }, jobId);
  seen.record = sight(disk, undefined, paths, read, { isOwn: true });
}

export function seeRequests(
  { disk, layout }: RunnerState,
  jobId: string,
  { seen }: JobMemory,
  problems: Problem[],
): Requests {
  const found: Problem[] = [];
  const read = () => readRequests(disk.files, layout, jobId, found);
  const isSettled = () => found.length === 0;
  seen.requests = sight(disk, seen.requests, requestPaths(layout, jobId), read, { isSettled });
  problems.push(...found);
  return seen.requests.value;
}

const NOTHING: readonly string[] = [];

export function seeStaged({ disk, at }: RunnerState, jobId: string, { seen }: JobMemory) {
  const dir = at.workDir(jobId);
  const read = (): StagedSeen | undefined => {
    const staged = readStaged(disk.files, dir);
    if (!staged) return undefined;
    const { order_seal_sha256, attempt, unsealed } = staged;
    return { sealSha256: order_seal_sha256, attempt, unsealed: unsealed.length > 0 ? unsealed : NOTHING };
  };
  seen.staged = sight(disk, seen.staged, [dir + path.sep + STAGED], read);
  return seen.staged.value;
}

/** Written before the attempt begins; another attempt has another file. */
export function seeCommand({ disk, at }: RunnerState, jobId: string, attempt: number, { seen }: JobMemory) {
  const dir = at.attempt(jobId, attempt);
  const read = () => readCommand(disk.files, dir)?.command;
  seen.command = sight(disk, seen.command, [dir + path.sep + ATTEMPT.command], read);
  return seen.command.value;
}
