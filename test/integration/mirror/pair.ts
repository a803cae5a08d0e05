// Two machines on one: a queue on each side, a real Syncthing between, and the built program as runner and watcher.
// What it starts it ends, whatever becomes of the test. It asserts nothing.
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { View } from '../../../src/job/view.ts';
import { processesNaming } from '../crash/processes.ts';
import { pythonWith } from '../queue.ts';
import type { Sections } from './settings.ts';
import { basicSettings, merged, syncthingSettings, tomlOf } from './settings.ts';
import type { Opened, Side } from './side.ts';
import { makeSide } from './side.ts';

export type Layout = 'four' | 'one';

export interface PairOptions {
  /** Each tree its own folder of Syncthing, or one folder around all of them. */
  layout?: Layout;
  /** Syncthing's own is 10. */
  fsWatcherDelayS?: number;
  /** Do the daemons ask for scans? */
  nudge?: boolean;
  /** What the Linux side sends at most, in kB a second. */
  maxSendKbps?: number;
  /** What the Windows side sends at most. */
  maxAnswerKbps?: number;
  /** Over what both sides have. */
  settings?: Sections;
  /** What the Python of the runner must be able to import. */
  imports?: string;
}

export interface Pair {
  home: string;
  /** It submits and archives. */
  linux: Side;
  /** It runs. */
  windows: Side;
  /** Cuts the link at this side: the other device is paused. */
  cut(side: Side): Promise<void>;
  mend(side: Side): Promise<void>;
  /** Is the other side connected, as this one sees it? */
  sees(side: Side): Promise<boolean>;
  submit(study: string, ...args: string[]): Promise<string>;
  view(job: string): Promise<View>;
  /** Name below archive/ on the Linux side. */
  archived(job: string): string | undefined;
  /** Waits for a fact, with a limit. */
  until<T>(what: string, look: () => Look<T> | Promise<Look<T>>, limitMs?: number): Promise<T>;
  /** Ends everything and removes it. */
  close(): Promise<void>;
}

type Look<T> = T | undefined | false;

const FROM_LINUX = ['outbox', 'requests'];
const FROM_WINDOWS = ['inbox', 'runners'];

/** Only the Linux side calls: when both do, they now and then meet half-way and stall for 20 s. */
async function connect(linux: Side, windows: Side): Promise<void> {
  await windows.mirror.know(linux.mirror.deviceId);
  await linux.mirror.know(windows.mirror.deviceId, windows.mirror.address);
}

async function shareTrees(sides: readonly [Side, Side], layout: Layout, fsWatcherDelayS: number) {
  const devices = sides.map(({ mirror }) => mirror.deviceId);
  for (const { mirror, root, name } of sides) {
    const share = (id: string, where: string, type: 'sendreceive' | 'sendonly' | 'receiveonly') =>
      mirror.share({ id, path: where, type, devices, fsWatcherDelayS });
    if (layout === 'one') {
      await share('job-queue', root, 'sendreceive');
      continue;
    }
    for (const tree of [...FROM_LINUX, ...FROM_WINDOWS]) {
      const isOwn = FROM_LINUX.includes(tree) === (name === 'linux');
      await share(`jobq-${tree}`, path.join(root, tree), isOwn ? 'sendonly' : 'receiveonly');
    }
  }
}

export async function openPair(options: PairOptions = {}): Promise<Pair> {
  const { layout = 'four', fsWatcherDelayS = 10, nudge = true, maxSendKbps = 0, maxAnswerKbps = 0 } = options;
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'jobq-mirror-')));
  const opened: Opened = { home, ends: [], daemons: [] };
  try {
    const python = pythonWith(options.imports ?? 'import sqlite3');
    const making = [
      makeSide(opened, 'linux', maxSendKbps),
      makeSide(opened, 'windows', maxAnswerKbps),
    ] as const;
    // whatever becomes of the one, the other is known before anything is ended
    await Promise.allSettled(making);
    const [linux, windows] = await Promise.all(making);
    for (const side of [linux, windows]) {
      const own = [basicSettings(side.home, python), syncthingSettings(side.mirror, nudge)];
      writeFileSync(side.at('jobq.toml'), tomlOf(merged(...own, options.settings ?? {})));
    }
    await connect(linux, windows);
    await shareTrees([linux, windows], layout, fsWatcherDelayS);
    const pair = pairOf(opened, linux, windows);
    await pair.until(
      'both are connected',
      async () => (await pair.sees(linux)) && (await pair.sees(windows)),
      30_000,
    );
    await pair.until(
      'the markers have arrived',
      () => windows.has('outbox', '.jobq-queue') && linux.has('runners', '.jobq-queue'),
      30_000,
    );
    return pair;
  } catch (error) {
    await close(opened);
    throw error;
  }
}

interface Connections {
  connections: Record<string, { connected: boolean } | undefined>;
}

function pairOf(opened: Opened, linux: Side, windows: Side): Pair {
  const other = (side: Side) => (side === linux ? windows : linux);
  const sees = async (side: Side) => {
    const { connections } = await side.mirror.rest<Connections>('GET', 'system/connections');
    return connections[other(side).mirror.deviceId]?.connected === true;
  };
  const device = (side: Side, what: 'pause' | 'resume') =>
    side.mirror.rest<void>('POST', `system/${what}?device=${other(side).mirror.deviceId}`);
  return {
    home: opened.home,
    linux,
    windows,
    cut: (side) => device(side, 'pause'),
    mend: async (side) => {
      await device(side, 'resume');
      if (side === linux) return;
      // whoever calls waits ever longer between two calls, unless its own configuration changes
      await device(linux, 'pause');
      await device(linux, 'resume');
    },
    sees,
    submit: async (study, ...args) => {
      const answer = await linux.jobq('submit', study, ...args);
      const job = answer.value['job_id'];
      if (typeof job !== 'string') throw new Error(`submit: ${JSON.stringify(answer)}`);
      return job;
    },
    view: async (job) => (await linux.jobq('status', job)).value as unknown as View,
    archived: (job) => readdirSync(linux.at('archive')).find((name) => name.startsWith(`${job}_`)),
    until: (what, look, limitMs = 60_000) => until(what, look, limitMs, opened),
    close: () => close(opened),
  };
}

async function until<T>(
  what: string,
  look: () => Look<T> | Promise<Look<T>>,
  limitMs: number,
  opened: Opened,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}\n${story(opened)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const lastLines = (text: string) => text.split('\n').slice(-25).join('\n');

function story({ ends, daemons }: Opened): string {
  return [
    ...daemons.map(
      ({ group, output }) =>
        `--- ${group.child.spawnargs[2]} ${group.pid}, ${group.isAlive() ? 'alive' : 'ended'}\n${lastLines(output())}`,
    ),
    ...ends.map((mirror) => `--- Syncthing ${mirror.url}\n${lastLines(mirror.log())}`),
  ].join('\n');
}

/** Supervisors and scripts are in sessions of their own and outlive their daemon: all that names this folder goes. */
async function close(opened: Opened): Promise<void> {
  await Promise.all(opened.daemons.map(({ group }) => group.end(0)));
  await Promise.all(opened.ends.map((mirror) => mirror.stop()));
  await until('no process is left', () => endAll(opened.home) === 0, 10_000, opened);
  rmSync(opened.home, { recursive: true, force: true, maxRetries: 5 });
}

function endAll(home: string): number {
  const found = processesNaming(home);
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
  }
  return found.length;
}
