// What the watcher is made of: the real things in production, fakes in tests.

import type { Presence } from '../job/presence.ts';
import type { RetryNames } from '../job/retry.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { EventPolicy } from '../queue/job-sight.ts';
import type { LinkState, LivenessPolicy } from '../queue/liveness.ts';
import type { OrderFacts } from '../queue/order-facts.ts';
import type { Problem } from '../queue/problem.ts';
import type { ArchivedJob, RecordArrival, WatcherPolicy } from '../queue/watcher-snapshot.ts';
import type { ArchiveIndex } from '../store/archive-index.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import type { Sighting } from '../store/sighting.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { EndRun, Run } from '../system/process/run.ts';
import type { EventBus } from './bus.ts';
import type { Liveness } from './judge.ts';
import type { LastingProblems } from './lasting-problems.ts';
import type { Places, PlacesSeen } from './places.ts';
import type { PostSettings } from './post/choose.ts';
import type { AskedSeen } from './see-job.ts';

export interface WatcherSettings extends WatcherPolicy, LivenessPolicy, EventPolicy, PostSettings {
  /** Size at which the events are put aside, and how many files of them are kept. */
  events_max_mb: number;
  events_keep: number;
  checkpoint_interval_s: number;
}

export interface WatcherParts {
  disk: Disk;
  layout: Layout;
  run: Run;
  /** Ends what an earlier watcher has left running. */
  endRun?: EndRun;
  /** Fires when the watcher is to stop: no post-processor is waited for then. */
  stopping?: AbortSignal;
  log: Log;
  settings: WatcherSettings;
  /** Names of variables that hold secrets: no post-processor inherits them. */
  withheld?: readonly string[];
  /** What is known of the mirror at this moment: to this device of it, or, where none is named, as a whole. */
  link: (device?: string) => LinkState;
  /** Something is about to move in this directory of a job: whoever wakes the watcher should look there. */
  follow?: (dir: string) => void;
  /** Why it is as it is as a whole, for people. */
  linkWhy?: () => string | undefined;
  /** Who seals and asks, for the files that say so. */
  identity: { host: string; user: string };
  /** Who wants to hear of events, or has some to tell. */
  bus?: EventBus;
  /** Sends messages; it is given its turn at every tick. */
  notifier?: Pick<Notifier, 'tick'>;
}

/** What was made of a job's small files, and how they looked then. */
export interface Sightings {
  order?: Sighting<OrderFacts | undefined>;
  record?: Sighting<RecordArrival | undefined>;
  asked?: Sighting<AskedSeen>;
  /** By name below archive/. */
  archived?: Map<string, Sighting<ArchivedJob>>;
}

/** What the watcher remembers of a job between ticks and may forget at any time. */
export interface JobMemory {
  seen: Sightings;
  signature: string | undefined;
  changedAtMs: number;
  recordGoneSinceMs: number | undefined;
  /** How much of a sealed record that is not whole was here last, and since when. */
  arrived?: { what: string; sinceMs: number };
}

/** The parts, and what a running watcher keeps. */
export interface WatcherState extends WatcherParts {
  memory: Map<string, JobMemory>;
  /** By runner id, as last read. */
  presences: Map<string, Presence>;
  presencesSeen: Map<string, Sighting<Presence | undefined>>;
  liveness: Liveness;
  lasting: LastingProblems;
  /** Known jobs of which nothing was found at the last looks, since when. */
  missingSince: Map<string, number>;
  bus: EventBus;
  archive: ArchiveIndex;
  placesSeen?: PlacesSeen;
  /** Ids that are named like retries, as they were put together last. */
  retryNames?: { version: number; places: Places; names: RetryNames };
  /** Seen at the last look. */
  problems: readonly Problem[];
  chores: Chores;
  /** Jobs whose post-processors run at this moment. */
  processing: Set<string>;
  /** Calls for a tick now. */
  ring: () => void;
}
