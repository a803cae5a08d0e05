// Makes messages of events: of a job that is archived with its post-processing over, of one that is lost, and of one that
// is heard again. A message that was taken in before is not taken in again, so an event may come twice.
import path from 'node:path';
import type { Draft, EventOf } from '../job/event.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { View } from '../job/view.ts';
import type { Change } from '../notify/deliver.ts';
import type { MessageKind, OrderFacts } from '../notify/facts.ts';
import type { Dead, Open } from '../notify/ledger-lines.ts';
import { messageFor } from '../notify/message.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Disk } from '../store/disk.ts';
import { readEventsAfter } from '../store/event-files.ts';
import { viewJob } from '../store/find.ts';
import { fieldsIn } from '../store/kin.ts';
import type { Layout } from '../store/layout.ts';
import type { Subscriber } from './bus.ts';

const TOLD_OF = ['archived', 'lost', 'recovered'] as const;
type Told = EventOf<(typeof TOLD_OF)[number]>;

export function announcer(
  { disk, layout }: { disk: Disk; layout: Layout },
  notifier: Pick<Notifier, 'enqueue'>,
): Subscriber<(typeof TOLD_OF)[number]> {
  return {
    name: 'notify',
    types: TOLD_OF,
    handle: async (event) => {
      const view = viewAt(disk, layout, event);
      if (!view) return;
      const { lost_at } = event;
      await notifier.enqueue(
        messageFor({
          kind: kindOf(event),
          view,
          order: orderFacts(disk, view),
          post: event.type === 'archived' ? event.post : undefined,
          cancel: event.type === 'archived' ? { reason: event.reason, by: event.by } : undefined,
          lostAt: lost_at,
          nowMs: disk.clock.now(),
        }),
      );
    },
  };
}

function kindOf(event: Told): MessageKind {
  if (event.type !== 'archived') return event.type;
  return event.late ? 'late' : 'finished';
}

/** The job as it lies where the event says; undefined when it has gone from there, and another event tells of it. */
function viewAt({ files }: Disk, layout: Layout, event: Told): View | undefined {
  const { job_id } = event;
  if (job_id === null) return undefined;
  const isArchived = event.type === 'archived';
  const names = isArchived ? [event.archived_as] : [];
  const index = { open: new Set([job_id]), archived: new Map(isArchived ? [[job_id, names]] : []) };
  const view = viewJob(files, layout, index, job_id);
  if (isArchived) return view;
  // it may have got further since: a message about the past must not be told in the words of the present
  if (view.results_dir === null) return undefined;
  return event.type === 'lost' ? { ...view, state: 'lost', status: 'failed' } : view;
}

function orderFacts({ files }: Disk, { order_dir, results_dir }: View): OrderFacts {
  const dirs = [order_dir, results_dir].filter((dir) => dir !== null);
  const fields: Fields = dirs.map((dir) => fieldsIn(files, path.normalize(dir))).find(Boolean) ?? {};
  const { channel, type, notify } = fields as { [name: string]: unknown };
  const { on_complete, on_fail } = (typeof notify === 'object' && notify !== null ? notify : {}) as Fields;
  return {
    channel: typeof channel === 'string' ? channel : undefined,
    type: typeof type === 'string' ? type : undefined,
    notify: { on_complete: on_complete !== false, on_fail: on_fail !== false },
  };
}

/** What is told of a message that was sent, or is not tried any more. */
function messageEvent(change: Change): Draft | undefined {
  const { event, at, id: message, target } = change;
  const [job_id = ''] = message.split('/');
  if (event === 'sent') return { type: 'notified', at, job_id, message, target };
  return event === 'dead'
    ? { type: 'undelivered', at, job_id, message, target, reason: change.reason }
    : undefined;
}

/** So often in vain, or twice over so long a time, and somebody should know; a moment without a network is nothing. */
const TELL = { tries: 5, againTries: 2, waitedMs: 600_000 };

/** The events that changes make: also that a target cannot be sent to, once until the message that showed it is settled. */
export function messageEvents(): (change: Change, waiting?: Open) => Draft[] {
  const failing = new Map<string, string>();
  return (change, waiting) => {
    const { event, at, id: message, target } = change;
    if (event !== 'tried') {
      if (failing.get(target) === message) failing.delete(target);
      const told = messageEvent(change);
      return told ? [told] : [];
    }
    const { tries, problem } = change;
    const waitedMs = waiting ? Date.parse(at) - waiting.queuedMs : 0;
    const isLong = tries >= TELL.tries || (tries >= TELL.againTries && waitedMs >= TELL.waitedMs);
    if (!isLong || failing.has(target)) return [];
    failing.set(target, message);
    return [{ type: 'target-failing', at, job_id: null, target, message, tries, reason: problem }];
  };
}

/** Younger than this: what was given up earlier was told long ago. */
const YOUNG_MS = 600_000;

/** Messages that were given up right before the watcher died: no event tells of them yet. */
export function untold({ disk, layout }: { disk: Disk; layout: Layout }, dead: readonly Dead[]): Draft[] {
  const young = dead.filter(({ deadMs }) => disk.clock.now() - deadMs < YOUNG_MS);
  if (young.length === 0) return [];
  const keyOf = ({ at, message, target }: { at: string; message: string; target: string }) =>
    `${Date.parse(at)} ${target} ${message}`;
  const { events } = readEventsAfter(disk.files, layout, 0);
  const told = new Set(events.flatMap((event) => (event.type === 'undelivered' ? [keyOf(event)] : [])));
  return young.flatMap(({ message, target, deadMs, reason }) => {
    const at = new Date(deadMs).toISOString();
    const event = messageEvent({ event: 'dead', at, id: message.id, target, reason });
    return event && !told.has(keyOf({ at, message: message.id, target })) ? [event] : [];
  });
}
