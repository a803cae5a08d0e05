// From an order that has just got its name in outbox/ to the first act of its script, on one machine that is idle, beside a
// Node process that does nothing and the same script started bare; and beside other queues.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Layout } from '../../../src/index.ts';
import { nap, RUNNER, startDaemons } from '../daemons.ts';
import type { SpoolingPeer } from '../peers.ts';
import { nq, taskSpooler } from '../peers.ts';
import { newQueue, submitMany, writeStudy } from '../queue.ts';
import type { Pair, Row } from '../row.ts';
import type { BenchCase, Site } from '../site.ts';
import { folder } from '../site.ts';

const STARTED = 'started.txt';
/** The moment in nanoseconds; the start of /bin/sh and of `date` is part of all figures. */
const SCRIPT = `date +%s%N > ${STARTED}\n`;
/** So long after a job its supervisor waits again, and nothing else is done. */
const REST_MS = 2500;
const LIMIT_MS = 60_000;

/** Milliseconds since 1970. */
async function momentIn(find: () => string | undefined): Promise<number> {
  for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline; await nap(5)) {
    const file = find();
    const text = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.endsWith('\n')) return Number(BigInt(text.trim()) / 1000n) / 1000;
  }
  throw new Error('a script has not started within a minute');
}

const nowMs = () => performance.timeOrigin + performance.now();

/** A rename changes the ctime of what is renamed. The results are read where they come to rest. */
async function ours(layout: Layout, study: string): Promise<number> {
  const [job = ''] = await submitMany(layout, study, 1, { runOn: RUNNER });
  const wholeMs = statSync(layout.order(job)).ctimeMs;
  const archived = () => readdirSync(layout.archive).find((name) => name.startsWith(`${job}_`));
  const startedMs = await momentIn(() => {
    const name = archived();
    return name === undefined ? undefined : path.join(layout.archived(name), STARTED);
  });
  await nap(REST_MS);
  return startedMs - wholeMs;
}

async function beside(dir: string, start: (script: string) => void): Promise<number> {
  const script = path.join(dir, 'script.sh');
  writeFileSync(script, `cd '${dir}'\n${SCRIPT}`);
  const beganMs = nowMs();
  start(script);
  return (await momentIn(() => path.join(dir, STARTED))) - beganMs;
}

function bare(script: string): void {
  spawnSync(process.execPath, ['-e', '0']);
  spawnSync('/bin/sh', [script]);
}

async function measure(site: Site): Promise<Row[]> {
  const layout = await newQueue(folder(site, 'queue'));
  const study = writeStudy(folder(site, 'wing'));
  writeFileSync(path.join(study, 'run_optimization.py'), SCRIPT);
  const peers = [nq(folder(site, 'nq')), taskSpooler(folder(site, 'tsp'))];
  const floor: Pair[] = [];
  const besidePeers = new Map<SpoolingPeer, Pair[]>(peers.map((peer) => [peer, []]));
  const daemons = await startDaemons(layout, folder(site, 'home'), 1);
  try {
    await ours(layout, study); // the first one of all is not measured
    for (let round = 0; round < site.rounds(15); round++) {
      const took = await ours(layout, study);
      const fresh = (name: string) => folder(site, `${name}-${round}`);
      floor.push({ ours: took, beside: await beside(fresh('bare'), bare) });
      for (const [{ name, missing, submit }, pairs] of besidePeers)
        if (missing === undefined) pairs.push({ ours: took, beside: await beside(fresh(name), submit) });
    }
  } finally {
    await daemons.stop();
  }
  const row = { what: 'order whole to script started, one machine', unit: 'ms' };
  return [
    { ...row, beside: 'node -e 0 and the script, bare', reach: { atMost: 2 }, pairs: floor },
    ...[...besidePeers].map(([{ name, missing }, pairs]): Row => {
      const note = missing === undefined ? {} : { note: missing };
      return { ...row, beside: name, reach: 'nothing', pairs, ...note };
    }),
  ];
}

export const scriptStart: BenchCase = {
  name: 'script-start',
  about:
    'from a whole order to the start of its script, beside `node -e 0` and the script bare, nq, task-spooler',
  measure,
};
