// Runs seeds in processes of their own, as many as there are processors, and puts together what they saw. It knows nothing
// of the worlds.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));

/**
 * Nearly all that a world makes is garbage at its end: in a large nursery it is never copied. The processors are busy
 * with worlds, and there is so much code that half of it is never hot: what is optimized early takes a processor a fifth
 * of its time.
 */
const FLAGS = [
  '--max-semi-space-size=64',
  '--min-semi-space-size=64',
  '--single-threaded-gc',
  '--sparkplug',
  '--interrupt-budget=1000000',
];

/** Seeds that a process is given at a time: few enough that all end together. */
const PIECE = 10;

/**
 * Seeds from `base` on, as `runSeeds` of the simulator does it, with the processor time that it took. After `failuresMax`
 * failures no more are begun. `each` is called with each failure when it is found.
 */
export async function runPool({ bundle, base, seeds, failuresMax, processes, each }) {
  const runs = {
    seeds: 0,
    jobs: 0,
    ticks: 0,
    events: 0,
    ms: 0,
    seen: new Map(),
    failures: [],
    cpuSeconds: 0,
  };
  let next = base;
  const piece = () => {
    if (runs.failures.length >= failuresMax || next >= base + seeds) return undefined;
    const from = next;
    next = Math.min(next + PIECE, base + seeds);
    return { base: from, seeds: next - from, failuresMax: failuresMax - runs.failures.length };
  };
  const take = (part) => {
    add(runs, part);
    for (const failure of part.failures) each?.(failure);
  };
  const count = Math.min(processes ?? availableParallelism(), Math.ceil(seeds / PIECE));
  await Promise.all(Array.from({ length: count }, () => work(bundle, piece, take)));
  runs.failures.sort((a, b) => a.seed - b.seed);
  return runs;
}

function add(runs, part) {
  for (const what of ['seeds', 'jobs', 'ticks', 'events', 'ms', 'cpuSeconds']) runs[what] += part[what];
  for (const [what, times] of part.seen) runs.seen.set(what, (runs.seen.get(what) ?? 0) + times);
  runs.failures.push(...part.failures);
}

/** One process: it asks for seeds until there are no more. */
function work(bundle, piece, take) {
  return new Promise((resolve, reject) => {
    const child = fork(worker, [bundle], { execArgv: FLAGS, serialization: 'advanced' });
    const go = () => {
      const seeds = piece();
      if (seeds) child.send(seeds);
      else child.disconnect();
    };
    child.on('message', (part) => {
      take(part);
      go();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a process of the simulator ended with ${code}`));
    });
    go();
  });
}
