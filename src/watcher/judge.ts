// Judges who is alive at every look: keeps what was observed, writes the verdict `lost`, and takes it back when a runner
// vouches for the job again.
import type { ClockSamples } from '../queue/clock-difference.ts';
import { addSample } from '../queue/clock-difference.ts';
import type { LinkState, Look, Observed, Verdict } from '../queue/liveness.ts';
import { isParked, judge, nextLook, observe, vouches } from '../queue/liveness.ts';
import type { Problem } from '../queue/problem.ts';
import type { WatcherJob } from '../queue/watcher-snapshot.ts';
import type { Lost } from '../store/lost.ts';
import { readLost, writeLost } from '../store/lost.ts';
import { unreadable } from '../store/unreadable.ts';
import type { WatcherState } from './parts.ts';
import { lastPlaces, seePlaces } from './places.ts';

/** What is asked of a job to judge whether it is lost. */
export type JudgedJob = Pick<WatcherJob, 'job_id' | 'record' | 'archived' | 'retry'>;

interface Judged {
  observed: Observed;
  verdict: Verdict;
}

/** What the watcher knows of the living; ages begin again with it. */
export interface Liveness {
  /** The last one at each device of the mirror that a runner has named; under undefined at the mirror as a whole. */
  looks: Map<string | undefined, Look>;
  /** When the state of the link as a whole was another one last, on the wall. */
  linkSinceMs: number;
  jobs: Map<string, Judged>;
  runners: Map<string, Judged & { clock: ClockSamples | undefined }>;
  /** What was written of it last. */
  told?: { what: string; atMs: number };
}

export function newLiveness(): Liveness {
  return { looks: new Map(), linkSinceMs: 0, jobs: new Map(), runners: new Map() };
}

/** The link to a runner, by the device it names. */
export function linkToRunner({ link, presences }: WatcherState, runnerId: string | undefined): LinkState {
  return link(deviceOf(presences, runnerId));
}

function deviceOf(presences: WatcherState['presences'], runnerId: string | undefined): string | undefined {
  return runnerId === undefined ? undefined : presences.get(runnerId)?.syncthing_device;
}

/** One look at every runner and at every job that is in the hands of one. What fails is a problem of that job alone. */
export async function judgeAll(
  watcher: WatcherState,
  jobs: readonly JudgedJob[],
  problems: Problem[],
): Promise<void> {
  const { liveness } = watcher;
  const lookAt = newLooks(watcher);
  judgeRunners(watcher, lookAt);
  const here = new Set(jobs.map((job) => job.job_id));
  for (const id of liveness.jobs.keys()) if (!here.has(id)) liveness.jobs.delete(id);
  for (const job of jobs) {
    try {
      await judgeJob(watcher, job, lookAt);
    } catch (error) {
      problems.push(unreadable(job.job_id, error));
    }
  }
}

/** The look at the link to a runner, or at the link as a whole. */
type LookAt = (runnerId: string | undefined) => Look;

function newLooks({ liveness, presences, disk, link }: WatcherState): LookAt {
  const before = liveness.looks;
  const now = { nowMs: disk.clock.monotonic(), wallMs: disk.clock.now() };
  const looks: Liveness['looks'] = new Map();
  const lookAt: LookAt = (runnerId) => {
    const device = deviceOf(presences, runnerId);
    const look = looks.get(device) ?? nextLook(before.get(device), { ...now, link: link(device) });
    looks.set(device, look);
    return look;
  };
  if (before.get(undefined)?.link !== lookAt(undefined).link) liveness.linkSinceMs = now.wallMs;
  liveness.looks = looks;
  return lookAt;
}

function judgeRunners({ liveness, presences, settings }: WatcherState, lookAt: LookAt): void {
  for (const id of liveness.runners.keys()) if (!presences.has(id)) liveness.runners.delete(id);
  for (const [id, presence] of presences) {
    const look = lookAt(id);
    const before = liveness.runners.get(id);
    const observed = observe(before?.observed, presence, look);
    const isNew = before && observed.heardMs !== before.observed.heardMs;
    const clock = isNew ? addSample(before.clock, presence, look.wallMs) : before?.clock;
    // one that said that it stops is expected to be silent
    const verdict: Verdict = presence.stopped ? { is: 'heard' } : judge(observed, look, settings);
    liveness.runners.set(id, { observed, verdict, clock });
  }
}

async function judgeJob(watcher: WatcherState, job: JudgedJob, lookAt: LookAt): Promise<void> {
  const { settings, liveness } = watcher;
  const { job_id } = job;
  const record = job.record?.record;
  // what the mirror brings back of a job that has come to rest is no sign of a silent runner
  const isAtRest = job.archived.length > 0;
  if (!record?.runner || job.record?.sealSha256 || isAtRest) {
    liveness.jobs.delete(job_id);
    return;
  }
  const look = lookAt(record.runner.id);
  const presence = watcher.presences.get(record.runner.id);
  const before = liveness.jobs.get(job_id)?.observed;
  const observed = observe(before, vouches(presence, job_id) ? presence : undefined, look);
  const verdict: Verdict = isParked(presence, job_id) ? { is: 'heard' } : judge(observed, look, settings);
  liveness.jobs.set(job_id, { observed, verdict });
  const known = lostOf(watcher, job_id);
  const at = new Date(look.wallMs).toISOString();
  const isHeard = before !== undefined && (observed.seq !== before.seq || observed.bootId !== before.bootId);
  if (verdict.is === 'lost' && (!known || known.recovered_at)) {
    await tellLost(watcher, job_id, { at, reason: verdict.reason });
  }
  if (known && !known.recovered_at && isHeard)
    await tellLost(watcher, job_id, { ...known, recovered_at: at });
}

/** The verdict that lies there. */
export function lostOf(watcher: WatcherState, jobId: string): Lost | undefined {
  const { disk, layout } = watcher;
  return lastPlaces(watcher).lost.has(jobId) ? readLost(disk.files, layout.lost(jobId)) : undefined;
}

async function tellLost(watcher: WatcherState, job_id: string, lost: Lost): Promise<void> {
  await writeLost(watcher.disk, watcher.layout, job_id, lost);
  seePlaces(watcher); // the verdict counts from this very look on
  watcher.log.warn({ job_id, reason: lost.reason }, lost.recovered_at ? 'lost before, heard again' : 'lost');
}
