// What a watcher has told: its events as they stand on the disk, and what one that subscribes has taken of them.
import type { EventType, JobEvent } from '../../src/job/event.ts';
import { readEventsAfter } from '../../src/store/event-files.ts';
import type { EventBus } from '../../src/watcher/bus.ts';
import { newBus } from '../../src/watcher/bus.ts';
import type { ByHand } from './by-hand.ts';

type Queue = Pick<ByHand, 'disk' | 'layout'>;

export function eventsOf({ disk, layout }: Queue): JobEvent[] {
  return readEventsAfter(disk.files, layout, 0).events;
}

/** What comes by the clock, and once for each start of the watcher. */
const BY_THE_WAY: readonly EventType[] = ['heartbeat', 'progress', 'watcher-started', 'watcher-stopped'];

/** The types in their order, without what comes by the way. */
export function courseOf(queue: Queue): string {
  const events = eventsOf(queue).filter(({ type }) => !BY_THE_WAY.includes(type));
  return events.map(({ type }) => type).join(' ');
}

export interface Listener {
  taken: JobEvent[];
  /** Fails while it is true. */
  broken: boolean;
  busOf: () => EventBus;
}

/** Somebody who wants to hear of these, over all lives of the watcher. */
export function listener(types: readonly EventType[]): Listener {
  const heard: Listener = {
    taken: [],
    broken: false,
    busOf: () => {
      const bus = newBus();
      bus.subscribe({
        name: 'test',
        types,
        handle: (event) => {
          if (heard.broken) return Promise.reject(new Error('the ledger cannot be written'));
          heard.taken.push(event);
          return Promise.resolve();
        },
      });
      return bus;
    },
  };
  return heard;
}
