// A queue in memory, the command line over it, and a hand that does what a runner and a watcher would.
import path from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { CliParts, DaemonParts } from '../../src/cli/parts.ts';
import { readArguments } from '../../src/cli/program.ts';
import type { SealEntry } from '../../src/job/seal.ts';
import { STDOUT_LOG } from '../../src/job/seal.ts';
import { jsonText, sha256Of } from '../../src/store/disk.ts';
import type { Layout } from '../../src/store/layout.ts';
import { layoutOf } from '../../src/store/layout.ts';
import { writeSeal } from '../../src/store/seal.ts';
import type { Environment } from '../../src/system/environment.ts';
import type { LocalHttp } from '../../src/system/local-http.ts';
import type { Locks } from '../../src/system/lock.ts';
import type { Ask } from '../../src/system/process/ask.ts';
import type { FakeMachine } from '../helpers/fake-machine.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';
import { put } from '../helpers/make-order.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { fakeClock, memoryDisk } from '../helpers/memory-disk.ts';

export const QUEUE = '/home/ada/queue';

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  /** The JSON on standard output. */
  json: unknown;
}

export interface World {
  disk: MemoryDisk;
  layout: Layout;
  environment: Environment;
  machine: FakeMachine;
  terminal: { stderr: boolean };
  interrupt: AbortController;
  /** Is this lock held by another process? Every one is, unless a test says otherwise. */
  held: (file: string) => boolean;
  /** The system's answer to a command. */
  ask: Ask;
  /** Syncthing's answer to a request. */
  localHttp: LocalHttp;
  /** What daemons, and tests of targets, are made of. */
  daemon: () => Promise<DaemonParts>;
  /** Called at every sleep, before the time of it passes: where the world moves while jobq waits. */
  onSleep: (nth: number) => void | Promise<void>;
  run(...argv: string[]): Promise<Ran>;
  json(...argv: string[]): Promise<Ran>;
  /** Writes a file, replacing it. */
  write(file: string, text: string): Promise<void>;
}

const noDaemon = () => Promise.reject<DaemonParts>(new Error('no daemon in this test'));

function environmentOf(): Environment {
  return {
    variables: {},
    cwd: QUEUE,
    platform: 'linux',
    host: 'desk',
    pid: 42,
    bootId: 'boot',
    user: 'ada',
    dataDir: '/home/ada/.data/jobq',
    nodePath: '/usr/bin/node',
    nodeVersion: '20.19.0',
    stdoutIsTerminal: false,
    columns: 100,
  };
}

/** A machine with nothing on it. */
export function bareWorld(): World {
  const clock = fakeClock();
  const disk = memoryDisk(clock);
  let sleeps = 0;
  const world: World = {
    disk,
    layout: layoutOf(QUEUE),
    environment: environmentOf(),
    machine: fakeMachine(),
    terminal: { stderr: false },
    interrupt: new AbortController(),
    held: () => true,
    ask: () => Promise.reject(new Error('nobody answers in this test')),
    localHttp: () => Promise.reject(new Error('no Syncthing in this test')),
    daemon: noDaemon,
    onSleep: () => {},
    run: async (...argv) => {
      const said = { stdout: '', stderr: '' };
      const code = await main(partsOf(world, said), argv, readArguments);
      return { code, ...said, json: undefined };
    },
    json: async (...argv) => {
      const ran = await world.run(...argv, '--json');
      return { ...ran, json: JSON.parse(ran.stdout) as unknown };
    },
    write: async (file, text) => {
      await disk.files.removeFile(file);
      put(disk, file, text);
    },
  };
  clock.sleep = async (ms) => {
    await world.onSleep(++sleeps);
    clock.advance(ms);
    if (sleeps > 100_000) throw new Error('waited for ever');
  };
  disk.files.makeDir(path.dirname(QUEUE));
  return world;
}

export function partsOf(world: World, said: { stdout: string; stderr: string }): CliParts {
  return {
    disk: world.disk,
    environment: world.environment,
    locks: locksOf(world),
    machine: world.machine,
    out: {
      stdout: (text) => (said.stdout += text),
      stderr: (text) => (said.stderr += text),
      stderrIsTerminal: world.terminal.stderr,
    },
    interrupt: world.interrupt.signal,
    version: '1.2.3',
    programPath: '/opt/jobq/bin/jobq.js',
    loadDaemon: () => world.daemon(),
    loadSystem: () => Promise.resolve({ ask: world.ask, noJobObject: () => Promise.resolve('not here') }),
    loadMirror: () => Promise.resolve({ localHttp: world.localHttp, homeDir: '/home/ada' }),
  };
}

