// One tick of either daemon while nothing changes, and its first look, beside what the disk takes to tell the same.
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Disk, Layout } from '../../../src/index.ts';
import { systemClock, systemFiles } from '../../../src/index.ts';
import { openRunner } from '../../../src/runner/runner.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import { jsonText } from '../../../src/store/disk.ts';
import { runnerLayoutOf } from '../../../src/store/layout.ts';
import { writeOwner } from '../../../src/store/owner.ts';
import { newChores } from '../../../src/system/chores.ts';
import type { Log } from '../../../src/system/log.ts';
import { systemMachine } from '../../../src/system/machine.ts';
import { openWatcher } from '../../../src/watcher/watcher.ts';
import { newQueue } from '../queue.ts';
import type { Pair, Row } from '../row.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder } from '../site.ts';
import { AT, idOf, putOrder, RUNNER } from '../waiting-jobs.ts';

const DISK: Disk = { files: systemFiles, clock: systemClock };
const SIZES = [100, 1000, 10_000];
const ARCHIVED = [100, 10_000];
const FILES = ['job.json', 'SHA256SUMS'];

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const never = () => Promise.reject(new Error('nothing is run here'));

function putArchived(layout: Layout, job_id: string): void {
  const dir = layout.archived(`${job_id}_20260211-020311`);
  mkdirSync(dir);
  writeFileSync(
    path.join(dir, 'job.json'),
    jsonText({ job_id, status: 'completed', state: 'completed', state_at: AT }),
  );
}

/** Where the waiting jobs lie: nothing else is looked at while nothing changes. */
function names(layout: Layout): string[] {
  const trees = (['outbox', 'inbox'] as const).map((tree) => layout.tree(tree));
  return trees.flatMap((tree) =>
    readdirSync(tree).flatMap((name) => (name.startsWith('.') ? [] : [path.join(tree, name)])),
  );
}

function statAll(layout: Layout): void {
  for (const dir of names(layout))
    for (const file of FILES) lstatSync(dir + path.sep + file, { throwIfNoEntry: false });
}

function readAll(layout: Layout): void {
  for (const dir of names(layout)) JSON.parse(readFileSync(dir + path.sep + FILES[0], 'utf8'));
}

interface Ticking {
  tick(): Promise<boolean>;
}

async function daemonsOf(layout: Layout, home: string): Promise<Record<string, () => Promise<Ticking>>> {
  const facts = { host: RUNNER, platform: 'linux', dataDir: home, user: 'bench' } as const;
  const { settings } = loadSettings({
    tomlBytes: undefined,
    tomlFile: 'jobq.toml',
    variables: {},
    flags: [],
    facts,
  });
  const at = runnerLayoutOf(path.join(home, 'runner'), path.join(home, 'work'));
  mkdirSync(at.work, { recursive: true });
  await writeOwner(DISK, at, { paused: { at: AT } });
  const common = { disk: DISK, layout, log: silent };
  const launcher = { launch: () => {}, isHeld: () => Promise.resolve(false) };
  const identity = { id: RUNNER, host: RUNNER, pid: process.pid, boot_id: 'boot', version: '0' };
  const runner = { ...common, at, launcher, machine: systemMachine, run: never, identity };
  const chores = () => newChores(systemClock, () => {});
  const watched = {
    ...common,
    run: never,
    link: () => 'local' as const,
    identity: { host: RUNNER, user: 'bench' },
  };
  return {
    runner: () =>
      openRunner({ ...runner, settings: { ...settings.runner, id: RUNNER } }, undefined, chores(), () => {}),
    watcher: async () =>
      openWatcher({ ...watched, settings: settings.watcher }, undefined, chores(), () => {}),
  };
}

const msOf = async (work: () => unknown): Promise<number> => {
  const startMs = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - startMs;
};

/** What changed so lately that the clock of the file system could not tell two changes apart is read at every tick. */
const SETTLE_MS = 2500;

async function measure(site: Site): Promise<Row[]> {
  const rows: Row[] = [];
  for (const active of SIZES) {
    const layout = await newQueue(folder(site, `active-${active}`));
    for (let n = 0; n < active; n++) putOrder(layout, idOf('waits', n));
    await systemClock.sleep(SETTLE_MS);
    const daemons = await daemonsOf(layout, folder(site, `home-${active}`));
    for (const [daemon, open] of Object.entries(daemons))
      rows.push(...(await oneDaemon(site, layout, daemon, open, active)));
  }
  for (const archived of ARCHIVED) {
    const layout = await newQueue(folder(site, `archived-${archived}`));
    for (let n = 0; n < archived; n++) putArchived(layout, idOf('past', n));
    for (let n = 0; n < 100; n++) putOrder(layout, idOf('waits', n));
    await systemClock.sleep(SETTLE_MS);
    const { watcher } = await daemonsOf(layout, folder(site, `home-archived-${archived}`));
    if (!watcher) continue;
    const [row] = (await oneDaemon(site, layout, 'watcher', watcher, 100)).slice(-1);
    if (row) rows.push({ ...row, what: `${row.what}, ${archived} archived` });
  }
  return rows;
}

async function oneDaemon(
  site: Site,
  layout: Layout,
  daemon: string,
  open: () => Promise<Ticking>,
  active: number,
): Promise<Row[]> {
  readAll(layout);
  const it = await open();
  const beside = await msOf(() => readAll(layout));
  const first: Pair[] = [{ beside, ours: await msOf(() => it.tick()) }];
  for (let settling = 0; settling < 3; settling++) await it.tick();
  const pairs: Pair[] = [];
  for (let round = 0; round < site.rounds(11); round++) {
    const floor = await msOf(() => statAll(layout));
    pairs.push({ beside: floor, ours: await msOf(() => it.tick()) });
  }
  const isFull = active === Math.max(...SIZES);
  const reach = isFull ? { atMost: 1.5 } : ('nothing' as const);
  const what = `${daemon}, ${active} active`;
  return [
    { what: `first tick: ${what}`, unit: 'ms', beside: 'readdir, read, JSON.parse', reach, pairs: first },
    { what: `tick, nothing changed: ${what}`, unit: 'ms', beside: 'readdir, stat', reach, pairs },
  ];
}

export const ticks: BenchCase = {
  name: 'ticks',
  about: 'one tick of either daemon over 100 to 10,000 active jobs, and beside 10,000 archived ones',
  measure,
};
