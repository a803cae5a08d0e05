// What the watcher sees, as events are made from it: every job of the snapshot, every job that was known and is in it no
// more, and every runner.
import path from 'node:path';
import type { Keeping } from '../job/dependency.ts';
import { needsRelease } from '../job/order.ts';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import type { PoolSight, RunnerSight } from '../queue/compare-pool.ts';
import { archivedAtMs } from '../queue/compare-pool.ts';
import type { JobSight } from '../queue/job-sight.ts';
import type { JobFacts } from '../queue/pool.ts';
import type { ArchivedJob, WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { archivedJob, readArchivedManifest } from '../store/archive.ts';
import { TREE_NAMES } from '../store/layout.ts';
import { LOST_FILE, readLost } from '../store/lost.ts';
import { readPostStatus } from '../store/post-status.ts';
import { readRequests } from '../store/requests.ts';
import { readRetryPlan } from '../store/retry-plan.ts';
import { guarded, unreadable } from '../store/unreadable.ts';
import type { Known } from './feed.ts';
import { lostOf } from './judge.ts';
import { lastingProblems } from './lasting-problems.ts';
import type { WatcherState } from './parts.ts';

export function seePool(watcher: WatcherState, snapshot: WatcherSnapshot, known: Known): PoolSight {
  const { pool, knownUntilMs } = known;
  const here = new Set(snapshot.jobs.map(({ job_id }) => job_id));
  const gone = [...pool.jobs].filter(([id]) => !here.has(id) && !isThere(watcher, id));
  const closed = gone.flatMap(([id, facts]) => (facts.archived_as === undefined ? [] : [id]));
  const missing = gone.flatMap(([id, facts]) => (facts.archived_as === undefined ? [id] : []));
  const unknown = Number.isFinite(knownUntilMs);
  const archive = watcher.archive.names;
  const fresh = [...(unknown ? archive : [])].flatMap(([id, names]) =>
    !here.has(id) && !pool.jobs.has(id) && archivedAtMs(names.at(-1) ?? '') >= knownUntilMs ? [id] : [],
  );
  const inArchive = [...missing.filter((id) => archive.has(id)), ...fresh];
  const { problems, states } = snapshot;
  /** Of a job that cannot be looked at nothing is told this time; the others are. */
  const safely = (id: string, look: () => JobSight) =>
    guarded(problems, (error) => unreadable(id, error), look) ?? [];
  return {
    jobs: [
      ...snapshot.jobs.flatMap((job) =>
        safely(job.job_id, () => seeJob(watcher, job, pool.jobs.get(job.job_id), states)),
      ),
      ...inArchive.flatMap((id) => safely(id, () => seeArchived(watcher, id, archive.get(id)?.at(-1) ?? ''))),
    ],
    removed: removedFor(
      watcher,
      missing.filter((id) => !archive.has(id)),
    ),
    closed,
    runners: [...watcher.presences.values()].flatMap(
      (presence) => seeRunner(watcher, presence.runner_id) ?? [],
    ),
    problems: lastingProblems(watcher, snapshot),
    knownUntilMs,
  };
}

/** A job that could not be read this time is in no snapshot and still there. */
function isThere({ disk, layout }: WatcherState, jobId: string): boolean {
  const dirs = TREE_NAMES.map((tree) => path.join(layout.tree(tree), jobId));
  return [...dirs, layout.collected(jobId)].some((dir) => {
    try {
      return disk.files.facts(dir) !== undefined;
    } catch {
      return true; // nobody can say that it has gone
    }
  });
}

/** Those that were gone at an earlier look already. */
function removedFor({ missingSince, disk, settings }: WatcherState, missing: readonly string[]): string[] {
  const nowMs = disk.clock.monotonic();
  for (const id of missingSince.keys()) if (!missing.includes(id)) missingSince.delete(id);
  return missing.filter((id) => {
    const since = missingSince.get(id) ?? nowMs;
    missingSince.set(id, since);
    return nowMs > since && nowMs - since >= settings.second_look_s * 1000;
  });
}

function seeJob(
  watcher: WatcherState,
  job: WatcherJob,
  facts: JobFacts | undefined,
  states: WatcherSnapshot['states'],
): JobSight {
  const { disk, layout } = watcher;
  const { job_id, order, requests, record, collected } = job;
  const home = job.archived.at(-1);
  // of a job that nobody knew the archive says more than what has come back beside it
  if (home && (!facts || (!record && home.archived_as !== facts.archived_as)))
    return { ...seeArchived(watcher, job_id, home.archived_as), requests };
  if (home && !record) return { job_id, requests, archived_as: home.archived_as };
  const filed = home && home.sealSha256 === record?.sealSha256 ? home : undefined;
  const copy = filed ? layout.archived(filed.archived_as) : collected && layout.collected(job_id);
  return {
    job_id,
    order: order?.seal === 'valid' ? order.order : undefined,
    abandoned: job.abandoned,
    requests,
    record: record?.record,
    seal: record?.complete ? record.sealSha256 : undefined,
    lost: lostOf(watcher, job_id),
    keeping: seeKeeping(job, states),
    post: facts?.post ?? (copy === undefined ? undefined : readPostStatus(disk.files, copy)),
    ...(filed ? seeFiled(watcher, filed, facts) : { archived_as: facts?.archived_as }),
  };
}

/** Of a dependency that has failed it tells only where nothing follows by itself. */
function seeKeeping(
  { order: facts, requests, unheld }: WatcherJob,
  states: WatcherSnapshot['states'],
): Keeping | undefined {
  const order = facts?.seal === 'valid' ? facts.order : undefined;
  if (!order || !needsRelease(order) || requests.release) return undefined;
  const waits = order.on_dependency_failure === 'wait';
  const open = order.depends_on.filter((id) => states[id] !== 'completed');
  return {
    held: order.hold && !unheld,
    open: open.map((id) => ({ job_id: id, state: waits ? states[id] : undefined })),
  };
}

function seeFiled(
  watcher: WatcherState,
  { archived_as, abandoned }: ArchivedJob,
  facts: JobFacts | undefined,
) {
  const isNew = archived_as !== facts?.archived_as;
  return { archived_as, abandoned, retry: isNew ? seeRetry(watcher, archived_as) : undefined };
}

function seeRetry({ disk, layout }: WatcherState, name: string): JobSight['retry'] {
  const plan = readRetryPlan(disk.files, layout.archived(name));
  return plan?.given_up === undefined ? plan : undefined;
}

/** A job of which only the archive tells. */
function seeArchived(watcher: WatcherState, job_id: string, name: string): JobSight {
  const { disk, layout } = watcher;
  const dir = layout.archived(name);
  const { sealSha256, abandoned } = archivedJob(disk.files, layout, name);
  const bytes = readArchivedManifest(disk.files, layout, name);
  const parsed = bytes && parseRecord(bytes, job_id);
  const record: JobRecord | undefined = parsed?.ok ? parsed.value : undefined;
  return {
    job_id,
    requests: readRequests(disk.files, layout, job_id),
    record,
    seal: abandoned ? undefined : sealSha256,
    abandoned,
    lost: readLost(disk.files, path.join(dir, LOST_FILE)) ?? lostOf(watcher, job_id),
    post: readPostStatus(disk.files, dir),
    archived_as: name,
    retry: seeRetry(watcher, name),
  };
}

function seeRunner({ liveness, presences }: WatcherState, id: string): RunnerSight | undefined {
  const presence = presences.get(id);
  const judged = liveness.runners.get(id);
  if (!presence || !judged) return undefined;
  const { observed, verdict } = judged;
  const heard_at = observed.heard ? new Date(observed.heardWallMs).toISOString() : undefined;
  return { presence, verdict, heard_at };
}
