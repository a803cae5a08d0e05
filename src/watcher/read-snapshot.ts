// Reads what the watcher decides from: orders, requests, records as they arrive, its own copies, the archive.
import type { Problem } from '../queue/problem.ts';
import type { WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { archivedJob, archivedNames } from '../store/archive.ts';
import { holdsOnlyConflicts } from '../store/conflicts.ts';
import { jobDirs } from '../store/job-dirs.ts';
import { lookAtPresences } from '../store/presences.ts';
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
import { stillArriving } from './still-arriving.ts';

const COLLECTED = /^\.jobq-collected-(.+)$/;

function collectedNames(watcher: WatcherState): string[] {
  const entries = watcher.disk.files.list(watcher.layout.archive) ?? [];
  return entries.flatMap(({ name }) => COLLECTED.exec(name)?.[1] ?? []);
}

export function readWatcherSnapshot(watcher: WatcherState): WatcherSnapshot {
  const { disk, layout } = watcher;
  const problems: Problem[] = [];
  const archive = archivedNames(disk.files, layout);
  const retries = lookAtRetries(watcher, archive, problems);
  const asked = new Set(jobDirs(disk.files, layout.tree('requests')));
  const ids = new Set([
    ...(['outbox', 'inbox'] as const).flatMap((tree) => jobDirs(disk.files, layout.tree(tree))),
    ...asked,
    ...collectedNames(watcher),
    ...retries.plans.keys(),
  ]);
  const runners = lookAtRunners(watcher, problems);
  const around = { asked, retries, problems };
  const jobs = [...ids].sort().flatMap((id) => readJobSafely(watcher, id, around));
  const nowMs = disk.clock.now();
  const postFree = watcher.settings.post_concurrency - watcher.processing.size;
  const states = statesOf(watcher, jobs, { nowMs, retries, problems });
  return { jobs, runners, states, nowMs, postFree, problems };
}

/** What is read once for all jobs. */
interface Around {
  /** Jobs that have a directory of requests. */
  asked: ReadonlySet<string>;
  retries: RetrySight;
  problems: Problem[];
}

/**
 * Keeps what the runners say of themselves; of one whose presence cannot be read what it said last, so that it grows
 * silent and is no stranger. Answers the ids of all whose presence is known.
 */
function lookAtRunners(watcher: WatcherState, problems: Problem[]): string[] {
  const seen = lookAtPresences(watcher.disk.files, watcher.layout);
  problems.push(...seen.problems);
  const kept = seen.unreadable.flatMap((id) => watcher.presences.get(id) ?? []);
  watcher.presences = new Map([...kept, ...seen.presences].map((presence) => [presence.runner_id, presence]));
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
  const dir = layout.requests(jobId);
  if ((disk.files.list(dir) ?? []).length === 0) return 'empty';
  return holdsOnlyConflicts(disk.files, dir) ? 'no' : 'yes';
}

/** A job of which something cannot be read is a problem and is left alone; it stops neither the loop nor other jobs. */
function readJobSafely(watcher: WatcherState, jobId: string, around: Around): WatcherJob[] {
  try {
    return [readJob(watcher, jobId, around)];
  } catch (error) {
    around.problems.push(unreadable(jobId, error));
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
  const overdue = stillArriving(watcher, memory, job_id, record);
  if (overdue) around.problems.push(overdue);
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
    unheld: disk.files.facts(layout.unheld(job_id)) !== undefined,
    ...readFate(watcher, job_id, { record, requests, archived }, around.retries),
    busy: watcher.chores.isBusy(job_id),
  };
}
