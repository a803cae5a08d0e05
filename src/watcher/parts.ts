// What the watcher is made of: the real things in production, fakes in tests.

import type { Presence } from '../job/presence.ts';
import type { LinkState, LivenessPolicy, Observed } from '../queue/liveness.ts';
import type { Problem } from '../queue/problem.ts';
import type { WatcherPolicy } from '../queue/watcher-snapshot.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { Run } from '../system/process/run.ts';

export interface WatcherSettings extends WatcherPolicy, LivenessPolicy {
  /** Program and arguments of the post-processor; empty for none. */
  post_command: readonly string[];
  post_timeout_s: number;
}

export interface WatcherParts {
  disk: Disk;
  layout: Layout;
  run: Run;
  log: Log;
  settings: WatcherSettings;
  link: LinkState;
  /** Who seals and asks, for the files that say so. */
  identity: { host: string; user: string };
}

/** What the watcher remembers of a job between ticks and may forget at any time. */
export interface JobMemory {
  signature: string | undefined;
  changedAtMs: number;
  recordGoneSinceMs: number | undefined;
}

/** The parts, and what a running watcher keeps. */
export interface WatcherState extends WatcherParts {
  memory: Map<string, JobMemory>;
  /** By runner id, as last read. */
  presences: Map<string, Presence>;
  /** By job id. */
  observed: Map<string, Observed>;
  /** Seen at the last look. */
  problems: readonly Problem[];
  chores: Chores;
  /** Calls for a tick now. */
  ring: () => void;
}