function locksOf({ held }: World): Locks {
  const free = { release: () => Promise.resolve() };
  return {
    take: (file) => Promise.resolve(held(file) ? undefined : free),
    isHeld: (file) => Promise.resolve(held(file)),
  };
}

/** A queue of both sides, and a study beside it. */
export async function queueWorld(): Promise<World> {
  const world = bareWorld();
  await world.run('init', QUEUE);
  put(world.disk, '/home/ada/studies/wing/run_optimization.py', 'print("wing")\n');
  put(world.disk, '/home/ada/studies/wing/README.md', '# Wing\n');
  return world;
}

export const STUDY = '/home/ada/studies/wing';

/** Submits the study and answers the job id. */
export async function submitted(world: World, name: string, ...options: string[]): Promise<string> {
  world.disk.clock.advance(60_000);
  const ran = await world.json('submit', STUDY, '--name', name, ...options);
  if (ran.code !== 0) throw new Error(ran.stdout);
  return (ran.json as { job_id: string }).job_id;
}

const IDENTITY = { id: 'station', host: 'cad', pid: 7, boot_id: 'b', version: '1.2.3' };

/** The record as a runner publishes it while the job is open. */
export async function report(world: World, jobId: string, fields: object, log?: string): Promise<void> {
  const { layout } = world;
  const dir = layout.record(jobId);
  if (log !== undefined) await world.write(path.join(dir, STDOUT_LOG), log);
  await world.write(path.join(dir, 'job.json'), recordText(world, jobId, fields));
}

function recordText(world: World, jobId: string, fields: object): string {
  const at = new Date(world.disk.clock.now()).toISOString();
  const state = {
    job_id: jobId,
    schema_version: 1,
    state_at: at,
    queued_at: at,
    runner: IDENTITY,
    attempt: 1,
  };
  return jsonText({ ...state, heartbeat_at: at, heartbeat_seq: 1, heartbeat_interval_s: 30, ...fields });
}

export const RUNNING = { status: 'running', state: 'running', started_at: '2026-02-10T14:40:00Z' };

const ENDS = {
  completed: { kind: 'completed', exit_code: 0, message: 'completed' },
  failed: {
    kind: 'failed',
    exit_code: 3,
    error_class: 'script',
    message: 'the script ended with exit code 3',
    log_tail: ['Traceback', 'ValueError: no mesh'],
  },
  cancelled: {
    kind: 'cancelled',
    exit_code: null,
    error_class: 'cancelled',
    message: 'cancelled: wrong mesh',
  },
} as const;
export type End = keyof typeof ENDS;

/** The record of a job that has ended, as its runner leaves it; without a seal the results are still arriving. */
export async function end(
  world: World,
  jobId: string,
  how: End,
  options: { log?: string; seal?: boolean } = {},
): Promise<void> {
  const { log = 'hello\n', seal = true } = options;
  const finished_at = '2026-02-10T15:40:00Z';
  const status = how === 'completed' ? 'completed' : 'failed';
  const results = { files: 1, bytes: Buffer.byteLength(log) };
  const fields = {
    ...RUNNING,
    status,
    state: how,
    state_at: finished_at,
    finished_at,
    outcome: ENDS[how],
    results,
  };
  await report(world, jobId, fields, log);
  if (seal) await sealRecord(world, jobId, log);
}

export async function sealRecord(world: World, jobId: string, log = 'hello\n'): Promise<void> {
  const { disk, layout } = world;
  const dir = layout.record(jobId);
  const entries: SealEntry[] = [
    { path: STDOUT_LOG, sha256: sha256Of(log) },
    { path: 'job.json', sha256: sha256Of(disk.files.read(path.join(dir, 'job.json')) ?? '') },
  ];
  await writeSeal(disk, layout.staging, dir, entries);
}

/** Moves what has ended into the archive, as the watcher does. */
export async function archive(world: World, jobId: string): Promise<string> {
  const { disk, layout } = world;
  const name = `${jobId}_20260210-160000`;
  await disk.files.rename(layout.record(jobId), layout.archived(name));
  await disk.files.rename(layout.order(jobId), path.join(layout.archived(name), 'order'));
  return layout.archived(name);
}

/** A runner that has been seen. */
export async function seen(world: World, runnerId: string, running: string[] = []): Promise<void> {
  const presence = {
    runner_id: runnerId,
    seq: 5,
    boot_id: 'b',
    ledger_id: 'l',
    host: 'cad',
    pid: 7,
    version: '1.2.3',
    slots: 2,
    running: running.map((job_id) => ({ job_id, heartbeat_seq: 1 })),
    waiting: [],
    clock: '2026-02-10T14:45:00Z',
    heartbeat_interval_s: 30,
  };
  await world.write(world.layout.presence(runnerId), jsonText(presence));
}
