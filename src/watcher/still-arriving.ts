// Sealed records of which nothing more comes: told once they have not grown for long, since a record that is not whole is
// otherwise waited for in silence for ever.

import type { Problem } from '../queue/problem.ts';
import type { RecordArrival } from '../queue/watcher-snapshot.ts';
import { arrivedFiles } from '../store/read-record.ts';
import type { JobMemory, WatcherState } from './parts.ts';

/** One large file may take long, and shows nothing until it is whole. */
const QUIET_MS = 3_600_000;

const REMEDY =
  'see whether the mirror still delivers (`jobq doctor`); where it does, look at the record on its runner, which still has all of it';

/** Undefined while it is whole, has no seal, or still grows. */
export function stillArriving(
  { disk, layout }: Pick<WatcherState, 'disk' | 'layout'>,
  memory: JobMemory,
  jobId: string,
  record: RecordArrival | undefined,
): Problem | undefined {
  const isPart = record?.sealSha256 !== undefined && !record.complete;
  const arrived = isPart ? arrivedFiles(disk.files, layout.record(jobId)) : undefined;
  if (!arrived) {
    delete memory.arrived;
    return undefined;
  }
  const nowMs = disk.clock.monotonic();
  const what = `${arrived.files} of ${arrived.of}, ${arrived.bytes} bytes`;
  if (memory.arrived?.what !== what) memory.arrived = { what, sinceMs: nowMs };
  if (nowMs - memory.arrived.sinceMs < QUIET_MS) return undefined;
  const reason = `sealed, but not whole, and nothing more has come for an hour: ${arrived.files} of ${arrived.of} files are here`;
  return { kind: 'broken-record', file: `inbox/${jobId}`, job_id: jobId, reason, remedy: REMEDY };
}
