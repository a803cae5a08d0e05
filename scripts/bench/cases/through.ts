// Small jobs that do nothing, all the way from outbox/ into archive/, beside what the same takes with nothing around it
// (scripts/bench/bare-job.cjs lists it) and beside other queues.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layout } from '../../../src/index.ts';
import { nap, RUNNER, startDaemons } from '../daemons.ts';
import type { Peer } from '../peers.ts';
import { bullmq, nq, taskSpooler } from '../peers.ts';
import { newQueue, submitMany, writeStudy } from '../queue.ts';
import type { Pair, Row } from '../row.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder } from '../site.ts';

const JOBS = 1000;
/** As many as this machine has processors, on all sides. */
const AT_ONCE = 2;

const BARE = fileURLToPath(new URL('../bare-job.cjs', import.meta.url));

interface Taken {
  ms: number;
  processorMs: number;
}

function writeNoOp(site: Site): string {
  const study = writeStudy(folder(site, 'wing'));
  writeFileSync(path.join(study, 'run_optimization.py'), ':\n');
  return study;
}

const jobsIn = (dir: string) => readdirSync(dir).filter((name) => !name.startsWith('.')).length;

/** From the start of both daemons, over orders that wait, to the end of the last handshake. */
async function ours(layout: Layout, home: string): Promise<Taken> {
  const began = performance.now();
  const daemons = await startDaemons(layout, home, AT_ONCE);
  try {
    const trees = (['outbox', 'inbox', 'requests'] as const).map((tree) => layout.tree(tree));
    while (trees.some((tree) => jobsIn(tree) > 0)) await nap(50);
    const ms = performance.now() - began;
    const archived = jobsIn(layout.archive);
    if (archived !== JOBS) throw new Error(`${archived} of ${JOBS} jobs are archived`);
    return { ms, processorMs: daemons.processorMs() };
  } finally {
    await daemons.stop();
  }
}

function bare(layout: Layout, work: string): Taken {
  mkdirSync(path.join(work, 'attempts'));
  const before = childrenMs();
  const began = performance.now();
  const args = [BARE, layout.root, work, String(AT_ONCE)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the floor failed: ${stderr}`);
  return { ms: performance.now() - began, processorMs: childrenMs() - before };
}

/** Processor time of all that this process has waited for. */
function childrenMs(): number {
  const { stdout } = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' });
  const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

const perSecond = ({ ms }: { ms: number }) => (JOBS * 1000) / ms;

/** One that fails is missing from then on. */
async function throughPeer(peer: Peer, script: string): Promise<number | undefined> {
  if (peer.missing !== undefined) return undefined;
  try {
    return await peer.through(script, JOBS, AT_ONCE);
  } catch (error) {
    peer.missing = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return undefined;
  }
}

async function measure(site: Site): Promise<Row[]> {
  const study = writeNoOp(site);
  const script = path.join(study, 'run_optimization.py');
  const peers = [
    nq(folder(site, 'nq')),
    taskSpooler(folder(site, 'tsp')),
    bullmq(folder(site, 'redis'), site.bullmq),
  ];
  const besideFloor: Pair[] = [];
  const processor: Pair[] = [];
  const besidePeers = new Map<Peer, Pair[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round < site.rounds(3); round++) {
    const queueOf = async (name: string) => {
      const layout = await newQueue(folder(site, `${name}-${round}`));
      await submitMany(layout, study, JOBS, { runOn: RUNNER });
      return layout;
    };
    const [real, floor] = [await queueOf('queue'), await queueOf('bare')];
    const took = await ours(real, folder(site, `home-${round}`));
    const beside = bare(floor, folder(site, `work-${round}`));
    besideFloor.push({ ours: perSecond(took), beside: perSecond(beside) });
    processor.push({ ours: took.processorMs / JOBS, beside: beside.processorMs / JOBS });
    for (const [peer, pairs] of besidePeers) {
      const ms = await throughPeer(peer, script);
      if (ms !== undefined) pairs.push({ ours: perSecond(took), beside: perSecond({ ms }) });
    }
  }
  const through = `${JOBS} no-op jobs from outbox/ into archive/, ${AT_ONCE} at once`;
  const row = { what: through, unit: 'jobs/s' };
  return [
    { ...row, beside: 'the same files, syncs, spawns bare', reach: { atLeast: 0.6 }, pairs: besideFloor },
    {
      what: `${through}: processor time of one`,
      unit: 'ms',
      beside: 'the same bare',
      reach: 'nothing',
      pairs: processor,
    },
    ...[...besidePeers].map(([{ name, missing }, pairs]): Row => {
      const note = missing === undefined ? {} : { note: missing };
      return { ...row, beside: name, reach: 'nothing', pairs, ...note };
    }),
  ];
}

export const through: BenchCase = {
  name: 'through',
  about: '1,000 no-op jobs through runner and watcher, beside the same bare, nq, task-spooler and BullMQ',
  measure,
};
