// Two machines, the mirror between them, and both daemons with the real planning and store code. Daemons die between
// any two file operations and come back; files arrive in any order.
import path from 'node:path';
import type { Runner } from '../../src/runner/runner.ts';
import { openRunner } from '../../src/runner/runner.ts';
import type { Disk } from '../../src/store/disk.ts';
import { initQueue } from '../../src/store/init.ts';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';
import type { Chores } from '../../src/system/chores.ts';
import { newChores } from '../../src/system/chores.ts';
import { silentLog } from '../../src/system/log.ts';
import type { Ticking } from '../../src/system/loop.ts';
import { openWatcher } from '../../src/watcher/watcher.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';
import type { FakeClock } from '../helpers/memory-disk.ts';
import { fakeClock, memoryDisk } from '../helpers/memory-disk.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { retryPolicy } from '../helpers/snapshots.ts';
import type { FakeProcesses } from './fake-processes.ts';
import { fakeProcesses } from './fake-processes.ts';
import type { FaultyFiles } from './faulty-files.ts';
import { faultyFiles } from './faulty-files.ts';
import type { Mirror } from './mirror.ts';
import { mirrorOf } from './mirror.ts';
import type { Random } from './random.ts';

export const LINUX = '/queue';
export const WINDOWS = '/C/queue';
const STATE = '/C/state';
const WORK = '/C/work';
/** Where fixed paths for runs lie. */
export const FIXED = '/C/fixed';
const QUEUE_ID = 'q-simulated';

/** One machine: its bare disk, and the same disk as its daemon sees it. */
export interface Side {
  disk: Disk;
  files: FaultyFiles;
  /** Paths that the daemon changed although they belong to the other side. */
  breaches: string[];
}

const RUNNER_SETTINGS = runnerSettings();

const WATCHER_SETTINGS = {
  unsealed_quiet_s: 60,
  second_look_s: 2,
  post_command: ['post'],
  post_env_inherit: [],
  post_timeout_s: 60,
  post: {},
  post_tries: 1,
  post_backoff_s: 60,
  post_concurrency: 1,
  lost_after_s: 300,
  lost_unknown_after_s: 3600,
  ...retryPolicy(),
  events_heartbeat_s: 300,
  events_progress_s: 60,
  events_max_mb: 10,
  events_keep: 5,
  checkpoint_interval_s: 60,
};

export interface World {
  clock: FakeClock;
  linux: Side;
  windows: Side;
  processes: FakeProcesses;
  mirrors: Mirror[];
  /** One tick of a daemon; it is started first when it is dead. A crash ends its life, not the world. */
  tickWatcher(): Promise<boolean>;
  tickRunner(): Promise<boolean>;
}

function sideOf(clock: FakeClock, own: readonly string[]): Side {
  const disk = memoryDisk(clock);
  const breaches: string[] = [];
  const files = faultyFiles(disk.files, (file) => {
    if (!own.some((prefix) => file === prefix || file.startsWith(`${prefix}/`))) breaches.push(file);
  });
  return { disk, files, breaches };
}

export async function makeWorld(random: Random, workPath?: string): Promise<World> {
  const clock = fakeClock();
  const mine = (root: string, names: readonly string[]) => names.map((name) => path.posix.join(root, name));
  const linux = sideOf(
    clock,
    mine(LINUX, ['outbox', 'requests', 'processing', 'archive', '.jobq-staging', '.jobq-watcher']),
  );
  const windows = sideOf(clock, [
    ...mine(WINDOWS, ['inbox', 'runners', '.jobq-staging']),
    STATE,
    WORK,
    FIXED,
  ]);
  await initQueue(linux.disk, layoutOf(LINUX), 'both', [QUEUE_ID], () => '');
  await initQueue(windows.disk, layoutOf(WINDOWS), 'both', [QUEUE_ID], () => '');
  const processes = fakeProcesses(windows.disk);
  const there = (tree: string) =>
    mirrorOf(linux.disk.files, `${LINUX}/${tree}`, windows.disk.files, `${WINDOWS}/${tree}`, random);
  const back = (tree: string) =>
    mirrorOf(windows.disk.files, `${WINDOWS}/${tree}`, linux.disk.files, `${LINUX}/${tree}`, random);
  const watcher = daemon(linux, (disk, chores) => Promise.resolve(openSimulatedWatcher(disk, chores)));
  const runner = daemon(windows, (disk, chores) => openSimulatedRunner(disk, chores, processes, workPath));
  return {
    clock,
    linux,
    windows,
    processes,
    mirrors: [there('outbox'), there('requests'), back('inbox'), back('runners')],
    tickWatcher: watcher,
    tickRunner: runner,
  };
}

function openSimulatedWatcher(disk: Disk, chores: Chores): Ticking {
  const parts = {
    disk,
    layout: layoutOf(LINUX),
    log: silentLog,
    settings: WATCHER_SETTINGS,
    link: () => 'unknown' as const,
    identity: { host: 'linux', user: 'agent' },
    run: async (request: { cwd: string; outputFile: string }) => {
      const out = disk.files.openNew(path.posix.join(request.cwd, `plot-${disk.files.uniqueName()}.txt`));
      out.write(Buffer.from('a plot'));
      out.close();
      return { exit_code: 0, signal: null, timed_out: false };
    },
  };
  return openWatcher(parts, QUEUE_ID, chores, () => {});
}

async function openSimulatedRunner(
  disk: Disk,
  chores: Chores,
  processes: FakeProcesses,
  workPath: string | undefined,
): Promise<Runner> {
  const identity = { id: 'station', host: 'windows', pid: 7, boot_id: 'boot', version: '0' };
  const at = runnerLayoutOf(STATE, WORK);
  const parts = {
    disk,
    layout: layoutOf(WINDOWS),
    at,
    launcher: processes.launcher,
    machine: fakeMachine(),
    run: () => Promise.reject(new Error('there is no Python here')),
    log: silentLog,
    identity,
    settings: { ...RUNNER_SETTINGS, work_path: workPath },
  };
  return openRunner(parts, QUEUE_ID, chores, () => {});
}

/** A daemon that is started again after each crash. Errors that are no crash are the test's. */
function daemon(side: Side, open: (disk: Disk, chores: Chores) => Promise<Ticking>): () => Promise<boolean> {
  let life: Ticking | undefined;
  return async () => {
    if (side.files.isDead()) {
      side.files.revive();
      life = undefined;
    }
    const disk: Disk = { files: side.files, clock: side.disk.clock };
    try {
      life ??= await open(
        disk,
        newChores(disk.clock, () => {}),
      );
      const active = await life.tick();
      await life.settled();
      return active;
    } catch (error) {
      if (!side.files.isDead()) throw error;
      return true;
    }
  };
}
