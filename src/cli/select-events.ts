// Chooses among the events that are kept: the newest that fit. It reads no more files than it must.
import type { JobEvent } from '../job/event.ts';
import { eventFiles, lastSeq, readEventFile } from '../store/event-files.ts';
import type { Layout } from '../store/layout.ts';
import type { Files } from '../system/files.ts';

export interface WantedEvents {
  /** Undefined for all. */
  jobId: string | undefined;
  types: ReadonlySet<string> | undefined;
  fromSeq: number;
  fromMs: number;
}

export interface SelectedEvents {
  /** Oldest first. */
  events: JobEvent[];
  truncated: boolean;
  /** The newest event of all when it was looked. */
  last: number;
}

export function fits(event: JobEvent, { jobId, types }: WantedEvents): boolean {
  return (jobId === undefined || event.job_id === jobId) && (!types || types.has(event.type));
}

export function selectEvents(
  files: Files,
  layout: Layout,
  wanted: WantedEvents,
  limit: number,
): SelectedEvents {
  const last = lastSeq(files, layout);
  const found: JobEvent[] = [];
  // the newest file first, and no more of them than there is need for
  for (const { file } of eventFiles(files, layout).reverse()) {
    const events = readEventFile(files, file).filter(({ seq }) => seq <= last);
    const recent = events.filter(({ seq, at }) => seq >= wanted.fromSeq && Date.parse(at) >= wanted.fromMs);
    found.unshift(...recent.filter((event) => fits(event, wanted)));
    if (found.length > limit || recent.length < events.length) break;
  }
  const kept = limit === 0 ? [] : found.slice(-limit);
  return { events: kept, truncated: kept.length < found.length, last };
}

/** Is there any event of a job with exactly this id? One that was pruned has events and no files. */
export function isTold(files: Files, layout: Layout, jobId: string): boolean {
  return eventFiles(files, layout).some(({ file }) =>
    readEventFile(files, file).some(({ job_id }) => job_id === jobId),
  );
}
