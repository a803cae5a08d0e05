// One queue on one machine in memory, with both daemons, a clock that is told to go on, and scripts that only pretend.
import path from 'node:path';
import type { RunnerSettings } from '../../src/runner/parts.ts';
import { openRunner } from '../../src/runner/runner.ts';
import type { Disk } from '../../src/store/disk.ts';
import { initQueue } from '../../src/store/init.ts';
import { layoutOf, runnerLayoutOf } from '../../src/store/layout.ts';
import { newChores } from '../../src/system/chores.ts';
import type { Files } from '../../src/system/files.ts';
import type { Log } from '../../src/system/log.ts';
import type { Run } from '../../src/system/process/run.ts';
import type { WatcherSettings } from '../../src/watcher/parts.ts';
import { openWatcher } from '../../src/watcher/watcher.ts';
import { fakeMachine } from '../helpers/fake-machine.ts';
import type { MemoryDisk } from '../helpers/memory-disk.ts';
import { fakeClock, memoryDisk } from '../helpers/memory-disk.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { retryPolicy } from '../helpers/snapshots.ts';
import { fakeProcesses } from '../simulation/fake-processes.ts';

const QUEUE_ID = 'q-one-machine';
const ROOT = '/queue';

const RUNNER_SETTINGS = runnerSettings({ inputs_timeout_s: 600 });

const WATCHER_SETTINGS: WatcherSettings = {
  unsealed_quiet_s: 60,
  second_look_s: 2,
  post_command: [],
  post_timeout_s: 60,
  post: {},
  post_tries: 1,
  post_backoff_s: 60,
  post_concurrency: 1,
  post_env_inherit: ['PATH'],
  lost_after_s: 300,
  lost_unknown_after_s: 3600,
  ...retryPolicy(),
  events_heartbeat_s: 300,
  events_progress_s: 60,
  events_max_mb: 10,
  events_keep: 5,
  checkpoint_interval_s: 60,
};

export interface Line {
  level: string;
  message: string;
  facts: Record<string, unknown>;
}

function logInto(lines: Line[]): Log {
  const at = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, message, facts: { ...facts } });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface OneMachineOptions {
  /** The daemons' own view of the disk, such as one on which a call fails. */
  seenBy?: (files: Files) => Files;
  runner?: Partial<RunnerSettings>;
  watcher?: Partial<WatcherSettings>;
  /** Another disk than one in memory, and the directory on it below which everything stands. */
  on?: { disk: MemoryDisk; base: string } | undefined;
  /** What stands in the place of the runner's presence at the start. */
  presence?: 'loop';
  /** Runs commands of the runner's settings; a machine has no Python unless a test says so. */
  run?: Run;
  /** The files of the disk in memory have the times of the real clock; after this the fake one begins. */
  startMs?: number;
}

export type OneMachine = Awaited<ReturnType<typeof oneMachine>>;

const noProgram: Run = ({ command }) => {
  const problem = `${command[0]}: spawn ENOENT`;
  return Promise.resolve({ exit_code: null, signal: null, timed_out: false, problem });
};

export async function oneMachine(options: OneMachineOptions = {}) {
  const { seenBy = (files) => files, runner, watcher, run = noProgram } = options;
  const { disk, base } = options.on ?? { disk: memoryDisk(fakeClock(options.startMs)), base: '/' };
  const layout = layoutOf(path.join(base, ROOT));
  const at = runnerLayoutOf(path.join(base, 'state'), path.join(base, 'work'));
  await initQueue(disk, layout, 'both', [QUEUE_ID], () => '');
  if (options.presence) disk.volume.symlinkSync('station.json', layout.presence('station'));
  const seen: Disk = { files: seenBy(disk.files), clock: disk.clock };
  const lines: Line[] = [];
  const log = logInto(lines);
  const processes = fakeProcesses(disk);
  const identity = { id: 'station', host: 'one', pid: 7, boot_id: 'boot', version: '0' };
  const settings = { ...RUNNER_SETTINGS, ...runner };
  const machine = fakeMachine();
  const parts = {
    disk: seen,
    layout,
    at,
    launcher: processes.launcher,
    machine,
    run,
    log,
    identity,
    settings,
  };
  const chores = () => newChores(disk.clock, () => {});
  /** How often each asked for another tick at once. */
  const rings = { runner: 0, watcher: 0 };
  const theRunner = await openRunner(parts, QUEUE_ID, chores(), () => void rings.runner++);
  const theWatcher = openWatcher(
    {
      disk: seen,
      layout,
      log,
      settings: { ...WATCHER_SETTINGS, ...watcher },
      link: () => 'local',
      identity: { host: 'one', user: 'agent' },
      run: () => Promise.reject(new Error('there is no post-processor here')),
    },
    QUEUE_ID,
    chores(),
    () => void rings.watcher++,
  );
  /** Both daemons look once, and the scripts take a step. */
  const step = async () => {
    await theRunner.tick();
    await theRunner.settled();
    await processes.step();
    await theWatcher.tick();
    await theWatcher.settled();
  };
  return {
    disk,
    layout,
    at,
    lines,
    rings,
    machine,
    processes,
    runner: theRunner,
    watcher: theWatcher,
    step,
    /** Steps until the fact holds, each a few seconds long. False when it does not within the limit. */
    until: async (fact: () => boolean, { stepMs = 5000, limit = 400 } = {}) => {
      for (let count = 0; count < limit; count++) {
        if (fact()) return true;
        await step();
        disk.clock.advance(stepMs);
      }
      return fact();
    },
    /** The directory of a job in the archive, once it is there with its order. */
    archived: (jobId: string): string | undefined => {
      const names = (disk.files.list(layout.archive) ?? []).map(({ name }) => name);
      const name = names.find((candidate) => candidate.startsWith(`${jobId}_`));
      const dir = name && layout.archived(name);
      return dir && disk.files.facts(path.join(dir, 'order')) ? dir : undefined;
    },
  };
}
