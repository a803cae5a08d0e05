// A process tree on Windows: what taskkill finds below the script by parent pid. There is no signal to ask with, so the
// file named in JOBQ_CANCEL_FILE is all the warning a script gets.
import { execa } from 'execa';
import type { ProcessTree } from './process-tree.ts';

/** taskkill's exit code when there is no such process any more. */
const NOT_FOUND = 128;

export const windowsTree: ProcessTree = {
  detached: false,
  ask: () => {},
  kill: async (pid) => {
    const { exitCode } = await execa('taskkill', ['/PID', String(pid), '/T', '/F'], {
      reject: false,
      windowsHide: true,
    });
    return exitCode === 0 || exitCode === NOT_FOUND;
  },
  // Windows ends a supervisor's own child with it; what broke away cannot be told from other programs
  endMarked: () => Promise.resolve({ processes: 0, confirmed: true }),
};
