// Judges who is alive at every look: keeps what was observed, writes the verdict `lost`, and takes it back when a runner
// vouches for the job again.
import type { ClockSamples } from '../queue/clock-difference.ts';
import { addSample } from '../queue/clock-difference.ts';
import type { Look, Observed, Verdict } from '../queue/liveness.ts';
import { judge, nextLook, observe, vouches } from '../queue/liveness.ts';
import type { WatcherJob } from '../queue/watcher-snapshot.ts';
import type { Lost } from '../store/lost.ts';
import { readLost, writeLost } from '../store/lost.ts';
import type { WatcherState } from './parts.ts';

interface Judged {
  observed: Observed;
  verdict: Verdict;
}

/** What the watcher knows of the living; ages begin again with it. */
export interface Liveness {
  look: Look | undefined;
  /** When the state of the link was another one last, on the wall. */
  linkSinceMs: number;
  jobs: Map<string, Judged>;
  runners: Map<string, Judged & { clock: ClockSamples | undefined }>;
  /** What was written of it last. */
  told?: { what: string; atMs: number };
}

export function newLiveness(): Liveness {
  return { look: undefined, linkSinceMs: 0, jobs: new Map(), runners: new Map() };
}

/** One look at every runner and at every job that is in the hands of one. */
export async function judgeAll(watcher: WatcherState, jobs: readonly WatcherJob[]): Promise<void> {
  const { liveness, disk } = watcher;
  const { clock } = disk;
  const now = { nowMs: clock.monotonic(), wallMs: clock.now(), link: watcher.link() };
  if (liveness.look?.link !== now.link) liveness.linkSinceMs = now.wallMs;
  liveness.look = nextLook(liveness.look, now);
  judgeRunners(watcher, liveness.look);
  const here = new Set(jobs.map((job) => job.job_id));
  for (const id of liveness.jobs.keys()) if (!here.has(id)) liveness.jobs.delete(id);
  for (const job of jobs) await judgeJob(watcher, job, liveness.look);
}

function judgeRunners({ liveness, presences, settings }: WatcherState, look: Look): void {
  for (const id of liveness.runners.keys()) if (!presences.has(id)) liveness.runners.delete(id);
  for (const [id, presence] of presences) {
    const before = liveness.runners.get(id);
    const observed = observe(before?.observed, presence, look);
    const isNew = before && observed.heardMs !== before.observed.heardMs;
    const clock = isNew ? addSample(before.clock, presence, look.wallMs) : before?.clock;
    liveness.runners.set(id, { observed, verdict: judge(observed, look, settings), clock });
  }
}

async function judgeJob(watcher: WatcherState, job: WatcherJob, look: Look): Promise<void> {
  const { disk, layout, settings, liveness } = watcher;
  const { job_id } = job;
  const record = job.record?.record;
  const isGivenUp = job.archived.some((archived) => archived.abandoned);
  if (!record?.runner || job.record?.sealSha256 || isGivenUp) {
    liveness.jobs.delete(job_id);
    return;
  }
  const presence = watcher.presences.get(record.runner.id);
  const before = liveness.jobs.get(job_id)?.observed;
  const observed = observe(before, vouches(presence, job_id) ? presence : undefined, look);
  const verdict = judge(observed, look, settings);
  liveness.jobs.set(job_id, { observed, verdict });
  const known = readLost(disk.files, layout.lost(job_id));
  const at = new Date(look.wallMs).toISOString();
  const isHeard = before !== undefined && (observed.seq !== before.seq || observed.bootId !== before.bootId);
  if (verdict.is === 'lost' && (!known || known.recovered_at)) {
    await tellLost(watcher, job_id, { at, reason: verdict.reason });
  }
  if (known && !known.recovered_at && isHeard)
    await tellLost(watcher, job_id, { ...known, recovered_at: at });
}

async function tellLost(watcher: WatcherState, job_id: string, lost: Lost): Promise<void> {
  await writeLost(watcher.disk, watcher.layout, job_id, lost);
  watcher.log.warn({ job_id, reason: lost.reason }, lost.recovered_at ? 'lost before, heard again' : 'lost');
}
