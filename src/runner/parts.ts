// What the runner is made of: the real things in production, fakes in tests.
import type { Presence } from '../job/presence.ts';
import type { RunnerIdentity } from '../job/record.ts';
import type { OwnerWish } from '../queue/machine.ts';
import type { Problem } from '../queue/problem.ts';
import type { Settings } from '../settings/keys.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout, RunnerLayout } from '../store/layout.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Sighting } from '../store/sighting.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { Machine } from '../system/machine.ts';
import type { Launcher } from '../system/process/launch.ts';
import type { Run } from '../system/process/run.ts';
import type { Failing } from './failing.ts';
import type { LicenceLook } from './licences.ts';
import type { Memory } from './memory.ts';
import type { Naps } from './naps.ts';
import type { PlacesSeen } from './places.ts';

export type RunnerSettings = Settings['runner'];

export interface RunnerParts {
  disk: Disk;
  layout: Layout;
  at: RunnerLayout;
  launcher: Launcher;
  machine: Machine;
  /** Runs commands of the settings. */
  run: Run;
  log: Log;
  identity: RunnerIdentity;
  settings: RunnerSettings;
  /** A person runs this one order by hand: nothing else is looked at, and nothing keeps it from starting. */
  only?: string | undefined;
  /** Something is about to move in this directory of a job: whoever wakes the runner should look there. */
  follow?: (dir: string) => void;
  /** The device of the mirror that this machine is, once that is known. */
  device?: () => string | undefined;
}

/** The parts, and what a running runner keeps. */
export interface RunnerState extends RunnerParts {
  ledger: Ledger;
  memory: Memory;
  placesSeen?: PlacesSeen;
  /** What the owner of the machine wished at the last look. */
  ownerSeen?: Sighting<OwnerWish>;
  /** Seen at the last look. */
  problems: readonly Problem[];
  chores: Chores;
  failing: Failing;
  naps: Naps;
  /** What each order waited for at the last look: of one that cannot be read now that is said again. */
  waiting: ReadonlyMap<string, string>;
  licences: LicenceLook;
  /** Nothing starts any more, and what runs is to be interrupted. */
  stopping: boolean;
  /** It writes its last presence. */
  stopped?: Presence['stopped'];
  /** Calls for a tick now. */
  ring(): void;
}
