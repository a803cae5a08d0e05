// A look at the queue that costs little, between two ticks that take long: has anything come or gone, is there a job that
// only time moves, do the runners say anything new? It judges who is alive, and decides nothing.
import type { Presence } from '../job/presence.ts';
import { awaitsSecondLook } from '../queue/plan-watcher.ts';
import type { WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import type { Feed } from './feed.ts';
import type { JudgedJob } from './judge.ts';
import { judgeAll } from './judge.ts';
import type { WatcherState } from './parts.ts';
import type { Places } from './places.ts';
import { seePlaces } from './places.ts';
import { lookAtRunners } from './read-snapshot.ts';
import { tellLiveness } from './tell-liveness.ts';

/** What the last tick saw. */
export interface LastTick {
  /** Of each only what a glance asks for: there may be ten thousand. */
  jobs: readonly JudgedJob[];
  places: Places | undefined;
  archive: number;
  runners: string;
  /** Something is on its way, or moves with time alone: the next tick is due. */
  isBusy: boolean;
  judgedMs: number;
}

export function lastTick(watcher: WatcherState, { jobs }: WatcherSnapshot, isBusy: boolean): LastTick {
  return {
    jobs: jobs.map(({ job_id, record, archived, retry }) => ({ job_id, record, archived, retry })),
    places: watcher.placesSeen?.places,
    archive: watcher.archive.version,
    runners: whatTheySay(watcher),
    isBusy: isBusy || jobs.some(isOnItsWay),
    judgedMs: watcher.disk.clock.monotonic(),
  };
}

function isOnItsWay(job: WatcherJob): boolean {
  const { order, record, collected, retry, busy } = job;
  const isArriving = record?.sealSha256 !== undefined && !record.complete;
  return busy || isArriving || order?.seal === 'missing' || !!collected || !!retry || awaitsSecondLook(job);
}

/** So often who is alive is judged where ticks are far apart; an observation must not be torn. */
const JUDGE_MS = 15_000;

/** True when a tick is due. */
export async function glance(
  watcher: WatcherState,
  feed: Feed,
  last: LastTick | undefined,
): Promise<boolean> {
  const { archive, chores, bus, disk, notifier } = watcher;
  if (!last || last.isBusy || chores.isAnyPending() || bus.posted().length > 0 || feed.isBehind())
    return true;
  archive.look();
  if (archive.version !== last.archive || seePlaces(watcher) !== last.places) return true;
  lookAtRunners(watcher, []);
  if (whatTheySay(watcher) !== last.runners) return true;
  notifier?.tick(disk.clock.now());
  if (disk.clock.monotonic() - last.judgedMs >= JUDGE_MS && (await judgeAgain(watcher, last))) return true;
  await feed.checkpoint();
  return false;
}

/** True when somebody is judged otherwise than before. */
async function judgeAgain(watcher: WatcherState, last: LastTick): Promise<boolean> {
  const before = verdictsOf(watcher);
  await judgeAll(watcher, last.jobs, []);
  last.judgedMs = watcher.disk.clock.monotonic();
  if (verdictsOf(watcher) !== before) return true;
  await tellLiveness(watcher, last.jobs);
  return false;
}

function verdictsOf({ liveness }: WatcherState): string {
  const { jobs, runners } = liveness;
  const bad = [...runners, ...jobs].flatMap(([id, { verdict }]) =>
    verdict.is === 'heard' ? [] : [id, verdict.is],
  );
  return bad.join(' ');
}

/** All but the signs of life, which say nothing new. */
function whatTheySay({ presences }: WatcherState): string {
  return [...presences.values()].map(sayingOf).join('\n');
}

/** A presence is asked many times, and may name ten thousand jobs. */
const sayings = new WeakMap<Presence, string>();

function sayingOf(presence: Presence): string {
  const known = sayings.get(presence);
  if (known !== undefined) return known;
  const { seq: _, clock: __, disk_free_mb: ___, running, ...rest } = presence;
  const saying = JSON.stringify({ ...rest, running: running.map(({ job_id }) => job_id) });
  sayings.set(presence, saying);
  return saying;
}
