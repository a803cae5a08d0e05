// `jobq events`: what has happened, as the watcher wrote it down, and what happens.
import { JobqError } from '../../errors.ts';
import type { JobEvent } from '../../job/event.ts';
import { EVENT_TYPES } from '../../job/event.ts';
import { readEventsAfter } from '../../store/event-files.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { namedJobs } from '../jobs.ts';
import { watcherRuns } from '../living.ts';
import type { CliParts } from '../parts.ts';
import { eventLine } from '../render/event-line.ts';
import { styleOf } from '../render/style.ts';
import type { WantedEvents } from '../select-events.ts';
import { fits, isTold, selectEvents } from '../select-events.ts';
import { requireArchive } from '../side.ts';
import { sinceMs } from '../since.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  follow?: boolean;
  job?: string;
  type?: string[];
  since?: string;
  limit: number;
}

const LOOK_MS = 500;
/** How many looks lie between two looks for the watcher. */
const WATCHER_LOOKS = 20;

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { follow = false, limit } = input.options;
  const context = await openContext(parts, input);
  requireArchive(context);
  const wanted = wantedOf(context, input.options);
  const { events, truncated, last } = selectEvents(parts.disk.files, context.layout, wanted, limit);
  const watcher_runs = await watcherRuns(context);
  if (follow) {
    const say = newSpeaker(parts, input.json);
    events.forEach(say);
    await followEvents(context, wanted, last, watcher_runs, say);
    return { value: null, printed: true, text: () => '' };
  }
  if (!watcher_runs && !input.json) sayWatcher(parts, false);
  return {
    value: { events, truncated, last_seq: last, watcher_runs },
    text: (style) => {
      const older = truncated ? [style.colors.dim('there are older ones: --limit shows them')] : [];
      const lines = events.map((event) => eventLine(style, event));
      return lines.length === 0 ? 'no events' : [...older, ...lines].join('\n');
    },
  };
}

function wantedOf(context: Context, { job, type, since }: Options): WantedEvents {
  const unknown = type?.find((each) => !EVENT_TYPES.some((known) => known === each));
  if (unknown !== undefined) {
    throw new JobqError('usage', `--type ${unknown} is no type of event`, {
      field: '--type',
      remedy: `take one of ${EVENT_TYPES.join(', ')}`,
    });
  }
  const isSeq = since !== undefined && /^\d+$/.test(since);
  return {
    jobId: job === undefined ? undefined : jobIn(context, job),
    types: type && new Set(type),
    fromSeq: isSeq ? Number(since) : 0,
    fromMs: since === undefined || isSeq ? Number.NEGATIVE_INFINITY : sinceMs(since, nowOf(context)),
  };
}

function nowOf({ parts }: Context): number {
  return parts.disk.clock.now();
}

function jobIn(context: Context, text: string): string {
  try {
    return namedJobs(context, [text])[0] ?? text;
  } catch (error) {
    if (isTold(context.parts.disk.files, context.layout, text)) return text;
    throw error;
  }
}

type Say = (event: JobEvent) => void;

function newSpeaker({ out, environment }: CliParts, json: boolean): Say {
  const style = styleOf(environment);
  return (event) => out.stdout(`${json ? JSON.stringify(event) : eventLine(style, event)}\n`);
}

function sayWatcher({ out }: CliParts, runs: boolean): void {
  const said = runs ? 'the watcher runs again' : 'the watcher does not run on this machine: no events come';
  out.stderr(`jobq: ${said}\n`);
}

async function followEvents(
  context: Context,
  wanted: WantedEvents,
  last: number,
  runsThen: boolean,
  say: Say,
): Promise<void> {
  const { parts } = context;
  const read = newReader(context, last);
  let runs = true;
  for (let look = 0; !parts.interrupt.aborted; look++) {
    const before: boolean = runs;
    if (look % WATCHER_LOOKS === 0) runs = look === 0 ? runsThen : await watcherRuns(context);
    if (before !== runs) sayWatcher(parts, runs);
    for (const event of read()) if (fits(event, wanted)) say(event);
    await parts.disk.clock.sleep(LOOK_MS, parts.interrupt);
  }
}

/** What has come since the last call; the files are read only when something was written. */
function newReader({ parts, layout }: Context, last: number): () => JobEvent[] {
  const { files } = parts.disk;
  let after = last;
  let seen: string | undefined;
  return () => {
    const signature = files.facts(layout.events)?.signature;
    if (signature === seen) return [];
    seen = signature;
    const { events, missed, last: newest } = readEventsAfter(files, layout, after);
    if (missed > 0) parts.out.stderr(`jobq: ${missed} events are not kept any more\n`);
    after = newest;
    return events;
  };
}
