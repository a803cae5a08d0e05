// Waits until jobs have got somewhere, by looking at the folder again and again, and says how that went.

import { EXIT_CODES } from '../errors.ts';
import type { View } from '../job/view.ts';
import { isoNow } from '../store/disk.ts';
import type { Context } from './context.ts';
import { placeOfOrder } from './delivering.ts';
import { indexOf, isFinished, viewIn } from './jobs.ts';
import { changeLine } from './render/change.ts';
import { placeText } from './render/words.ts';

export type Until = 'running' | 'finished';

export interface WaitFor {
  until: Until;
  /** No limit when undefined. */
  timeoutS: number | undefined;
}

export interface Waited {
  until: Until;
  stopped: 'reached' | 'timed-out' | 'interrupted';
  /** In the order in which they were named. */
  jobs: View[];
  /** Those that had not got there. */
  unfinished: string[];
}

const LOOK_MS = 500;
/** How often the mirror is asked where an order is. */
const PLACES_MS = 2_000;

export async function waitForJobs(
  context: Context,
  jobIds: readonly string[],
  { until, timeoutS }: WaitFor,
): Promise<Waited> {
  const { parts } = context;
  const { clock } = parts.disk;
  const deadline = timeoutS === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() + timeoutS * 1000;
  const watch = newWatch(context, jobIds, until);
  for (;;) {
    watch.look();
    await watch.tellPlaces();
    if (watch.unfinished().length === 0) return watch.result('reached');
    if (parts.interrupt.aborted) return watch.result('interrupted');
    const left = deadline - clock.monotonic();
    if (left <= 0) return watch.result('timed-out');
    await clock.sleep(Math.min(LOOK_MS, left), parts.interrupt);
  }
}

/** What is known of the jobs so far; those that have got there are not read again. */
function newWatch(context: Context, jobIds: readonly string[], until: Until) {
  const { out, disk } = context.parts;
  const views = new Map<string, View>();
  const reached = new Set<string>();
  const said = new Map<string, string>();
  const told = new Map<string, string>();
  const say = (id: string, line: string) => {
    if (out.stderrIsTerminal && said.get(id) !== line) out.stderr(`${isoNow(disk).slice(11, 19)} ${line}\n`);
    said.set(id, line);
  };
  const tell = (view: View) => {
    const line = changeLine(view);
    if (told.get(view.job_id) !== line) say(view.job_id, line);
    told.set(view.job_id, line);
  };
  const unfinished = () => jobIds.filter((id) => !reached.has(id));
  let placesAtMs = Number.NEGATIVE_INFINITY;
  return {
    unfinished,
    /** For a person who waits: where the orders are that no runner has spoken of. */
    tellPlaces: async () => {
      if (!out.stderrIsTerminal || disk.clock.monotonic() - placesAtMs < PLACES_MS) return;
      placesAtMs = disk.clock.monotonic();
      for (const id of unfinished()) {
        const view = views.get(id);
        const place = view?.state === 'submitted' ? await placeOfOrder(context, view) : undefined;
        if (place) say(id, `${id} order ${placeText(place)}`);
      }
    },
    look: () => {
      const index = indexOf(context);
      for (const id of unfinished()) {
        const view = viewIn(context, index, id);
        views.set(id, view);
        tell(view);
        if (hasReached(context, view, until)) reached.add(id);
      }
    },
    result: (stopped: Waited['stopped']): Waited => ({
      until,
      stopped,
      jobs: jobIds.flatMap((id) => views.get(id) ?? []),
      unfinished: unfinished(),
    }),
  };
}

function hasReached(context: Context, view: View, until: Until): boolean {
  const { state } = view;
  // nothing says that a lost job will ever be heard of again
  if (state === 'lost') return true;
  if (until === 'running' && state !== 'submitted' && state !== 'queued') return true;
  return isFinished(context, view);
}

/** The worst of what happened, in the order that `jobq wait --help` gives. */
export function exitCodeOf({ jobs, unfinished, until }: Waited): number {
  const waiting = new Set(unfinished);
  const states = jobs.filter((view) => !waiting.has(view.job_id)).map(({ state }) => state);
  const good: readonly string[] = until === 'running' ? ['running', 'completed'] : ['completed'];
  if (states.includes('failed')) return EXIT_CODES['job-failed'].exit;
  // a job that was archived without an end was given up
  if (states.some((state) => state !== 'cancelled' && !good.includes(state)))
    return EXIT_CODES['job-lost'].exit;
  if (states.includes('cancelled')) return EXIT_CODES['job-cancelled'].exit;
  return unfinished.length > 0 ? EXIT_CODES['wait-timeout'].exit : EXIT_CODES.ok.exit;
}
