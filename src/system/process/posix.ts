// A process tree on Linux: the process group that the script leads.
import { readdirSync, readFileSync } from 'node:fs';
import { systemCode } from '../../errors.ts';
import { systemClock } from '../clock.ts';
import type { Ended, ProcessTree } from './process-tree.ts';

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

/** The processes whose environment has this entry: children inherit it, whatever group or parent they have. */
function markedPids(mark: string): number[] {
  return names('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    return environmentOf(pid).includes(`${mark}\0`) ? [pid] : [];
  });
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // no /proc: there the group is all that is known
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has ended, or is somebody else's
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

async function endMarked(mark: string): Promise<Ended> {
  const seen = new Set<number>();
  for (let waited = 0; waited < CONFIRM_MS; waited += LOOK_MS) {
    const pids = markedPids(mark);
    if (pids.length === 0) return { processes: seen.size, confirmed: true };
    for (const pid of pids) {
      seen.add(pid);
      killOne(pid);
    }
    await systemClock.sleep(LOOK_MS);
  }
  return { processes: seen.size, confirmed: false };
}

export const posixTree: ProcessTree = {
  detached: true,
  ask: (pid) => void signalGroup(pid, 'SIGTERM'),
  kill: (pid) => {
    signalGroup(pid, 'SIGKILL');
    return isGone(pid);
  },
  endMarked,
};
