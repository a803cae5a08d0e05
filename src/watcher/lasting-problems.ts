// Problems that last: what is wrong in the folder, and what the watcher tries in vain. A file that is broken for the
// moment in which it is replaced is none, so each must be there at two looks.
import type { ProblemSight } from '../queue/compare-pool.ts';
import { problemKey } from '../queue/pool.ts';
import type { WatcherSnapshot } from '../queue/watcher-snapshot.ts';
import { findProblems } from '../store/find-problems.ts';
import type { Judgement } from '../store/judgement.ts';
import type { WatcherState } from './parts.ts';

export interface LastingProblems {
  /** When the next look is due. */
  dueMs: number;
  /** What was there at the last look. */
  last: ReadonlySet<string>;
  /** Actions that fail, by job. */
  failing: Map<string, FailingAction>;
}

const NEVER_LOOKED = Number.NEGATIVE_INFINITY;

export function noLastingProblems(): LastingProblems {
  return { dueMs: NEVER_LOOKED, last: new Set(), failing: new Map() };
}

const LOOK_MS = 30_000;
/** It reads every open job: of many it takes no more than one part in so many of the time, and comes all the same. */
const PART = 1000;
const LOOK_MAX_MS = 1_800_000;
/** One look tells nothing: over many jobs the first one does not keep a watcher from being ready. */
const MANY = 1000;
const FIRST_MS = 10_000;

/** The problems that last; undefined when it is not time for a look. */
export function lastingProblems(
  watcher: WatcherState,
  snapshot: WatcherSnapshot,
): ProblemSight[] | undefined {
  const { lasting, disk, layout } = watcher;
  const nowMs = disk.clock.monotonic();
  if (lasting.dueMs === NEVER_LOOKED && snapshot.jobs.length > MANY) lasting.dueMs = nowMs + FIRST_MS;
  if (nowMs < lasting.dueMs) return undefined;
  lasting.dueMs = nowMs + LOOK_MS;
  const open = new Set(snapshot.jobs.map(({ job_id }) => job_id));
  const found = new Map<string, ProblemSight>();
  const folder = findProblems(disk.files, layout, { open, archived: new Map() });
  for (const problem of [...snapshot.problems, ...folder, ...lasting.failing.values()]) {
    found.set(problemKey(problem), problem);
  }
  const tookMs = disk.clock.monotonic() - nowMs;
  lasting.dueMs = nowMs + Math.min(LOOK_MAX_MS, Math.max(LOOK_MS, PART * tookMs));
  const before = lasting.last;
  lasting.last = new Set(found.keys());
  return [...found].flatMap(([key, problem]) => (before.has(key) ? [problem] : []));
}

/** Names of temporary files are others at every try. */
const TEMPORARY = /\.jobq-tmp-[\w-]+/g;

/** What the watcher tries in vain. */
export type FailingAction = Extract<Judgement['failing'], object>[number];

export function failingAction(job_id: string, action: string, message: string): FailingAction {
  return {
    kind: 'failing',
    file: job_id,
    job_id,
    reason: `${failsAt(action)}${message.replace(TEMPORARY, '.jobq-tmp-…')}`,
    remedy:
      'it is tried again by itself: mend what the message says (disk full, read-only, held by a program)',
  };
}

/** It has succeeded. Of another step that fails nothing is known by that. */
export function noteSuccess({ failing }: LastingProblems, job_id: string, action: string): void {
  if (failing.get(job_id)?.reason.startsWith(failsAt(action))) failing.delete(job_id);
}

/** Of jobs for which there is nothing to do, nothing is tried in vain any more. */
export function forgetFailing({ failing }: LastingProblems, isAtWork: (jobId: string) => boolean): void {
  for (const id of failing.keys()) if (!isAtWork(id)) failing.delete(id);
}

function failsAt(action: string): string {
  return `${action} fails: `;
}
