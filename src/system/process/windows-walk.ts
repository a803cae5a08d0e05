// The processes of an attempt on Windows without a Job Object: those that were seen before, and what descends from them
// by parent and time of birth. It knows a list of processes and a way to end some, not where they come from.
import type { ProcessId } from '../../job/outcome.ts';
import type { Clock } from '../clock.ts';
import { endAll } from './ending.ts';
import { familyOf } from './family.ts';
import type { Attempt } from './process-tree.ts';
import { newMemory } from './walk-memory.ts';
import type { WindowsProcess, WindowsWay } from './windows-process.ts';
import { seenOf, startedText } from './windows-process.ts';

/** Every process, as it was just before a moment of the wall clock. */
export interface Table {
  at: number;
  rows: readonly WindowsProcess[];
}

export interface WalkParts {
  self: number;
  clock: Clock;
  /** A list that is at most so old, or the last one where a newer one cannot be had. */
  read(maxAgeMs: number): Promise<Table>;
  kill(processes: readonly WindowsProcess[]): void | Promise<void>;
}

/** A new list costs a PowerShell each time. */
const LOOK_AGE_MS = 5_000;
/** By an older list nobody is ended: an id may have changed hands. */
const KILL_AGE_MS = 5_000;
const CONFIRM_MS = 30_000;
const PAUSE_MS = 100;
/** How often a list is asked for that has a child in it which was just started. */
const TRIES = 3;
/** How far the clock of this process may be from that which births are told by. */
const SLACK_MS = 50;

interface Child {
  begun: number;
  over?: number;
  id: Promise<ProcessId | undefined>;
}

export function newWalk(parts: WalkParts): WindowsWay {
  const memory = newMemory();
  const children = new Map<number, Child>();

  const members = async ({ known }: Attempt, maxAgeMs: number) => {
    const { at, rows } = await parts.read(maxAgeMs);
    const listed = rows.filter(({ pid }) => pid !== parts.self);
    const former = memory.former(known, listed, at);
    const ids = new Set(known.map(({ pid, started }) => `${pid} ${started}`));
    const found = familyOf(listed, (one) => ids.has(`${one.pid} ${startedText(one.born)}`), former);
    for (const { pid, born } of found) memory.keep(pid, startedText(born), born);
    return { at, found };
  };

  const idOfChild = async (pid: number, child: Omit<Child, 'id'>): Promise<ProcessId | undefined> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const { rows } = await parts.read(0);
      const row = rows.find((one) => one.pid === pid && one.born <= child.begun + SLACK_MS);
      if (row) return memory.keep(pid, startedText(row.born), row.born, child.over);
      // it was over before there was a list: what it started is younger than the moment it was started at
      if (child.over !== undefined)
        return memory.keep(pid, startedText(child.begun), child.begun - SLACK_MS, child.over);
    }
    return undefined;
  };

  return {
    begun: (pid, when) => {
      const child = { begun: when };
      children.set(pid, Object.assign(child, { id: idOfChild(pid, child) }));
    },
    over: (pid, when) => {
      const over = when + SLACK_MS;
      const child = children.get(pid);
      if (child) child.over = over;
      memory.over(pid, over);
    },
    identify: async (pid) => {
      const child = children.get(pid);
      if (child) return child.id;
      const row = (await parts.read(0)).rows.find((one) => one.pid === pid);
      return row && { pid, started: startedText(row.born), name: row.name };
    },
    list: async (attempt) => (await members(attempt, LOOK_AGE_MS)).found.map(seenOf),
    cpuSeconds: async (attempt) => {
      const times = (await members(attempt, LOOK_AGE_MS)).found.flatMap(({ cpu_s }) => cpu_s ?? []);
      return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0);
    },
    end: (attempt) => {
      let at = 0;
      return endAll<WindowsProcess>(
        {
          clock: parts.clock,
          limitMs: CONFIRM_MS,
          pauseMs: PAUSE_MS,
          find: async (grown) => {
            const look = await members(grown, 0);
            at = look.at;
            return look.found;
          },
          seen: seenOf,
          kill: async (found) => {
            if (parts.clock.now() - at < KILL_AGE_MS) await parts.kill(found);
          },
        },
        attempt,
      );
    },
  };
}
