// What a watcher knows when it starts: its checkpoint and the events after it. Without a checkpoint the events that are
// kept say what was told; what nobody knows of is seen in the folder, where what is archived counts as known.
import type { JobEvent } from '../job/event.ts';
import type { Pool } from '../queue/pool.ts';
import { emptyPool, takeIn } from '../queue/pool.ts';
import type { CheckpointRead } from '../store/checkpoint.ts';
import { readCheckpoint } from '../store/checkpoint.ts';
import type { Disk } from '../store/disk.ts';
import { lastSeq, readEventsAfter } from '../store/event-files.ts';
import type { EventLog } from '../store/event-log.ts';
import { openEventLog } from '../store/event-log.ts';
import type { Layout } from '../store/layout.ts';
import { highestCursor } from '../store/news-cursor.ts';
import type { WatcherParts } from './parts.ts';

interface Ready {
  log: EventLog;
  read: CheckpointRead;
}

const MB = 1_000_000;
/** More events than are told between two checkpoints. */
const AHEAD_MAX = 100_000;

/** The log opens first: that cuts off a line that was not written whole. */
export async function openLog(parts: WatcherParts, queueId: string): Promise<Ready> {
  const { disk, layout, settings } = parts;
  const read = readCheckpoint(disk.files, layout, queueId);
  const limits = { maxBytes: settings.events_max_mb * MB, keep: settings.events_keep };
  const known = Math.max(seqOf(read), lastSeq(disk.files, layout));
  const told = highestCursor(disk.files, layout);
  // readers may be ahead by what a power cut took; a place far beyond all that is known was never read up to
  const numbered = known === 0 || told - known <= AHEAD_MAX ? Math.max(known, told) : known;
  return { read, log: await openEventLog(disk, layout, limits, numbered) };
}

function seqOf(read: CheckpointRead): number {
  if (read.found === 'whole') return read.checkpoint.seq;
  return read.found === 'foreign' ? read.seq : 0;
}

export interface Recovered {
  log: EventLog;
  pool: Pool;
  knownUntilMs: number;
  /** Why the checkpoint was not used, or not all of what came after it is known. */
  note: string | undefined;
  deliveredTo(subscriber: string): number;
}

/** Without a checkpoint nobody knows what a subscriber has taken: what is younger than this is given to it again. */
const AGAIN_MS = 600_000;

export function recoverPool(disk: Disk, layout: Layout, { log, read }: Ready): Recovered {
  const nowMs = disk.clock.now();
  if (read.found === 'foreign') {
    // the events are of that queue, too
    const deliveredTo = () => log.last();
    return { log, pool: emptyPool(), knownUntilMs: nowMs, note: read.reason, deliveredTo };
  }
  if (read.found === 'whole') {
    const { pool, seq, at, delivered } = read.checkpoint;
    const { events, missed } = readEventsAfter(disk.files, layout, seq);
    for (const event of events) takeIn(pool, event);
    const note = missed > 0 ? `it is old: ${missed} events after it are not kept any more` : undefined;
    const deliveredTo = (name: string) => delivered.get(name) ?? log.last();
    return { log, pool, knownUntilMs: Date.parse(at), note, deliveredTo };
  }
  const { events } = readEventsAfter(disk.files, layout, 0);
  const pool = emptyPool();
  for (const event of events) takeIn(pool, event);
  const newest = events.at(-1);
  const note = read.found === 'unusable' ? read.reason : undefined;
  return {
    log,
    pool,
    knownUntilMs: newest ? Date.parse(newest.at) : nowMs,
    note: note ?? (newest && 'there is none'),
    deliveredTo: () => beforeRecent(events, nowMs) ?? log.last(),
  };
}

function beforeRecent(events: readonly JobEvent[], nowMs: number): number | undefined {
  const recent = events.find(({ at }) => nowMs - Date.parse(at) <= AGAIN_MS);
  return recent && recent.seq - 1;
}
