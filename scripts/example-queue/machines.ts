// The machines of the example, each with its own environment and its own state, all on one queue folder, and the
// supervisors of the scripts that they run. The daemons and verbs are those of the command line, without its logs.
import path from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { CliParts, DaemonParts } from '../../src/cli/parts.ts';
import { readArguments } from '../../src/cli/program.ts';
import { supervise } from '../../src/runner/supervisor.ts';
import type { Disk } from '../../src/store/disk.ts';
import { writeAttemptFile } from '../../src/store/work-dir.ts';
import { newChores } from '../../src/system/chores.ts';
import { systemFiles } from '../../src/system/files.ts';
import { systemLocks } from '../../src/system/lock.ts';
import { silentLog } from '../../src/system/log.ts';
import { newBell, runLoop, runUntilIdle } from '../../src/system/loop.ts';
import { systemMachine } from '../../src/system/machine.ts';
import { findLine } from '../../src/system/patterns.ts';
import type { Launcher } from '../../src/system/process/launch.ts';
import { systemEndRun, systemRun } from '../../src/system/process/run.ts';
import { startScript, thisTree } from '../../src/system/process/script.ts';
import { noWatch } from '../../src/system/watch.ts';
import type { StoryClock } from './clock.ts';

export interface Scene {
  clock: StoryClock;
  disk: Disk;
  queue: string;
  /** Where the machines keep what is not in the queue. */
  home: string;
  version: string;
}

export interface Machine {
  /** Runs a verb and answers what it printed; throws its error. */
  jobq(...argv: string[]): Promise<string>;
  /** Starts a daemon. */
  daemon(verb: 'runner' | 'watcher'): void;
  /** Stops the daemons; scripts go on. Throws what went wrong in them. */
  stopDaemons(): Promise<void>;
  /** Stops the daemons, then ends the scripts without a word to the queue. */
  switchOff(): Promise<void>;
}

export function newScene(clock: StoryClock, home: string, version: string): Scene {
  let names = 0;
  const uniqueName = () => `n${String(++names).padStart(6, '0')}`;
  return {
    clock,
    // the same on every disk that the example is made on
    disk: { files: { ...systemFiles, uniqueName, freeBytes: () => 500_000_000_000 }, clock },
    queue: path.join(home, 'job-queue'),
    home,
    version,
  };
}

interface MachineFacts {
  host: string;
  user: string;
  pid: number;
  variables?: Record<string, string>;
}

export function newMachine(scene: Scene, facts: MachineFacts): Machine {
  const scripts = newScripts(scene, facts.pid + 1, `boot-of-${facts.host}`);
  const call = async (argv: readonly string[], interrupt: AbortSignal): Promise<string> => {
    const said = { stdout: '', stderr: '' };
    const code = await main(partsOf(scene, facts, scripts.launcher, said, interrupt), argv, readArguments);
    if (code !== 0) throw new Error(`jobq ${argv.join(' ')} on ${facts.host}: ${said.stderr}${said.stdout}`);
    return said.stdout;
  };
  const daemons: { interrupt: AbortController; ended: Promise<string> }[] = [];
  const stopDaemons = async () => {
    for (const { interrupt, ended } of daemons.splice(0)) {
      interrupt.abort();
      await ended;
    }
  };
  return {
    jobq: (...argv) => call([...argv, '--queue', scene.queue], new AbortController().signal),
    daemon: (verb) => {
      const interrupt = new AbortController();
      const ended = call([verb, '--queue', scene.queue], interrupt.signal);
      ended.catch(() => {}); // told when the daemon is stopped
      daemons.push({ interrupt, ended });
    },
    stopDaemons,
    switchOff: async () => {
      try {
        await stopDaemons();
      } finally {
        await scripts.end();
      }
    },
  };
}

/** The example does not keep anybody's machine from sleeping. */
const keepAwake = () => Promise.resolve({ problem: 'not tried' });

/** Supervisors run in this process, so that the times they note are those of the example's clock. */
function newScripts({ disk }: Scene, pid: number, bootId: string) {
  const running = new Map<string, Promise<void>>();
  const launcher: Launcher = {
    launch: (dir, ended) => {
      const supervisor = supervise(
        { disk, locks: systemLocks, tree: thisTree, startScript, keepAwake, findLine, pid, bootId },
        dir,
      );
      running.set(
        dir,
        supervisor.finally(() => {
          running.delete(dir);
          ended();
        }),
      );
    },
    isHeld: (dir) => Promise.resolve(running.has(dir)),
  };
  const end = async () => {
    const all = [...running];
    for (const [dir] of all) await writeAttemptFile(disk, dir, 'cancel', { grace_s: 600 });
    await Promise.all(all.map(([, supervisor]) => supervisor));
  };
  return { launcher, end };
}

function partsOf(
  scene: Scene,
  facts: MachineFacts,
  launcher: Launcher,
  said: { stdout: string; stderr: string },
  interrupt: AbortSignal,
): CliParts {
  const { clock, disk, home, version } = scene;
  const { host, user, pid, variables = {} } = facts;
  const daemon: DaemonParts = {
    http: () => Promise.resolve({ problem: 'nobody is told of an example' }),
    random: () => 0.5,
    launcher,
    run: systemRun,
    endRun: systemEndRun,
    watch: noWatch,
    makeLog: () => silentLog,
    newBell: () => newBell(clock),
    newChores: (ring) => newChores(clock, ring),
    runLoop,
    runUntilIdle,
  };
  return {
    disk,
    environment: {
      variables,
      cwd: home,
      platform: 'linux',
      host,
      pid,
      bootId: `boot-of-${host}`,
      user,
      dataDir: path.join(home, host),
      nodePath: 'node',
      nodeVersion: '20.19.0',
      stdoutIsTerminal: false,
      columns: 100,
    },
    locks: systemLocks,
    machine: systemMachine,
    out: {
      stdout: (text) => {
        said.stdout += text;
      },
      stderr: (text) => {
        said.stderr += text;
      },
      stderrIsTerminal: false,
    },
    interrupt,
    version,
    programPath: 'jobq.js',
    loadDaemon: () => Promise.resolve(daemon),
    loadSystem: () => Promise.reject(new Error('nothing of the example asks the system')),
    // no Syncthing is found on machines in memory
    loadMirror: () =>
      Promise.resolve({
        localHttp: () => Promise.resolve({ problem: 'nothing listens here' }),
        homeDir: path.join(home, host),
      }),
  };
}
