// What the runner remembers of the publications of one running attempt; it may be forgotten at any time.

export interface LiveMemory {
  attempt: number;
  /** When the next publication is due, by the monotonic clock. */
  dueMs: number;
  /** Resolves when the publication under way is over. */
  over: Promise<void>;
  /** Size of the log as it was last published. */
  logSize: number | undefined;
  /** By path: the facts of each file as it was last published, or read. */
  seen: Map<string, string>;
  /** By path: when a database that could not be read is tried again, and how often it could not. */
  putOff: Map<string, { failures: number; untilMs: number }>;
  /** What went wrong, each told once. */
  told: Set<string>;
}

export function newLiveMemory(attempt = 0): LiveMemory {
  return {
    attempt,
    dueMs: Number.NEGATIVE_INFINITY,
    over: Promise.resolve(),
    logSize: undefined,
    seen: new Map(),
    putOff: new Map(),
    told: new Set(),
  };
}
