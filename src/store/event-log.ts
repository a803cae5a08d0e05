// The log of events as its one writer sees it: numbered lines, durable when an append is over, put aside when full.
import type { Draft, JobEvent } from '../job/event.ts';
import type { Disk } from './disk.ts';
import { asideName, eventFiles, lastSeq } from './event-files.ts';
import type { Layout } from './layout.ts';
import type { LineLog } from './line-log.ts';
import { openLineLog } from './line-log.ts';

export interface EventLogLimits {
  /** The size at which the file is put aside. */
  maxBytes: number;
  /** How many files that were put aside are kept. */
  keep: number;
}

export interface EventLog {
  /** The number of the newest event. */
  last(): number;
  /** Gives these their numbers and makes them durable, with one wait for the disk. */
  append(drafts: readonly Draft[]): Promise<JobEvent[]>;
}

/** Opens the log for writing; a last line that was cut off is not written. Numbers go on from the greater of both. */
export async function openEventLog(
  disk: Disk,
  layout: Layout,
  limits: EventLogLimits,
  numberedBefore: number,
): Promise<EventLog> {
  let log = (await openLineLog(disk, layout.events)).log;
  let last = Math.max(lastSeq(disk.files, layout), numberedBefore);
  return {
    last: () => last,
    append: async (drafts) => {
      if (drafts.length === 0) return [];
      const events = drafts.map(
        (draft, index): JobEvent => ({ seq: last + 1 + index, ...draft }) as JobEvent,
      );
      if (log.bytes() >= limits.maxBytes) log = await putAside(disk, layout, limits);
      await log.appendAll(events);
      last += events.length;
      return events;
    },
  };
}

/** Stopped anywhere it is done again: a file that is aside has its name, and a log that is not there begins empty. */
async function putAside(disk: Disk, layout: Layout, { keep }: EventLogLimits): Promise<LineLog> {
  const { files } = disk;
  const first = eventFiles(files, layout).at(-1)?.first;
  if (first !== undefined) await files.rename(layout.events, asideName(layout, first));
  files.syncDir(layout.watcher);
  const { log } = await openLineLog(disk, layout.events);
  const aside = eventFiles(files, layout).slice(0, -1);
  for (const { file } of aside.slice(0, Math.max(0, aside.length - keep))) await files.removeFile(file);
  return log;
}
