// What the command line is made of: the real things in bin/, fakes in tests.
// It knows no verb.
import type { Disk } from '../store/disk.ts';
import type { Chores } from '../system/chores.ts';
import type { Environment } from '../system/environment.ts';
import type { Http } from '../system/http.ts';
import type { LocalHttp } from '../system/local-http.ts';
import type { Locks } from '../system/lock.ts';
import type { DaemonLog, LogLevel } from '../system/log.ts';
import type { Bell, LoopOptions, Ticking } from '../system/loop.ts';
import type { Machine } from '../system/machine.ts';
import type { Ask } from '../system/process/ask.ts';
import type { Launcher } from '../system/process/launch.ts';
import type { EndRun, Run } from '../system/process/run.ts';
import type { Random } from '../system/random.ts';
import type { Watch } from '../system/watch.ts';

export interface Out {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Progress and live news are written to standard error only when a person sees it. */
  stderrIsTerminal: boolean;
}

/** What only daemons need, loaded when one starts: a command that shows a status must not pay for it. */
export interface DaemonParts {
  launcher: Launcher;
  run: Run;
  endRun: EndRun;
  http: Http;
  random: Random;
  watch: Watch;
  makeLog(level: LogLevel): DaemonLog;
  newBell(): Bell;
  newChores(ring: () => void): Chores;
  runLoop(ticking: Ticking, options: LoopOptions): Promise<void>;
  runUntilIdle(ticking: Ticking, bell: Bell, stop: AbortSignal): Promise<void>;
}

/** What only `service` and `doctor` need: asking the system itself. */
export interface SystemParts {
  ask: Ask;
  /** Why processes cannot be contained in a Job Object of Windows here; undefined when they can. */
  noJobObject(): Promise<string | undefined>;
}

/** What only those need who ask Syncthing, loaded when one does. */
export interface MirrorParts {
  localHttp: LocalHttp;
  /** Of this user: Syncthing's own files lie below it, and `~` in its folders means it. */
  homeDir: string;
}

export interface CliParts {
  disk: Disk;
  environment: Environment;
  locks: Locks;
  machine: Machine;
  out: Out;
  /** Fires at SIGINT, SIGTERM and when the terminal closes: every wait and every daemon ends then. */
  interrupt: AbortSignal;
  /** The version of jobq. */
  version: string;
  /** The file that node is given to run jobq. */
  programPath: string;
  loadDaemon(): Promise<DaemonParts>;
  loadSystem(): Promise<SystemParts>;
  loadMirror(): Promise<MirrorParts>;
}
