// The bus inside the watcher: whoever wants to hear of events subscribes, whoever has one to tell posts it. What is
// heard has a number and is on the disk already. It knows no subscriber and no file.
import type { Draft, EventOf, EventType, JobEvent } from '../job/event.ts';

export interface Subscriber<T extends EventType = EventType> {
  /** Its place in the events is remembered over restarts under this name. */
  name: string;
  types: readonly T[];
  /**
   * Takes one event, in order. What it makes of it must be durable when it resolves; one that fails is given the same
   * event again at the next tick, and after a restart it may get events a second time.
   */
  handle(event: EventOf<T>): Promise<void>;
}

export interface EventBus {
  subscribe<T extends EventType>(subscriber: Subscriber<T>): void;
  subscribers(): readonly Subscriber[];
  /** Tells what nobody can see in the folder; written with the events of the next tick. */
  post(draft: Draft): void;
  /** What was posted and is not written yet. */
  posted(): readonly Draft[];
  /** So many of the first are written. */
  written(count: number): void;
}

export function newBus(ring: () => void = () => {}): EventBus {
  const subscribers: Subscriber[] = [];
  const posted: Draft[] = [];
  return {
    subscribe: (subscriber) => void subscribers.push(subscriber as unknown as Subscriber),
    subscribers: () => subscribers,
    post: (draft) => {
      posted.push(draft);
      ring();
    },
    posted: () => [...posted],
    written: (count) => void posted.splice(0, count),
  };
}

/** Events that wait for one subscriber. */
export interface Backlog {
  subscriber: Subscriber;
  waiting: JobEvent[];
  /** It failed when it was given an event last; that was told. */
  failing: boolean;
}

export function hears({ types }: Subscriber, event: JobEvent): boolean {
  return types.includes(event.type);
}
