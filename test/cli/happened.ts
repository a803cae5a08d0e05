// Writes events as a watcher would, into the queue of a test of the command line.
import type { Draft, JobEvent } from '../../src/job/event.ts';
import { openEventLog } from '../../src/store/event-log.ts';
import type { World } from './world.ts';

/** Each call is one look of a watcher; a file holds no more than so many bytes. */
export async function happened(
  world: World,
  happenings: readonly object[],
  maxBytes = 1e9,
): Promise<JobEvent[]> {
  const { disk, layout } = world;
  const at = new Date(disk.clock.now()).toISOString();
  const log = await openEventLog(disk, layout, { maxBytes, keep: 3 }, 0);
  return log.append(happenings.map((each): Draft => ({ at, job_id: null, ...each }) as unknown as Draft));
}
