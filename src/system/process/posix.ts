// The processes of an attempt on Linux: the session that the script leads, what has the attempt's mark in its
// environment, and what descends from either. A process is known by its id and its time of birth together.
import { systemCode } from '../../errors.ts';
import { systemClock } from '../clock.ts';
import { endAll } from './ending.ts';
import { familyOf } from './family.ts';
import type { ProcStat } from './proc.ts';
import { bootId, hasEntry, memoryMb, readStat, readStats } from './proc.ts';
import type { Attempt, Ended, ProcessSeen } from './process-tree.ts';
import type { TreeHere } from './starting.ts';

/** How long the system may take to clear away what was killed. */
const CONFIRM_MS = 10_000;
const LOOK_MS = 20;
/** How often stopped processes are looked through for what they started just before. */
const MAX_ROUNDS = 50;

const boot = bootId();

/**
 * When each first process that this very process has started began. Its session is ours even when it has ended, until
 * the session is seen empty: then the number may be given to a stranger.
 */
const leaders = new Map<number, number>();

export const posixTree: TreeHere = {
  detached: true,
  contain: () => Promise.resolve({ by: 'group' }),
  identify: (pid) => {
    const born = leaders.get(pid);
    const stat = readStat(pid);
    // a child of ours that has ended meanwhile is still meant, not the stranger that may have got its id
    if (born !== undefined && stat?.born !== born) return Promise.resolve({ pid, started: startedAt(born) });
    if (stat?.parent === process.pid && stat.session === pid) leaders.set(pid, stat.born);
    return Promise.resolve(stat && { pid, started: started(stat), name: stat.name });
  },
  ask: (pid) => {
    const born = leaders.get(pid);
    const holder = readStat(pid);
    if (born !== undefined && (!holder || holder.born === born)) signal(-pid, 'SIGTERM');
  },
  list: (attempt) => Promise.resolve(members(attempt).map(seen)),
  end,
  begun: (pid) => {
    const stat = readStat(pid);
    if (stat) leaders.set(pid, stat.born);
  },
  over: () => {}, // its session may live on
  cpuSeconds: (attempt) => {
    const times = members(attempt).map((one) => one.cpu_s + one.children_cpu_s);
    return Promise.resolve(times.reduce((sum, time) => sum + time, 0));
  },
};

/** Times of birth are counted from the start of the machine. */
function startedAt(born: number): string {
  return `${born}@${boot}`;
}

function started({ born }: ProcStat): string {
  return startedAt(born);
}

function seen(one: ProcStat): ProcessSeen {
  const memory_mb = memoryMb(one.pid);
  const known = { pid: one.pid, started: started(one), name: one.name, cpu_s: one.cpu_s };
  return memory_mb === undefined ? known : { ...known, memory_mb };
}

/** The living processes of the attempt. */
function members({ mark, known }: Attempt): ProcStat[] {
  const ids = new Set(known.map((one) => `${one.pid} ${one.started}`));
  const listed = readStats().filter(({ pid }) => pid !== process.pid);
  const session = sessionOf(known[0], listed);
  const oldest = bornOf(known[0]) ?? 0; // nothing older than the script was started by it
  const isMember = (one: ProcStat) =>
    ids.has(`${one.pid} ${started(one)}`) ||
    one.session === session ||
    (one.born >= oldest && hasEntry(one.pid, mark));
  return familyOf(listed, isMember).filter(({ alive }) => alive);
}

function bornOf(id: Attempt['known'][number] | undefined): number | undefined {
  const [born, when] = id?.started.split('@') ?? [];
  return when === boot ? Number(born) : undefined;
}

/** The session that the script leads or led, if no stranger can have got its number. */
function sessionOf(script: Attempt['known'][number] | undefined, listed: readonly ProcStat[]) {
  const born = bornOf(script);
  if (!script || born === undefined) return undefined;
  const leader = listed.find(({ pid }) => pid === script.pid);
  if (leader) return leader.born === born ? script.pid : undefined;
  if (leaders.get(script.pid) !== born) return undefined;
  if (!listed.some(({ session }) => session === script.pid)) leaders.delete(script.pid);
  return script.pid;
}

function end(attempt: Attempt): Promise<Ended> {
  return endAll(
    {
      clock: systemClock,
      limitMs: CONFIRM_MS,
      pauseMs: LOOK_MS,
      find: freeze,
      seen,
      kill: (found) => {
        for (const one of found) signalOne(one, 'SIGKILL');
      },
    },
    attempt,
  );
}

/** Stops all of them, so that none starts another while they are killed one after the other. */
function freeze(attempt: Attempt): ProcStat[] {
  const stopped = new Set<string>();
  for (let round = 0; ; round++) {
    const found = members(attempt);
    const fresh = found.filter(({ pid, born }) => !stopped.has(`${pid} ${born}`));
    if (fresh.length === 0 || round === MAX_ROUNDS) return found;
    for (const one of fresh) {
      stopped.add(`${one.pid} ${one.born}`);
      signalOne(one, 'SIGSTOP');
    }
  }
}

/** To this process and no other that has got its id since. */
function signalOne({ pid, born }: ProcStat, name: NodeJS.Signals): void {
  if (readStat(pid)?.born === born) signal(pid, name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // gone, or not ours to end: the next look tells
    if (!['ESRCH', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}
