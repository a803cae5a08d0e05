// Starts supervisors as processes of their own, which go on when this one ends, and tells whether one still lives. One
// more than is needed is kept ready, since a process takes longer to come up than all else a start needs.
import type { Socket } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import type { Locks } from '../lock.ts';

export interface Launcher {
  /** Starts a supervisor for an attempt's directory; `ended` is called when it is over. */
  launch(attemptDir: string, ended: () => void): void;
  /** Does a supervisor live that holds this attempt's lock? True for a short while after a launch, too. */
  isHeld(attemptDir: string, lockFile: string): Promise<boolean>;
  /** From now on one more supervisor than is needed is up and waits for an attempt below this directory. */
  keepReady?(attemptsDir: string): void;
}

/** How long after a launch the next one is started: the script that is about to begin has the processors first. */
const REST_MS = 2000;

/**
 * Starts one that waits on its standard input for the directory of its attempt, and ends when that ends without one. Its
 * argument is for people only, who look at the list of processes.
 */
function startWaiting(nodePath: string, supervisorFile: string, attemptsDir: string) {
  const child = execa(nodePath, [supervisorFile, attemptsDir], {
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    windowsHide: true,
    reject: false,
  });
  child.stdin.on('error', () => {}); // it died before it was told; that it ended says so
  // a runner that stops does not wait for the runs that go on
  child.unref();
  (child.stdin as Partial<Socket>).unref?.();
  return child;
}

/** Launches `node <supervisorFile> <where attempts are>`, detached; the pipe to it is closed once it knows its attempt. */
export function systemLauncher(nodePath: string, supervisorFile: string, locks: Locks): Launcher {
  const alive = new Set<string>();
  const start = (attemptsDir: string) => startWaiting(nodePath, supervisorFile, attemptsDir);
  let ready: ReturnType<typeof start> | undefined;
  let readyFor: string | undefined;
  const keepReady = () => {
    if (readyFor !== undefined) ready ??= start(readyFor);
  };
  const take = (attemptDir: string) => {
    const isUp = ready?.exitCode === null && ready.signalCode === null;
    const child = ready && isUp ? ready : start(path.dirname(path.dirname(attemptDir)));
    ready = undefined;
    setTimeout(keepReady, REST_MS).unref();
    return child;
  };
  return {
    launch: (attemptDir, ended) => {
      const child = take(attemptDir);
      child.stdin.end(attemptDir);
      alive.add(attemptDir);
      void child.then(() => {
        alive.delete(attemptDir);
        ended();
      });
    },
    isHeld: async (attemptDir, lockFile) => {
      if (alive.has(attemptDir)) return true;
      const lock = await locks.take(lockFile);
      await lock?.release();
      return lock === undefined;
    },
    keepReady: (attemptsDir) => {
      readyFor = attemptsDir;
      keepReady();
    },
  };
}
