// What the runner is made of: the real things in production, fakes in tests.
import type { RunnerIdentity } from '../job/record.ts';
import type { Problem } from '../queue/problem.ts';
import type { RunnerPolicy } from '../queue/runner-snapshot.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout, RunnerLayout } from '../store/layout.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import type { Launcher } from '../system/process/launch.ts';
import type { Memory } from './memory.ts';

/** How a named interpreter is called: `[path, ...args_before_script, script, ...args_after_script, ...args]`. */
export interface Interpreter {
  path: string;
  args_before_script: readonly string[];
  args_after_script: readonly string[];
  path_prepend: readonly string[];
  env: Readonly<Record<string, string>>;
}

export interface RunnerSettings extends RunnerPolicy {
  interpreters: { readonly [name: string]: Interpreter };
  heartbeat_interval_s: number;
  progress_interval_s: number;
  grace_s: number;
  timeout_s: number;
}

export interface RunnerParts {
  disk: Disk;
  layout: Layout;
  at: RunnerLayout;
  launcher: Launcher;
  log: Log;
  identity: RunnerIdentity;
  settings: RunnerSettings;
  /** A person runs this one order by hand: nothing else is looked at, and nothing keeps it from starting. */
  only?: string | undefined;
}

/** The parts, and what a running runner keeps. */
export interface RunnerState extends RunnerParts {
  ledger: Ledger;
  memory: Memory;
  /** Seen at the last look. */
  problems: readonly Problem[];
  chores: Chores;
  /** Calls for a tick now. */
  ring(): void;
}
