// Reads what the watcher decides from: orders, requests, records as they arrive, its own copies, the archive.
import { messageOf } from '../errors.ts';
import { parseRecord } from '../job/record.ts';
import type { State } from '../job/states.ts';
import type { Problem } from '../queue/problem.ts';
import type { WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { archivedJob, archivedNames, readArchivedManifest, readCollected } from '../store/archive.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { readPresences } from '../store/presences.ts';
import { readOrder } from '../store/read-order.ts';
import { readArrival } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { unreadable } from '../store/unreadable.ts';
import type { JobMemory, WatcherState } from './parts.ts';

const COLLECTED = /^\.jobq-collected-(.+)$/;

function collectedNames(watcher: WatcherState): string[] {
  const entries = watcher.disk.files.list(watcher.layout.archive) ?? [];
  return entries.flatMap(({ name }) => COLLECTED.exec(name)?.[1] ?? []);
}

export function readWatcherSnapshot(watcher: WatcherState): WatcherSnapshot {
  const { disk, layout } = watcher;
  const problems: Problem[] = [];
  const archive = archivedNames(disk.files, layout);
  const ids = new Set([
    ...(['outbox', 'inbox', 'requests'] as const).flatMap((tree) => jobDirs(disk.files, layout.tree(tree))),
    ...collectedNames(watcher),
  ]);
  const jobs = [...ids].sort().flatMap((id) => readJobSafely(watcher, id, archive.get(id) ?? [], problems));
  return { jobs, runners: lookAtRunners(watcher), states: statesOf(watcher, jobs, archive), problems };
}

/** Keeps what the runners say of themselves. Answers the ids of all whose presence is known. */
function lookAtRunners(watcher: WatcherState): string[] {
  const presences = readPresences(watcher.disk.files, watcher.layout);
  watcher.presences = new Map(presences.map((presence) => [presence.runner_id, presence]));
  return [...watcher.presences.keys()];
}

function recall(watcher: WatcherState, jobId: string): JobMemory {
  const known = watcher.memory.get(jobId);
  if (known) return known;
  const fresh: JobMemory = {
    signature: undefined,
    changedAtMs: watcher.disk.clock.monotonic(),
    recordGoneSinceMs: undefined,
  };
  watcher.memory.set(jobId, fresh);
  return fresh;
}

/** A job of which something cannot be read is a problem and is left alone; it stops neither the loop nor other jobs. */
function readJobSafely(
  watcher: WatcherState,
  jobId: string,
  archived: readonly string[],
  problems: Problem[],
): WatcherJob[] {
  try {
    return [readJob(watcher, jobId, archived, problems)];
  } catch (error) {
    problems.push(unreadable(jobId, messageOf(error)));
    return [];
  }
}

function readJob(
  watcher: WatcherState,
  job_id: string,
  archived: readonly string[],
  problems: Problem[],
): WatcherJob {
  const { disk, layout, settings } = watcher;
  const nowMs = disk.clock.monotonic();
  const memory = recall(watcher, job_id);
  const order = readOrder(disk.files, layout.order(job_id), job_id);
  if (order?.signature !== memory.signature) {
    memory.signature = order?.signature;
    memory.changedAtMs = nowMs;
  }
  const record = readArrival(disk.files, layout.record(job_id), job_id);
  memory.recordGoneSinceMs = record ? undefined : (memory.recordGoneSinceMs ?? nowMs);
  return {
    job_id,
    order,
    quietMs: nowMs - memory.changedAtMs,
    record,
    recordGoneMs: record ? 0 : nowMs - (memory.recordGoneSinceMs ?? nowMs),
    requests: readRequests(disk.files, layout, job_id, problems),
    archived: archived.map((name) => archivedJob(disk.files, layout, name)),
    collected: readCollected(disk.files, layout, job_id, settings.post_command.length > 0),
    busy: watcher.chores.isBusy(job_id),
  };
}

/** The states of all jobs that some open order depends on. */
function statesOf(
  watcher: WatcherState,
  jobs: readonly WatcherJob[],
  archive: ReadonlyMap<string, string[]>,
) {
  const wanted = new Set(
    jobs.flatMap(({ order }) => (order?.seal === 'valid' ? (order.order?.depends_on ?? []) : [])),
  );
  const open = new Map(jobs.map((job) => [job.job_id, job]));
  const states: { [job_id: string]: State | undefined } = {};
  for (const id of wanted) {
    const name = archive.get(id)?.at(-1);
    states[id] = name ? archivedState(watcher, name, id) : sealedState(open.get(id));
  }
  return states;
}

/** A record counts only once it is sealed: `completed` may arrive before the files. */
function sealedState(job: WatcherJob | undefined): State | undefined {
  return job?.record?.complete ? job.record.record?.state : undefined;
}

function archivedState(watcher: WatcherState, name: string, jobId: string): State | undefined {
  const bytes = readArchivedManifest(watcher.disk.files, watcher.layout, name);
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value.state : undefined;
}
