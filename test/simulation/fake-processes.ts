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
  isAnyAlive(): boolean;
  /** The machine goes down: nothing of what ran is left. */
  reboot(): void;
  /** How often the script of each job was really started. */
  starts: Map<string, number>;
  /** The same for each attempt: `<job>#<attempt>`. */
  attempts: Map<string, number>;
  /** What a script found that it must not find. */
  breaches: string[];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The first attempt of such a job gets no licence. */
const WITHOUT_LICENCE = 'no-licence';

/** Such a job fails; its retry, which is called otherwise, does not. */
const FLAKY = 'flaky';

function endOf({ job_id, attempt }: AttemptCommand): object {
  if (job_id.endsWith(FLAKY)) return { exit_code: 3 };

  const isRefused = job_id.endsWith(WITHOUT_LICENCE) && attempt === 1;
  return isRefused ? { exit_code: 1, findings: { licence: 'no seat is free' } } : {};
}

/** `disk` is the bare disk of the workstation: processes do not die with the daemon. */
export function fakeProcesses(disk: Disk): FakeProcesses {
  const alive: Supervisor[] = [];
  const starts = new Map<string, number>();
  const attempts = new Map<string, number>();
  const breaches: string[] = [];
  const iso = () => new Date(disk.clock.now()).toISOString();
  const end = (attemptDir: string, how: object) =>
    writeAttemptFile(disk, attemptDir, 'exit', {
      exit_code: 0,
      signal: null,
      ended_by: 'itself',
      started_at: iso(),
      finished_at: iso(),
      ...how,
    });
  const write = async (file: string, text: string) => {
    await disk.files.removeFile(file);
    put(disk, file, text);
  };
  const script = (command: AttemptCommand, attemptDir: string): Supervisor['steps'] => {
    const inResults = (name: string) => path.join(command.cwd, '3_results', name);
    return [
      () => {
        const isFresh = !disk.files.facts(inResults('history.csv'));
        const isResumed = command.attempt > 1 && command.job_id.endsWith('resumed');
        if (!isFresh && !isResumed) breaches.push(`${command.job_id} found results of an earlier attempt`);
      },
      () =>
        write(path.join(attemptDir, ATTEMPT.log), 'jobq_trial: 1/2 best=3.5\njobq_trial: 2/2 best=3.25\n'),
      () => write(inResults('history.csv'), `trial,value\n1,3.5\n2,3.25\n`),
      () => write(inResults('study.db'), `results of ${command.job_id}`),
      () => end(attemptDir, endOf(command)),
    ];
  };
  const begin = (attemptDir: string): Supervisor['steps'] => [
    async () => {
      const command = readCommand(disk.files, attemptDir);
      if (!command || hasAttemptFile(disk.files, attemptDir, 'exit')) return;
      if (hasAttemptFile(disk.files, attemptDir, 'supervisor')) {
        await end(attemptDir, { exit_code: null, ended_by: 'interrupted', message: 'the machine went down' });
        return;
      }
      await writeAttemptFile(disk, attemptDir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: iso() });
      count(starts, command.job_id);
      count(attempts, `${command.job_id}#${command.attempt}`);
      alive.find((process) => process.attemptDir === attemptDir)?.steps.push(...script(command, attemptDir));
    },
  ];
  return {
    starts,
    attempts,
    breaches,
    isAnyAlive: () => alive.length > 0,
    reboot: () => void alive.splice(0),
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
