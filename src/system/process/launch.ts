// Starts supervisors as processes of their own, which go on when this one ends, and tells whether one still lives. One
// more than is needed is kept ready, since a process takes longer to come up than all else a start needs.
import type { Socket } from 'node:net';
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

/** Without its own pipes to this process, it does not end with it. */
const ON_ITS_OWN = { detached: true, cleanup: false, windowsHide: true, reject: false } as const;

type Child = { pid?: number | undefined; exitCode: number | null; signalCode: string | null };
type Supervisor = { child: Child; ended: Promise<unknown> };

interface Waiting extends Supervisor {
  /** Gives it its attempt. */
  begin(attemptDir: string): void;
}

/**
 * Launches `node <supervisorFile> <attemptDir>`, detached. The one kept ready is `node <supervisorFile> --wait <where
 * attempts are>`, is told its attempt on its standard input, and ends when that ends without one: with its runner.
 */
export function systemLauncher(nodePath: string, supervisorFile: string, locks: Locks): Launcher {
  const alive = new Set<string>();
  const startFor = (attemptDir: string): Supervisor => {
    const child = execa(nodePath, [supervisorFile, attemptDir], { ...ON_ITS_OWN, stdio: 'ignore' });
    child.unref(); // a runner that stops does not wait for the runs that go on
    return { child, ended: child };
  };
  const spare = newSpare((attemptsDir) => startWaiting(nodePath, supervisorFile, attemptsDir));
  return {
    launch: (attemptDir, ended) => {
      const ready = spare.take();
      ready?.begin(attemptDir);
      alive.add(attemptDir);
      void (ready ?? startFor(attemptDir)).ended.then(() => {
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
    keepReady: spare.keep,
  };
}

function startWaiting(nodePath: string, supervisorFile: string, attemptsDir: string): Waiting {
  const args = [supervisorFile, '--wait', attemptsDir];
  const streams = { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' } as const;
  const child = execa(nodePath, args, { ...ON_ITS_OWN, ...streams });
  child.stdin.on('error', () => {}); // it died before it was told; that it ended says so
  child.unref();
  (child.stdin as Partial<Socket>).unref?.();
  return { child, ended: child, begin: (attemptDir) => child.stdin.end(attemptDir) };
}

/** At most one that waits; where none can be had, the launch does without. */
function newSpare(start: (attemptsDir: string) => Waiting) {
  let ready: Waiting | undefined;
  let keptFor: string | undefined;
  const keep = (attemptsDir: string) => {
    keptFor = attemptsDir;
    if (!isUp(ready)) ready = start(attemptsDir);
  };
  const take = (): Waiting | undefined => {
    const taken = isUp(ready) ? ready : undefined;
    ready = undefined;
    if (keptFor !== undefined) setTimeout(keep, REST_MS, keptFor).unref();
    return taken;
  };
  return { keep, take };
}

function isUp(one: Waiting | undefined): boolean {
  if (one?.child.pid === undefined) return false;
  return one.child.exitCode === null && one.child.signalCode === null;
}
