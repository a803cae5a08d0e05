// `jobq news`: what matters since this consumer acknowledged last, cheap enough to be asked every minute.

import { JobqError } from '../../errors.ts';
import { SHORT_NAME } from '../../job/job-id.ts';
import { newsOf } from '../../queue/news.ts';
import { isoNow } from '../../store/disk.ts';
import type { EventsRead } from '../../store/event-files.ts';
import { lastSeq, readEventsAfter } from '../../store/event-files.ts';
import { readNewsCursor, writeNewsCursor } from '../../store/news-cursor.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { watcherRuns } from '../living.ts';
import type { CliParts } from '../parts.ts';
import type { News } from '../render/news-text.ts';
import { newsText } from '../render/news-text.ts';
import { requireArchive } from '../side.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  ack?: boolean;
  for: string;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { ack = false, for: consumer } = input.options;
  if (!SHORT_NAME.test(consumer)) throw badName(consumer);
  const context = await openContext(parts, input);
  requireArchive(context);
  const { first, missed, marks, read } = look(context, consumer);
  const value: News = {
    consumer,
    first,
    watcher_runs: await watcherRuns(context),
    missed,
    seq: read.last,
    acknowledged: ack,
    items: newsOf(read.events).map((item) => ({
      ...item,
      results_dir: item.archived_as === null ? null : context.layout.archived(item.archived_as),
    })),
  };
  return {
    value,
    text: () => newsText(value),
    ...((ack || marks) && { afterwards: () => acknowledge(context, consumer, read.last) }),
  };
}

function badName(consumer: string): JobqError {
  return new JobqError('usage', `--for should be a short name, but is ${JSON.stringify(consumer)}`, {
    field: '--for',
    remedy: 'take letters, digits, - and _ (at most 63)',
  });
}

interface Looked {
  first: boolean;
  missed: string | null;
  /** A place that is new, or was lost, is marked by whoever looks: else it would be new again at the next look. */
  marks: boolean;
  read: EventsRead;
}

function look({ parts, layout }: Context, consumer: string): Looked {
  const { files } = parts.disk;
  const place = readNewsCursor(files, layout, consumer);
  const fromNow = (missed: string | null): Looked => ({
    first: missed === null,
    missed,
    marks: true,
    read: { events: [], missed: 0, last: lastSeq(files, layout) },
  });
  if (place.found === 'none') return fromNow(null);
  if (place.found === 'unusable')
    return fromNow(`the place of ${consumer} could not be read: its news begin again from now`);
  const { seq, at } = place.cursor;
  const read = readEventsAfter(files, layout, seq);
  if (read.last === seq && lastSeq(files, layout) < seq)
    return fromNow('the events were begun anew: what came before is not known');
  const missed = read.missed > 0 ? `${read.missed} events since ${at} are not kept any more` : null;
  return { first: false, missed, marks: false, read };
}

/** Called once it is printed. Never back: somebody else may have acknowledged more under the same name meanwhile. */
async function acknowledge({ parts, layout }: Context, consumer: string, seq: number): Promise<void> {
  const { disk, interrupt } = parts;
  await disk.clock.turn();
  if (interrupt.aborted) return; // the reader went away
  const place = readNewsCursor(disk.files, layout, consumer);
  const isBehind = place.found === 'whole' && place.cursor.seq >= seq;
  if (isBehind && place.cursor.seq <= lastSeq(disk.files, layout)) return;
  await writeNewsCursor(disk, layout, consumer, { seq, at: isoNow(disk) });
}
