// Starts supervisors as processes of their own, which go on when this one ends, and tells whether one still lives.
import { execa } from 'execa';
import type { Locks } from '../lock.ts';

export interface Launcher {
  /** Starts a supervisor for an attempt's directory; `ended` is called when it is over. */
  launch(attemptDir: string, ended: () => void): void;
  /** Does a supervisor live that holds this attempt's lock? True for a short while after a launch, too. */
  isHeld(attemptDir: string, lockFile: string): Promise<boolean>;
}

/** Launches `node <supervisorFile> <attemptDir>`, detached, with no pipe to this process. */
export function systemLauncher(nodePath: string, supervisorFile: string, locks: Locks): Launcher {
  const alive = new Set<string>();
  return {
    launch: (attemptDir, ended) => {
      const child = execa(nodePath, [supervisorFile, attemptDir], {
        detached: true,
        cleanup: false,
        stdio: 'ignore',
        windowsHide: true,
        reject: false,
      });
      child.unref(); // a runner that stops does not wait for the runs that go on
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
  };
}
