// Many small jobs on a small disk that is full again and again, while everything is killed: the built program, real scripts,
// a real file system. SOAK_SEED chooses what happens, SOAK_JOBS how many jobs there are.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Killed } from './crash/assault.ts';
import { assault } from './crash/assault.ts';
import { breachesOf } from './crash/checks.ts';
import { lastTurn, stopBoth } from './crash/ending.ts';
import { failuresTold, gather, leftovers, processesLeft, workLeft, wrongEnds } from './crash/evidence.ts';
import type { World } from './crash/world.ts';
import { openWorld } from './crash/world.ts';
import { pythonWith } from './queue.ts';
import type { Submitted } from './soak/ends.ts';
import { endBreaches, strangers, submitPatiently, unexplained } from './soak/ends.ts';
import type { FillPlan, SoakPlan } from './soak/plan.ts';
import { soakPlan } from './soak/plan.ts';
import type { SmallDisk } from './soak/small-disk.ts';
import { smallDisk } from './soak/small-disk.ts';
import { readTold, tellingTarget, toldBreaches } from './soak/told.ts';

const seed = Number(process.env['SOAK_SEED'] ?? 1);
const count = Number(process.env['SOAK_JOBS'] ?? 50);
const LIMIT_MS = 60_000 + count * 3000;
const SLOTS = 3;

/** What came of the faults: a soak that never hits anything proves nothing. */
interface Seen {
  killed: Killed[];
  refused: number;
  traces: string[];
  fills: number;
}

/** As a service manager does: whoever ends by itself is started again. */
function revive(w: World): void {
  for (const role of ['runner', 'watcher'] as const) {
    const last = w.lives.filter((life) => life.role === role).at(-1);
    if (!w.alive(role) && last?.wasEnded === false) w.start(role);
  }
}

async function fillAgainAndAgain(disk: SmallDisk, fills: readonly FillPlan[], isOver: () => boolean) {
  let done = 0;
  for (const { afterMs, holdMs } of fills) {
    await sleep(afterMs);
    if (isOver()) break;
    if ((await disk.fillFor(holdMs)) > 0) done += 1;
  }
  return done;
}

/** Submits, kills and fills, all at once, until every job is at rest or no faults are left. */
async function disturb(w: World, disk: SmallDisk, plan: SoakPlan, seen: Seen): Promise<Submitted[]> {
  const submitted: Submitted[] = [];
  const isOver = () => submitted.length === count && submitted.every(({ id }) => w.isAtRest(id));
  const submitting = async () => {
    for (const job of plan.jobs) {
      await sleep(job.submitAfterMs);
      const refused = (traces: readonly string[]) => {
        seen.refused += 1;
        seen.traces.push(...traces.map((name) => `${name} was refused and is there`));
      };
      submitted.push(await submitPatiently(w, job, refused));
    }
  };
  const [killed, fills] = await Promise.all([
    assault(w, plan.kills, isOver),
    fillAgainAndAgain(disk, plan.fills, isOver),
    submitting(),
  ]);
  seen.killed.push(...killed);
  seen.fills += fills;
  return submitted;
}

async function breachesIn(w: World, disk: SmallDisk, plan: SoakPlan, seen: Seen): Promise<string[]> {
  for (const role of ['runner', 'watcher'] as const) w.start(role);
  const submitted = await disturb(w, disk, plan, seen);
  const told = path.join(disk.beside, 'told.jsonl');
  const rests = () => submitted.every(({ id }) => w.isAtRest(id));
  const isTold = () => new Set(readTold(told).map(({ job }) => job)).size >= count;
  await w.until('every job is at rest', rests, 60_000 + count * 500);
  await w.until('every end is told', isTold, 30_000);
  await w.until('no process is left', () => processesLeft(w).length === 0, 10_000);
  await w.until('the work directories are gone', () => workLeft(w).length === 0);
  const evidence = gather(w, new Map(submitted.map(({ id, plan: job }) => [id, job])), seen.killed);
  await stopBoth(w);
  return [
    ...seen.traces,
    ...evidence.flatMap(breachesOf),
    ...evidence.flatMap((each, index) => {
      const order = submitted[index];
      return order ? endBreaches(w, order, each) : [];
    }),
    ...toldBreaches(evidence, readTold(told), seen.killed),
    ...unexplained(wrongEnds(w)),
    ...unexplained(failuresTold(w)),
    ...(await lastTurn(w)),
    ...strangers(w, submitted),
    ...leftovers(w).map((file) => `left: ${file}`),
  ];
}

async function soak(disk: SmallDisk): Promise<{ breaches: string[]; story: string; seen: Seen }> {
  const python = pythonWith('import hashlib');
  if (!python) throw new Error('no Python');
  const w = await openWorld({
    slots: SLOTS,
    ground: { home: disk.dir, journal: path.join(disk.beside, 'journal.jsonl') },
    variables: {
      JOBQ_QUEUE_FREE_SPACE_MARGIN_MB: '0',
      JOBQ_NOTIFY_BACKOFF_S: '0.2',
      JOBQ_NOTIFY_TARGETS: tellingTarget(python, path.join(disk.beside, 'told.jsonl')),
    },
  });
  mkdirSync(w.work, { recursive: true });
  const reviving = setInterval(() => revive(w), 300);
  const seen: Seen = { killed: [], refused: 0, traces: [], fills: 0 };
  try {
    const breaches = await breachesIn(w, disk, soakPlan(seed, count), seen).catch((error: unknown) => [
      String(error),
    ]);
    return { breaches: breaches.map((breach) => `SOAK_SEED=${seed}: ${breach}`), story: w.story(), seen };
  } finally {
    clearInterval(reviving);
    await w.close();
  }
}

test(
  'small jobs on a disk that is full again and again, whatever is killed',
  async (context) => {
    context.skip(process.platform !== 'linux', 'finds its victims in /proc');
    const disk = smallDisk(48 + Math.ceil(count / 3));
    if ('refused' in disk) return context.skip(`no small disk can be mounted: ${disk.refused}`);
    try {
      const { breaches, story, seen } = await soak(disk);
      expect(breaches, `${breaches.length > 0 ? story : ''}`).toEqual([]);
      const kinds = new Set(seen.killed.map(({ what }) => what));
      expect([...kinds].sort()).toEqual(expect.arrayContaining(['runner', 'supervisor', 'watcher']));
      expect(seen.fills).toBeGreaterThan(5);
      expect(seen.refused).toBeGreaterThan(0);
    } finally {
      disk.remove();
    }
  },
  LIMIT_MS,
);
