// What the runner remembers between ticks and may forget at any time: ages, and what it launched.
import type { Order } from '../job/order.ts';
import type { Requests } from '../job/request.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import type { RecordSeen } from '../queue/runner-snapshot.ts';
import type { Sighting } from '../store/sighting.ts';
import type { LiveMemory } from './live-memory.ts';
import { newLiveMemory } from './live-memory.ts';
import type { Follower } from './progress-follower.ts';
import { newFollower } from './progress-follower.ts';
import type { Unreadable } from './unreadable-outputs.ts';

/** Why an order could not be copied, when it looked like this. */
export interface Hindrance {
  signature: string;
  reason: string;
  atMs: number;
}

/** What was made of a job's small files, and how they looked then. */
export interface Sightings {
  order?: Sighting<OrderFacts | undefined>;
  requests?: Sighting<Requests>;
  record?: Sighting<RecordSeen | undefined>;
  staged?: Sighting<StagedSeen | undefined>;
  /** Of the last attempt: what really runs. */
  command?: Sighting<readonly string[] | undefined>;
}

/** Which order the work directory is a whole copy of, and for which attempt. */
export interface StagedSeen {
  sealSha256: string;
  attempt: number;
  unsealed: readonly string[];
}

export interface JobMemory {
  seen: Sightings;
  /** Facts of the order when it last changed, and when that was by the monotonic clock. */
  signature: string | undefined;
  changedAtMs: number;
  /** The copy that did not fit its seal: of which files, and what was wrong. */
  mismatch: Hindrance | undefined;
  /** The fixed path that the copy could not have. */
  blocked: Hindrance | undefined;
  launchedAtMs: number | undefined;
  /** The supervisor that was launched last has ended before; it was looked after at once. */
  hasEnded: boolean;
  /** The last heartbeat that this process wrote, and what the record told when that began. */
  beat: { seq: number; atMs: number; queuedAt: string } | undefined;
  follower: Follower;
  live: LiveMemory;
  /** The order as it stands in the work directory. */
  order: Order | undefined;
  /** Where the files of the run are, when not in the work directory itself. */
  filesDir: string | undefined;
  /** What the directories of an ended job take. */
  workMb: number | undefined;
  /** Since when it has not been possible to read what the run left. */
  unreadable: Unreadable;
}

export type Memory = Map<string, JobMemory>;

export function recall(memory: Memory, jobId: string, nowMs: number): JobMemory {
  const known = memory.get(jobId);
  if (known) return known;
  const fresh = new Remembered(nowMs);
  memory.set(jobId, fresh);
  return fresh;
}

/** Most jobs only wait: what is for those that run is made when it is asked for. */
class Remembered implements JobMemory {
  seen: Sightings = {};
  signature: string | undefined = undefined;
  changedAtMs: number;
  mismatch: Hindrance | undefined = undefined;
  blocked: Hindrance | undefined = undefined;
  launchedAtMs: number | undefined = undefined;
  hasEnded = false;
  beat: JobMemory['beat'] = undefined;
  order: Order | undefined = undefined;
  filesDir: string | undefined = undefined;
  workMb: number | undefined = undefined;
  #run: { follower: Follower; live: LiveMemory; unreadable: Unreadable } | undefined = undefined;

  constructor(nowMs: number) {
    this.changedAtMs = nowMs;
  }

  private get run() {
    this.#run ??= { follower: newFollower(), live: newLiveMemory(), unreadable: new Map() };
    return this.#run;
  }

  get follower() {
    return this.run.follower;
  }

  set follower(follower) {
    this.run.follower = follower;
  }

  get live() {
    return this.run.live;
  }

  set live(live) {
    this.run.live = live;
  }

  get unreadable() {
    return this.run.unreadable;
  }
}

/** Something was done about the job: all of it is read again. */
export function forgetSeen(memory: Memory, jobId: string): void {
  const known = memory.get(jobId);
  if (known) known.seen = {};
}
