// What happens when, in a world of its own time: one event after the other, the earliest first. It knows no event.

export type Work = () => void | Promise<void>;

export interface Timeline {
  /** Milliseconds since the world began. */
  nowMs(): number;
  /** Has this work done in so many milliseconds. */
  after(ms: number, work: Work): void;
  /** The same for work that is over when it returns: nothing that was awaited goes on after it. */
  afterAtOnce(ms: number, work: () => void): void;
  /** Takes the earliest event, and the time goes on to it; undefined when there is none. */
  next(): Due | undefined;
  /** Resolves when so much time has passed. */
  sleep(ms: number): Promise<void>;
}

export interface Due {
  work: Work;
  /** Others may have to go on before the next event. */
  isAwaited: boolean;
}

interface Event extends Due {
  atMs: number;
  nth: number;
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.nth < b.nth);
}

export function newTimeline(): Timeline {
  const heap: Event[] = [];
  let [nowMs, count] = [0, 0];
  const add = (ms: number, work: Work, isAwaited: boolean) =>
    push(heap, { atMs: nowMs + ms, nth: count++, work, isAwaited });
  const after: Timeline['after'] = (ms, work) => add(ms, work, true);
  return {
    nowMs: () => nowMs,
    after,
    afterAtOnce: (ms, work) => add(ms, work, false),
    next: () => {
      const first = pop(heap);
      if (!first) return undefined;
      nowMs = first.atMs;
      return first;
    },
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
  };
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Event;
    if (!isBefore(event, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || first === last) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Event, heap[below] as Event)) below += 1;
    if (!isBefore(heap[below] as Event, last)) break;
    heap[at] = heap[below] as Event;
    at = below;
  }
  heap[at] = last;
  return first;
}
