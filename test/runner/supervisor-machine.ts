// A machine on which a supervisor runs an attempt: processes, disk and time are made up and told beforehand.
import path from 'node:path';
import type { Exit, ProcessId } from '../../src/job/outcome.ts';
import type { SupervisorParts } from '../../src/runner/supervisor.ts';
import { supervise } from '../../src/runner/supervisor.ts';
import type { AttemptCommand } from '../../src/store/work-dir.ts';
import { ATTEMPT, readExit, writeAttemptFile } from '../../src/store/work-dir.ts';
import { findLine } from '../../src/system/patterns.ts';
import type { Ended, ProcessSeen } from '../../src/system/process/process-tree.ts';
import type { ScriptEnd } from '../../src/system/process/script.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { virtualClock } from './virtual-clock.ts';

export const DIR = '/work/.jobq-attempts/job-1/1';
const CWD = '/work/job-1';

/** Times are seconds since the start. */
export interface Told {
  command?: Partial<AttemptCommand>;
  /** When the script ends by itself; never when it does not say. */
  ends?: number;
  code?: number;
  /** How long after it was asked to it ends; it does not listen when it does not say. */
  obeys?: number;
  /** Processes that it starts: when they begin, and when they end by themselves. */
  children?: { name: string; from?: number; to?: number }[];
  /** Processor time of the whole tree up to then. */
  cpu?: (s: number) => number | undefined;
  memory_mb?: number;
  /** Every so many seconds there is a line of output, or a file of the work directory changes. */
  logEvery?: number;
  fileEvery?: { s: number; path: string };
  /** Until when; to the end when it does not say. */
  busyUntil?: number;
  /** What the daemon writes into cancel.json, and when. */
  cancels?: [s: number, cancel: object][];
  /** The machine goes to sleep, and for how long. */
  sleeps?: [s: number, forS: number][];
  /** How often the system fails to end the processes. */
  endFails?: number;
  /** When nothing can be written. */
  full?: { from: number; to: number };
  /** The disk fails when this file is synced. */
  syncFails?: string;
  /** Nothing can be listed from then on. */
  unreadableFrom?: number;
  parts?: Partial<SupervisorParts>;
}

interface Alive extends ProcessId {
  name: string;
  from: number;
  to: number;
}

