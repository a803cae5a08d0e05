// A process tree on Linux: the process group that the script leads.
import { systemCode } from '../../errors.ts';
import { systemClock } from '../clock.ts';
import type { ProcessTree } from './process-tree.ts';

/** How long the system may take to clear away what was killed. */
const CONFIRM_MS = 10_000;
const LOOK_MS = 20;

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    throw error;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let waited = 0; waited < CONFIRM_MS; waited += LOOK_MS) {
    if (!signalGroup(pid, 0)) return true;
    await systemClock.sleep(LOOK_MS);
  }
  return false;
}

export const posixTree: ProcessTree = {
  detached: true,
  ask: (pid) => void signalGroup(pid, 'SIGTERM'),
  kill: (pid) => {
    signalGroup(pid, 'SIGKILL');
    return isGone(pid);
  },
};
