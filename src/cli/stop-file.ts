// Stopping a daemon through a file: Windows can deliver no signal. A daemon that finds its file removes it and stops as
// after a signal. A file that was there before the daemon started was meant for another one.
import { parseJson } from '../job/lenient-text.ts';
import type { Files } from '../system/files.ts';
import type { Log } from '../system/log.ts';
import type { Context } from './context.ts';

/** How often a daemon looks: one question to the disk. */
const LOOK_MS = 1000;

export interface Stoppable {
  /** `watcher` or `runner-<id>`. */
  daemon: string;
  /** When this process started: taken before its lock. */
  startedMs: number;
  log: Log;
}

/** Does the work with a signal that fires at the interrupt and when somebody writes the stop file. */
export async function whileStoppable<T>(
  context: Context,
  stoppable: Stoppable,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const { interrupt } = context.parts;
  const asked = new AbortController();
  const over = new AbortController();
  const looking = look(context, stoppable, asked, AbortSignal.any([interrupt, over.signal]));
  try {
    return await work(AbortSignal.any([interrupt, asked.signal]));
  } finally {
    over.abort();
    await looking;
  }
}

async function look(
  { parts, layout }: Context,
  { daemon, startedMs, log }: Stoppable,
  asked: AbortController,
  over: AbortSignal,
): Promise<void> {
  const { files, clock } = parts.disk;
  const file = layout.stopFile(daemon);
  while (!over.aborted) {
    const at = writtenAt(files, file);
    if (at !== undefined) {
      // one that cannot be removed is older than the next daemon
      await files.removeFile(file).catch(() => {});
      if (at >= startedMs) {
        log.info({ file }, 'asked to stop by its stop file');
        return asked.abort();
      }
    }
    await clock.sleep(LOOK_MS, over);
  }
}

/** When a stop was asked for; undefined when it was not, or nobody can tell now. */
function writtenAt(files: Files, file: string): number | undefined {
  try {
    const facts = files.facts(file);
    if (facts?.kind !== 'file') return undefined;
    const parsed = parseJson(files.readSmall(file) ?? Buffer.alloc(0));
    const told = 'problem' in parsed ? undefined : (parsed.value as { requested_at?: unknown } | null);
    // a file that somebody made by hand says nothing: then its own time counts
    return Math.max(facts.mtimeMs, Date.parse(String(told?.requested_at)) || 0);
  } catch {
    return undefined; // the queue is away
  }
}
