// The small files of a job as the watcher last made something of them: read again only where they may have changed.
import path from 'node:path';
import type { Requests } from '../job/request.ts';
import { JOB_JSON, SEAL } from '../job/seal.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import type { Problem } from '../queue/problem.ts';
import type { ArchivedJob, RecordArrival, WatcherJob } from '../queue/watcher-snapshot.ts';
import { archivedJob } from '../store/archive.ts';
import { compactOrder, compactRecord } from '../store/compact.ts';
import { holdsOnlyConflicts } from '../store/conflicts.ts';
import { isWhole, readOrder } from '../store/read-order.ts';
import { readArrival } from '../store/read-record.ts';
import { readRequests, requestPaths } from '../store/requests.ts';
import { sight } from '../store/sighting.ts';
import type { JobMemory, WatcherState } from './parts.ts';

export interface AskedSeen {
  requests: Requests;
  asked: WatcherJob['asked'];
}

const sealedPaths = (dir: string) => [dir + path.sep + JOB_JSON, dir + path.sep + SEAL];

/** One that is not whole yet is looked at in full each time. */
export function seeOrder({ disk, layout }: WatcherState, jobId: string, { seen }: JobMemory) {
  const dir = layout.order(jobId);
  const read = (): OrderFacts | undefined => readOrder(disk.files, dir, jobId);
  seen.order = sight(disk, seen.order, sealedPaths(dir), read, {
    isSettled: isWhole,
    compact: (facts) => compactOrder(facts, jobId),
  });
  return seen.order.value;
}

/** Is nothing of it still arriving, as far as can be told? A record that is not sealed is replaced as one file. */
function isSettledRecord(arrival: RecordArrival | undefined): boolean {
  return arrival?.record !== undefined && (arrival.sealSha256 === undefined || arrival.complete);
}

export function seeRecord({ disk, layout }: WatcherState, jobId: string, { seen }: JobMemory) {
  const dir = layout.record(jobId);
  const read = () => readArrival(disk.files, dir, jobId);
  seen.record = sight(disk, seen.record, sealedPaths(dir), read, {
    isSettled: isSettledRecord,
    compact: (found) => compactRecord(found, jobId),
  });
  return seen.record.value;
}

export function seeAsked(
  { disk, layout }: WatcherState,
  jobId: string,
  { seen }: JobMemory,
  problems: Problem[],
): AskedSeen {
  const found: Problem[] = [];
  const dir = layout.requests(jobId);
  const read = (): AskedSeen => {
    const requests = readRequests(disk.files, layout, jobId, found);
    if ((disk.files.list(dir) ?? []).length === 0) return { requests, asked: 'empty' };
    return { requests, asked: holdsOnlyConflicts(disk.files, dir) ? 'no' : 'yes' };
  };
  // what is told of a request is told at each look
  const isSettled = () => found.length === 0;
  seen.asked = sight(disk, seen.asked, requestPaths(layout, jobId), read, { isSettled });
  problems.push(...found);
  return seen.asked.value;
}

/** Besides its seal only the names at its top matter, and those change the directory. */
export function seeArchived({ disk, layout }: WatcherState, name: string, { seen }: JobMemory): ArchivedJob {
  const dir = layout.archived(name);
  const known = seen.archived ?? new Map();
  seen.archived = known;
  const now = sight<ArchivedJob>(disk, known.get(name), [dir, dir + path.sep + SEAL], () =>
    archivedJob(disk.files, layout, name),
  );
  known.set(name, now);
  return now.value;
}
