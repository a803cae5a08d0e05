// Supervisors and scripts of a simulated workstation: they go on when the daemon dies, and only one can hold an attempt.
import path from 'node:path';
import type { Disk } from '../../src/store/disk.ts';
import type { AttemptCommand } from '../../src/store/work-dir.ts';
import { ATTEMPT, hasAttemptFile, readCommand, writeAttemptFile } from '../../src/store/work-dir.ts';
import type { Launcher } from '../../src/system/process/launch.ts';
import { put } from '../helpers/make-order.ts';

interface Supervisor {
  attemptDir: string;
  steps: (() => Promise<void> | void)[];
}

export interface FakeProcesses {
  launcher: Launcher;
  /** One step of one process. False when none lives. */
  step(): Promise<boolean>;
  /** How often the script of each job was really started. */
  starts: Map<string, number>;
}

/** `disk` is the bare disk of the workstation: processes do not die with the daemon. */
export function fakeProcesses(disk: Disk): FakeProcesses {
  const alive: Supervisor[] = [];
  const starts = new Map<string, number>();
  const iso = () => new Date(disk.clock.now()).toISOString();
  const script = (command: AttemptCommand, attemptDir: string): Supervisor['steps'] => [
    () =>
      put(disk, path.join(attemptDir, ATTEMPT.log), 'jobq_trial: 1/2 best=3.5\njobq_trial: 2/2 best=3.25\n'),
    () => put(disk, path.join(command.cwd, '3_results', 'history.csv'), `trial,value\n1,3.5\n2,3.25\n`),
    () => put(disk, path.join(command.cwd, '3_results', 'study.db'), `results of ${command.job_id}`),
    () =>
      writeAttemptFile(disk, attemptDir, 'exit', {
        exit_code: 0,
        signal: null,
        ended_by: 'itself',
        started_at: iso(),
        finished_at: iso(),
      }),
  ];
  const begin = (attemptDir: string): Supervisor['steps'] => [
    async () => {
      const command = readCommand(disk.files, attemptDir);
      if (!command || hasAttemptFile(disk.files, attemptDir, 'supervisor')) return;
      await writeAttemptFile(disk, attemptDir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: iso() });
      starts.set(command.job_id, (starts.get(command.job_id) ?? 0) + 1);
      alive.find((process) => process.attemptDir === attemptDir)?.steps.push(...script(command, attemptDir));
    },
  ];
  return {
    starts,
    launcher: {
      launch: (attemptDir) => {
        if (!alive.some((process) => process.attemptDir === attemptDir))
          alive.push({ attemptDir, steps: begin(attemptDir) });
      },
      isHeld: (attemptDir) => Promise.resolve(alive.some((process) => process.attemptDir === attemptDir)),
    },
    step: async () => {
      const [process] = alive;
      if (!process) return false;
      await process.steps.shift()?.();
      if (process.steps.length === 0) alive.splice(alive.indexOf(process), 1);
      return true;
    },
  };
}
