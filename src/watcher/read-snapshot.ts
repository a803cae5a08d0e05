// Reads what the watcher decides from: orders, requests, records as they arrive, its own copies, the archive.

import type { Presence } from '../job/presence.ts';
import type { Problem } from '../queue/problem.ts';
import type { WatcherJob, WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { lookAtPresences } from '../store/presences.ts';
import { sight } from '../store/sighting.ts';
import { unreadable } from '../store/unreadable.ts';
import type { JobMemory, WatcherState } from './parts.ts';
import type { Places } from './places.ts';
import { seePlaces } from './places.ts';
import { seeCollected } from './post/see.ts';
import { readFate } from './read-fate.ts';
import type { RetrySight } from './read-retries.ts';
import { lookAtRetries } from './read-retries.ts';
import { statesOf } from './read-states.ts';
import { seeArchived, seeAsked, seeOrder, seeRecord } from './see-job.ts';
import { stillArriving } from './still-arriving.ts';

export function readWatcherSnapshot(watcher: WatcherState): WatcherSnapshot {
  const { disk, archive } = watcher;
  const problems: Problem[] = [];
  archive.look();
  const places = seePlaces(watcher);
  const retries = lookAtRetries(watcher, problems);
  const runners = lookAtRunners(watcher, problems);
  const around = { places, retries, problems };
  const more = [...archive.collected, ...retries.plans.keys()];
  const ids = [...new Set([...places.order, ...places.record, ...places.asked, ...more])].sort();
  const jobs = ids.flatMap((id) => readJobSafely(watcher, id, around));
  const nowMs = disk.clock.now();
  const postFree = watcher.settings.post_concurrency - watcher.processing.size;
  const states = statesOf(watcher, jobs, { nowMs, retries, problems });
  return { jobs, runners, states, nowMs, postFree, problems };
}

/** What is read once for all jobs. */
interface Around {
  places: Places;
  retries: RetrySight;
  problems: Problem[];
}

/**
 * Keeps what the runners say of themselves; of one whose presence cannot be read what it said last, so that it grows
 * silent and is no stranger. Answers the ids of all whose presence is known.
 */
export function lookAtRunners(watcher: WatcherState, problems: Problem[]): string[] {
  const seen = lookAtPresences(watcher.disk.files, watcher.layout, (id, read) =>
    seePresence(watcher, id, read),
  );
  problems.push(...seen.problems);
  const kept = seen.unreadable.flatMap((id) => watcher.presences.get(id) ?? []);
  watcher.presences = new Map([...kept, ...seen.presences].map((presence) => [presence.runner_id, presence]));
  return [...watcher.presences.keys()];
}

/** One may name ten thousand jobs. */
function seePresence(watcher: WatcherState, id: string, read: () => Presence | undefined) {
  const { disk, layout, presencesSeen } = watcher;
  const seen = sight(disk, presencesSeen.get(id), [layout.presence(id)], read);
  presencesSeen.set(id, seen);
  return seen.value;
}

function recall(watcher: WatcherState, jobId: string): JobMemory {
  const known = watcher.memory.get(jobId);
  if (known) return known;
  const fresh: JobMemory = {
    seen: {},
    signature: undefined,
    changedAtMs: watcher.disk.clock.monotonic(),
    recordGoneSinceMs: undefined,
  };
  watcher.memory.set(jobId, fresh);
  return fresh;
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
  const { places, retries, problems } = around;
  const nowMs = watcher.disk.clock.monotonic();
  const memory = recall(watcher, job_id);
  const order = places.order.has(job_id) ? seeOrder(watcher, job_id, memory) : undefined;
  if (order?.signature !== memory.signature) {
    memory.signature = order?.signature;
    memory.changedAtMs = nowMs;
  }
  const record = places.record.has(job_id) ? seeRecord(watcher, job_id, memory) : undefined;
  memory.recordGoneSinceMs = record ? undefined : (memory.recordGoneSinceMs ?? nowMs);
  const overdue = stillArriving(watcher, memory, job_id, record);
  if (overdue) problems.push(overdue);
  const isAsked = places.asked.has(job_id);
  const { requests, asked } = isAsked ? seeAsked(watcher, job_id, memory, problems) : NOT_ASKED;
  const names = retries.archived.get(job_id) ?? [];
  const archived = names.map((name) => seeArchived(watcher, name, memory));
  return {
    job_id,
    order,
    quietMs: nowMs - memory.changedAtMs,
    record,
    recordGoneMs: record ? 0 : nowMs - (memory.recordGoneSinceMs ?? nowMs),
    requests,
    asked,
    archived,
    collected: watcher.archive.collected.has(job_id) ? seeCollected(watcher, job_id) : undefined,
    unheld: places.unheld.has(job_id),
    ...readFate(watcher, job_id, { record, requests, archived }, retries),
    busy: watcher.chores.isBusy(job_id),
  };
}

const NOT_ASKED = { requests: {}, asked: 'no' } as const;
