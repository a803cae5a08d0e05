// Either daemon as it stands by over ten thousand waiting jobs and a full archive: what it takes of memory and of a core
// while nothing happens, and how soon it is ready. It plans nothing.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Layout } from '../../../src/index.ts';
import { systemClock } from '../../../src/index.ts';
import { archiveMany, newQueue } from '../queue.ts';
import type { Row } from '../row.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder, JOBQ } from '../site.ts';
import { idOf, putOrder, RUNNER } from '../waiting-jobs.ts';

const ACTIVE = 10_000;
const ARCHIVED = 100_000;
const READY_LIMIT_MS = 120_000;
/** Of one round: between two ticks that take long a daemon rests up to two minutes, so a few rounds make a whole. */
const ROUND_MS = 60_000;
/** What a start leaves to be collected is no part of standing by. */
const SETTLE_MS = 20_000;

interface Daemon {
  name: 'runner' | 'watcher';
  /** Written when its first tick is over. */
  sign: string;
}

interface Standing {
  child: ChildProcess;
  pid: number;
  readyMs: number;
}

async function start(site: Site, args: readonly string[], sign: string | undefined): Promise<Standing> {
  const startMs = performance.now();
  const since = Date.now();
  const env = { ...process.env, XDG_DATA_HOME: path.join(site.dir, 'data') };
  const child = spawn(process.execPath, [...args], { cwd: site.dir, env, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('it could not be started');
  while (sign !== undefined && !isNewer(sign, since)) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`);
    if (performance.now() - startMs > READY_LIMIT_MS) throw new Error(`${args.join(' ')} is not ready`);
    await systemClock.sleep(20);
  }
  return { child, pid, readyMs: performance.now() - startMs };
}

const isNewer = (file: string, since: number) =>
  (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > since;

function end({ child }: Standing): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** User and system time; ticks of a hundredth of a second. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number) as [number, number];
  return (user + system) * 10;
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kb) * 1024) / 1e6;
}

const BARE = ['-e', 'setInterval(() => {}, 2000)'];

async function oneDaemon(site: Site, layout: Layout, { name, sign }: Daemon, bare: Standing): Promise<Row[]> {
  const args = [JOBQ, name, '--queue', layout.root];
  const first = await start(site, args, sign);
  await systemClock.sleep(1000);
  const startMs = processorMs(first.pid);
  await end(first);
  const again = await start(site, args, sign);
  await systemClock.sleep(SETTLE_MS);
  const rounds = site.rounds(5);
  const taken: number[] = [];
  const memory: { ours: number; beside: number }[] = [];
  const startedMs = [processorMs(again.pid), processorMs(bare.pid)] as const;
  for (let round = 0; round < rounds; round++) {
    const before = processorMs(again.pid);
    await systemClock.sleep(ROUND_MS);
    taken.push(((processorMs(again.pid) - before) / ROUND_MS) * 100);
    memory.push({ ours: residentMb(again.pid), beside: residentMb(bare.pid) });
  }
  const share = (pid: number, since: number) => ((processorMs(pid) - since) / (rounds * ROUND_MS)) * 100;
  const core = { ours: share(again.pid, startedMs[0]), beside: share(bare.pid, startedMs[1]) };
  await end(again);
  const beside = 'bare Node process';
  const what = `${name} over ${ACTIVE} active, ${ARCHIVED} archived`;
  const note = `by minute: ${taken.map((each) => each.toFixed(2)).join(', ')}`;
  const ready = (ms: number) => [{ ours: ms / 1000, beside: Number.NaN }];
  return [
    { what: `memory: ${what}`, unit: 'MB', beside, reach: { limit: 90 }, pairs: memory },
    { what: `idle: ${what}`, unit: '% of a core', beside, reach: { limit: 0.3 }, pairs: [core], note },
    { what: `ready: ${what}`, unit: 's', beside: '', reach: { limit: 3 }, pairs: ready(again.readyMs) },
    {
      what: `ready for the very first time: ${what}`,
      unit: 's',
      beside: '',
      reach: 'nothing',
      pairs: ready(first.readyMs),
      note: `${(startMs / 1000).toFixed(1)} s of a core`,
    },
  ];
}

async function measure(site: Site): Promise<Row[]> {
  const layout = await newQueue(folder(site, 'queue'), `[runner]\nid = "${RUNNER}"\n`);
  for (let n = 0; n < ACTIVE; n++) putOrder(layout, idOf('waits', n));
  archiveMany(layout, ARCHIVED);
  const bare = await start(site, BARE, undefined);
  // nothing is to be started by an idle runner
  const paused = await start(site, [JOBQ, 'runner', 'pause', '--queue', layout.root], undefined);
  await new Promise((resolve) => paused.child.on('exit', resolve));
  const daemons: Daemon[] = [
    { name: 'runner', sign: layout.presence(RUNNER) },
    { name: 'watcher', sign: layout.checkpoint },
  ];
  try {
    const rows: Row[] = [];
    for (const daemon of daemons) rows.push(...(await oneDaemon(site, layout, daemon, bare)));
    return rows;
  } finally {
    await end(bare);
  }
}

export const idle: BenchCase = {
  name: 'idle',
  about: 'either daemon standing by over 10,000 active and 100,000 archived jobs: memory, core, ready',
  measure,
};
