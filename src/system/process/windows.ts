// The processes of an attempt on Windows: in a Job Object where koffi is there to make one, else by walking the list of
// processes, else by what taskkill sees. There is no signal to ask with: JOBQ_CANCEL_FILE is all the warning there is.
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Contained } from './process-tree.ts';
import type { TreeHere } from './starting.ts';
import type { WindowsApi } from './windows-api.ts';
import { windowsApi } from './windows-api.ts';
import { newBlind } from './windows-blind.ts';
import { newJobWay } from './windows-job-way.ts';
import type { WindowsProcess, WindowsWay } from './windows-process.ts';
import { listByPowerShell, taskkill } from './windows-tools.ts';
import type { Table } from './windows-walk.ts';
import { newWalk } from './windows-walk.ts';

export interface WindowsParts {
  self: number;
  clock: Clock;
  api(): Promise<WindowsApi | { problem: string }>;
  /** Undefined where no list can be had. */
  list(): Promise<readonly WindowsProcess[] | undefined>;
  /** Answers the exit code; null when it could not be run. */
  taskkill(args: readonly string[]): Promise<number | null>;
  killChild(pid: number): void;
  /** Processor time of this process alone. */
  ownCpuSeconds(): number;
}

type Chosen = Contained & { way: WindowsWay };

const BY_WALK = 'processes are found by parent and time of birth';
const BLIND =
  'and PowerShell tells no processes: only taskkill /T on the script is left, and what is no longer below it goes unseen';

export function newWindowsTree(parts: WindowsParts): TreeHere {
  let chosen: Promise<Chosen> | undefined;
  const way = async () => {
    chosen ??= choose(parts, false);
    return (await chosen).way;
  };
  return {
    detached: false,
    contain: async () => {
      chosen = choose(parts, true);
      const { by, note } = await chosen;
      return note === undefined ? { by } : { by, note };
    },
    ask: () => {},
    begun: (pid) => {
      const when = parts.clock.now();
      void way().then((one) => one.begun(pid, when));
    },
    over: (pid) => {
      const when = parts.clock.now();
      void way().then((one) => one.over(pid, when));
    },
    identify: async (pid) => (await way()).identify(pid),
    list: async (attempt) => (await way()).list(attempt),
    end: async (attempt) => (await way()).end(attempt),
    cpuSeconds: async (attempt) => (await way()).cpuSeconds(attempt),
  };
}

/** Only a supervisor puts itself into a job: whoever is in it is ended by its end. */
async function choose(parts: WindowsParts, contain: boolean): Promise<Chosen> {
  const api = await parts.api();
  if ('problem' in api) return withoutApi(parts, api.problem);
  const walk = newWalk({
    ...parts,
    read: () => Promise.resolve({ at: parts.clock.now(), rows: api.processes() }),
    kill: (found) => {
      for (const { pid, born } of found) api.terminate(pid, born);
    },
  });
  if (!contain) return { by: 'walk', way: walk };
  const job = api.makeJob();
  if ('problem' in job) return { by: 'walk', note: `no Job Object: ${job.problem}; ${BY_WALK}`, way: walk };
  return { by: 'job-object', way: newJobWay(parts, api, job) };
}

async function withoutApi(parts: WindowsParts, problem: string): Promise<Chosen> {
  const note = `no Job Object: ${problem}`;
  const first = await parts.list();
  if (!first) return { by: 'walk', note: `${note}, ${BLIND}`, way: newBlind(parts) };
  const way = newWalk({
    ...parts,
    read: newReader(parts, { at: parts.clock.now(), rows: first }),
    // no /T: it goes by parent alone, and an id of ours may once have been that of a stranger's parent
    kill: async (found) =>
      void (await parts.taskkill(['/F', ...found.flatMap(({ pid }) => ['/PID', String(pid)])])),
  });
  return { by: 'walk', note: `${note}; ${BY_WALK}, as PowerShell lists them every few seconds`, way };
}

/** Lists that are made at most one at a time, and kept for who does not need a new one. */
function newReader({ list, clock }: WindowsParts, first: Table): (maxAgeMs: number) => Promise<Table> {
  let last = first;
  let underWay: Promise<Table> | undefined;
  const readNew = async () => {
    const rows = await list();
    if (rows) last = { at: clock.now(), rows };
    return last;
  };
  return (maxAgeMs) => {
    if (clock.now() - last.at < maxAgeMs) return Promise.resolve(last);
    underWay ??= readNew().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

export const windowsTree = newWindowsTree({
  self: process.pid,
  clock: systemClock,
  api: windowsApi,
  list: listByPowerShell,
  taskkill,
  killChild: (pid) => void process.kill(pid, 'SIGKILL'),
  ownCpuSeconds: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
});
