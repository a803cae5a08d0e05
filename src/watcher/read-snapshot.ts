// Reads what the watcher decides from: orders, requests, records as they arrive, its own copies, the archive.
import { messageOf } from '../errors.ts';
import type { LinkState } from '../queue/liveness.ts';
import type { Problem } from '../queue/problem.ts';
import type { WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { archivedJob, archivedNames } from '../store/archive.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { readPresences } from '../store/presences.ts';
import { readOrder } from '../store/read-order.ts';
import { readArrival } from '../store/read-record.ts';
import { readRequests } from '../store/requests.ts';
import { unreadable } from '../store/unreadable.ts';
import type { JobMemory, WatcherState } from './parts.ts';
import { seeCollected } from './post/see.ts';
import { readFate } from './read-fate.ts';
import type { RetrySight } from './read-retries.ts';
import { lookAtRetries } from './read-retries.ts';
import { statesOf } from './read-states.ts';

const COLLECTED = /^\.jobq-collected-(.+)$/;

function collectedNames(watcher: WatcherState): string[] {
  const entries = watcher.disk.files.list(watcher.layout.archive) ?? [];
  return entries.flatMap(({ name }) => COLLECTED.exec(name)?.[1] ?? []);
}

export function readWatcherSnapshot(watcher: WatcherState): WatcherSnapshot {
  const { disk, layout } = watcher;
  const problems: Problem[] = [];
  const archive = archivedNames(disk.files, layout);
  const retries = lookAtRetries(watcher, archive);
  const asked = new Set(jobDirs(disk.files, layout.tree('requests')));
  const ids = new Set([
    ...(['outbox', 'inbox'] as const).flatMap((tree) => jobDirs(disk.files, layout.tree(tree))),
    ...asked,
    ...collectedNames(watcher),
    ...retries.plans.keys(),
  ]);
  const runners = lookAtRunners(watcher);
  const around = { asked, retries, problems, link: watcher.link() };
  const jobs = [...ids].sort().flatMap((id) => readJobSafely(watcher, id, around));
  const now = { link: around.link, nowMs: disk.clock.now() };
  const postFree = watcher.settings.post_concurrency - watcher.processing.size;
  const states = statesOf(watcher, jobs, { ...now, retries });
  return { jobs, runners, states, ...now, postFree, problems };
}

/** What is read once for all jobs. */
interface Around {
  /** Jobs that have a directory of requests. */
  asked: ReadonlySet<string>;
  retries: RetrySight;
  problems: Problem[];
  link: LinkState;
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

function howAsked({ disk, layout }: WatcherState, jobId: string): WatcherJob['asked'] {
  return (disk.files.list(layout.requests(jobId)) ?? []).length === 0 ? 'empty' : 'yes';
}

/** A job of which something cannot be read is a problem and is left alone; it stops neither the loop nor other jobs. */
function readJobSafely(watcher: WatcherState, jobId: string, around: Around): WatcherJob[] {
  try {
    return [readJob(watcher, jobId, around)];
  } catch (error) {
    around.problems.push(unreadable(jobId, messageOf(error)));
    return [];
  }
}

function readJob(watcher: WatcherState, job_id: string, around: Around): WatcherJob {
  const { disk, layout } = watcher;
  const nowMs = disk.clock.monotonic();
  const memory = recall(watcher, job_id);
  const order = readOrder(disk.files, layout.order(job_id), job_id);
  if (order?.signature !== memory.signature) {
    memory.signature = order?.signature;
    memory.changedAtMs = nowMs;
  }
  const record = readArrival(disk.files, layout.record(job_id), job_id);
  memory.recordGoneSinceMs = record ? undefined : (memory.recordGoneSinceMs ?? nowMs);
  const requests = readRequests(disk.files, layout, job_id, around.problems);
  const names = around.retries.archived.get(job_id) ?? [];
  const archived = names.map((name) => archivedJob(disk.files, layout, name));
  return {
    job_id,
    order,
    quietMs: nowMs - memory.changedAtMs,
    record,
    recordGoneMs: record ? 0 : nowMs - (memory.recordGoneSinceMs ?? nowMs),
    requests,
    asked: around.asked.has(job_id) ? howAsked(watcher, job_id) : 'no',
    archived,
    collected: seeCollected(watcher, job_id),
    ...readFate(watcher, job_id, { record, requests, archived }, around),
    busy: watcher.chores.isBusy(job_id),
  };
}
