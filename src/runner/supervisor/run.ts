// What a supervisor is made of, and what one run of it knows.
import path from 'node:path';
import type { Disk } from '../../store/disk.ts';
import type { AttemptCommand } from '../../store/work-dir.ts';
import { ATTEMPT } from '../../store/work-dir.ts';
import type { Locks } from '../../system/lock.ts';
import type { FindLine } from '../../system/patterns.ts';
import type { KeepAwake } from '../../system/process/keep-awake.ts';
import type { ProcessTree } from '../../system/process/process-tree.ts';
import type { StartScript } from '../../system/process/script.ts';
import type { AwakeClock } from './awake-clock.ts';
import { awakeClock } from './awake-clock.ts';
import type { Processes } from './processes.ts';
import { processesOf } from './processes.ts';

export interface SupervisorParts {
  disk: Disk;
  locks: Locks;
  tree: ProcessTree;
  startScript: StartScript;
  keepAwake: KeepAwake;
  findLine: FindLine;
  pid: number;
  bootId: string;
}

export interface Run {
  parts: SupervisorParts;
  /** The attempt's directory. */
  dir: string;
  command: AttemptCommand;
  awake: AwakeClock;
  processes: Processes;
  logFile: string;
}

export function newRun(parts: SupervisorParts, dir: string, command: AttemptCommand): Run {
  return {
    parts,
    dir,
    command,
    awake: awakeClock(parts.disk.clock),
    processes: processesOf(parts, dir, command),
    logFile: path.join(dir, ATTEMPT.log),
  };
}

export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
