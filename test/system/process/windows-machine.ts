// A Windows machine that is told what happens on it, for tests: processes, their list, and what ends them.

import type { WindowsParts } from '../../../src/system/process/windows.ts';
import { newWindowsTree } from '../../../src/system/process/windows.ts';
import type { WindowsApi } from '../../../src/system/process/windows-api.ts';
import type { Looked, WindowsProcess } from '../../../src/system/process/windows-process.ts';
import { startedText } from '../../../src/system/process/windows-process.ts';
import { fakeClock } from '../../helpers/memory-disk.ts';

export const SELF = 32;
/** What it takes PowerShell to answer. */
const LIST_MS = 1000;

export function inOrder(pids: Iterable<number>): number[] {
  return [...pids].sort((a, b) => a - b);
}

export interface Options {
  koffi?: boolean;
  job?: boolean;
  powershell?: boolean;
}

export function windowsMachine({ koffi = false, job = true, powershell = true }: Options = {}) {
  const clock = fakeClock();
  const living = new Map<number, WindowsProcess>();
  const inJob = new Set<number>();
  const told: string[] = [];
  /** What happens when a process is ended, beside its end; true: it does not end. */
  const onKill = new Map<number, () => boolean | undefined>();
  const answers = { list: true, taskkill: true };

  const spawn = (pid: number, parent: number, name = 'node.exe') => {
    clock.advance(10);
    const process = { pid, parent, born: clock.now(), name, cpu_s: 1, memory_mb: 10 };
    living.set(pid, process);
    if (inJob.has(parent)) inJob.add(pid);
    return { pid, started: startedText(process.born) };
  };
  const exit = (pid: number) => {
    clock.advance(10);
    living.delete(pid);
    inJob.delete(pid);
  };
  const kill = (pid: number) => {
    if (!living.has(pid) || onKill.get(pid)?.()) return;
    living.delete(pid);
    inJob.delete(pid);
  };
  const below = (pid: number): number[] => [
    pid,
    ...[...living.values()].filter(({ parent }) => parent === pid).flatMap((child) => below(child.pid)),
  ];
  const look = (pid: number): Looked | undefined => living.get(pid);
  const api: WindowsApi = {
    look,
    processes: () => [...living.values()],
    terminate: (pid, born) => {
      if (living.get(pid)?.born === born) kill(pid);
    },
    makeJob: () => {
      if (!job) return { problem: 'AssignProcessToJobObject failed (error 5)' };
      inJob.add(SELF);
      return { processes: () => [...inJob].flatMap((pid) => look(pid) ?? []), cpuSeconds: () => 5 };
    },
    stayAwake: () => true,
  };
  const parts: WindowsParts = {
    self: SELF,
    clock,
    api: () => Promise.resolve(koffi ? api : { problem: 'koffi cannot be loaded' }),
    list: async () => {
      told.push('list');
      clock.advance(LIST_MS);
      return powershell && answers.list ? [...living.values()] : undefined;
    },
    taskkill: async (args) => {
      told.push(`taskkill ${args.join(' ')}`);
      if (!answers.taskkill) return null;
      const pids = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
      const found = pids.filter((pid) => living.has(pid));
      for (const pid of args.includes('/T') ? found.flatMap(below) : found) kill(pid);
      return found.length > 0 ? 0 : 128;
    },
    killChild: (pid) => {
      told.push(`kill ${pid}`);
      kill(pid);
    },
    ownCpuSeconds: () => 2,
  };
  spawn(SELF, 1);
  return { clock, living, told, onKill, answers, spawn, exit, tree: newWindowsTree(parts) };
}