export function machine(told: Told) {
  const clock = virtualClock();
  const disk = { ...memoryDisk(), clock };
  const happened: string[] = [];
  const heard: number[] = [];
  const synced: string[] = [];
  const processes: Alive[] = [];
  let scriptOver: ((end: ScriptEnd) => void) | undefined;
  let endFails = told.endFails ?? 0;
  const living = () => processes.filter(({ from, to }) => from <= clock.s() && clock.s() < to);
  const write = (file: string, text: string) => {
    disk.volume.mkdirSync(path.dirname(file), { recursive: true });
    disk.volume.appendFileSync(file, text);
    disk.volume.utimesSync(file, clock.now() / 1000, clock.now() / 1000);
  };
  const isFull = () => told.full && clock.s() >= told.full.from && clock.s() < told.full.to;
  const files = {
    ...disk.files,
    list: (dir: string) => {
      if (clock.s() >= (told.unreadableFrom ?? Number.POSITIVE_INFINITY)) throw new Error('the disk is gone');
      return disk.files.list(dir);
    },
    syncFile: (file: string) => {
      // what is synced behind the end may be lost although the end is there
      if (disk.files.facts(path.join(DIR, ATTEMPT.exit)) === undefined) synced.push(path.basename(file));
      if (path.basename(file) !== told.syncFails) return disk.files.syncFile(file);
      return Promise.reject(Object.assign(new Error('the disk is broken'), { code: 'EIO' }));
    },
    openNew: (file: string) => {
      if (isFull()) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return disk.files.openNew(file);
    },
  };
  const begin = (pid: number, name: string, from: number, to: number) =>
    processes.push({ pid, started: `t${from}`, name, from, to });
  const endScript = (end: ScriptEnd) => {
    const script = processes.find(({ pid }) => pid === 100);
    if (script) script.to = Math.min(script.to, clock.s());
    scriptOver?.(end);
  };
  const parts: SupervisorParts = {
    disk: { files, clock },
    locks: {
      isHeld: () => Promise.resolve(false),
      take: () => Promise.resolve({ release: () => Promise.resolve() }),
    },
    tree: {
      detached: true,
      contain: () => {
        happened.push('contain');
        return Promise.resolve({ by: 'group' });
      },
      identify: (pid) => Promise.resolve(processes.find((one) => one.pid === pid)),
      ask: () => {},
      list: () => Promise.resolve(living().map(seen)),
      end: async (): Promise<Ended> => {
        const killed = living().map(seen);
        if (endFails-- > 0) return { killed, confirmed: false };
        for (const one of living()) one.to = clock.s();
        if (killed.some(({ pid }) => pid === 100)) endScript({ exit_code: null, signal: 'SIGKILL' });
        return { killed, confirmed: true };
      },
      cpuSeconds: () => Promise.resolve(told.cpu?.(clock.s())),
    },
    startScript: ({ logFile }) => {
      happened.push('start');
      begin(100, 'python', clock.s(), Number.POSITIVE_INFINITY);
      for (const [n, child] of (told.children ?? []).entries())
        begin(101 + n, child.name, child.from ?? 0, child.to ?? Number.POSITIVE_INFINITY);
      write(logFile, 'ready\n');
      every(told.logEvery, () => write(logFile, 'more\n'));
      every(told.fileEvery?.s, () => write(path.join(CWD, told.fileEvery?.path ?? ''), 'x'));
      if (told.ends !== undefined)
        clock.at(told.ends, () => endScript({ exit_code: told.code ?? 0, signal: null }));
      const ended = new Promise<ScriptEnd>((resolve) => {
        scriptOver = resolve;
      });
      return { pid: 100, ended, ask: asked };
    },
    keepAwake: () => Promise.resolve({ problem: 'nobody to ask' }),
    findLine,
    pid: 1,
    bootId: 'boot',
    ...told.parts,
  };
  const asked = () => {
    heard.push(clock.s());
    if (told.obeys !== undefined)
      clock.at(clock.s() + told.obeys, () => endScript({ exit_code: 3, signal: null }));
  };
  const every = (s: number | undefined, action: () => void) => {
    if (s === undefined) return;
    const again = () => {
      if (clock.s() > (told.busyUntil ?? Number.POSITIVE_INFINITY)) return;
      action();
      clock.at(clock.s() + s, again);
    };
    clock.at(s, again);
  };
  const seen = ({ pid, started, name }: Alive): ProcessSeen => ({
    pid,
    started,
    name,
    ...(told.memory_mb !== undefined && { memory_mb: told.memory_mb }),
  });
  const read = (name: keyof typeof ATTEMPT) => {
    const bytes = disk.files.read(path.join(DIR, ATTEMPT[name]));
    return bytes && (JSON.parse(bytes.toString()) as Record<string, unknown>);
  };

  /** Runs the attempt, and answers what is in exit.json and when it came there. */
  const run = async (): Promise<Exit & { at: number }> => {
    disk.files.makeDir(DIR);
    await writeAttemptFile({ files: disk.files, clock }, DIR, 'command', commandOf(told));
    for (const [s, cancel] of told.cancels ?? [])
      clock.at(s, () => disk.volume.writeFileSync(path.join(DIR, ATTEMPT.cancel), JSON.stringify(cancel)));
    for (const [s, forS] of told.sleeps ?? []) clock.at(s, () => clock.jump(forS));
    await clock.drive(supervise(parts, DIR));
    const exit = readExit(disk.files, DIR);
    if (!exit) throw new Error('no exit.json');
    return { ...exit, at: Math.round(clock.s() * 10) / 10 };
  };
  return { run, read, write, clock, happened, heard, synced, volume: disk.volume };
}

function commandOf({ command }: Told): AttemptCommand {
  return {
    job_id: 'job-1',
    attempt: 1,
    command: ['python', 'run.py'],
    cwd: CWD,
    env: { JOBQ_CANCEL_FILE: path.join(DIR, ATTEMPT.cancel) },
    env_inherit: [],
    path_prepend: [],
    timeout_s: 0,
    stall_timeout_s: 0,
    grace_s: 30,
    linger_s: 60,
    fail_patterns: [],
    licence_patterns: [],
    finite_csv: [],
    keep_awake: false,
    ...command,
  };
}
