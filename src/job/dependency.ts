// What a job waits for before somebody releases it: jobs that it depends on, each with its retries counted in, and a
// hold. Pure; who reads their states is for others.
import type { State } from './states.ts';
import { isFinal } from './states.ts';

/** A job or one of its retries. */
export interface Relative {
  /** Undefined while nothing final is known. */
  state: State | undefined;
  /** It failed, but is tried again. */
  toBeRetried: boolean;
}

/** The state of a job and its retries (by their numbers) for those who wait: completed when any of them is. */
export function stateWithRetries(relatives: readonly Relative[]): State | undefined {
  if (relatives.some(({ state }) => state === 'completed')) return 'completed';
  const last = relatives.at(-1);
  return last?.toBeRetried ? undefined : last?.state;
}

/** A job that another one depends on. */
export interface Dependency {
  job_id: string;
  /** Its retries counted in; undefined while nothing final is known. */
  state: State | undefined;
}

/** Has it ended without success, with no retry to come? */
export function hasBroken({ state }: Dependency): boolean {
  return state !== undefined && isFinal(state) && state !== 'completed';
}

/** What keeps an order back that nobody has released. */
export interface Keeping {
  /** The order is on hold, and nobody has lifted that. */
  held: boolean;
  /** Those of its dependencies that have not completed. */
  open: readonly Dependency[];
}

/** The first dependency that has failed for good, of a job that only a person can help then. */
export function blockerOf({ held, open }: Keeping): Dependency | undefined {
  return held ? undefined : open.find(hasBroken);
}

/** What the runner writes of such a wait; what it says of anything else stays as it is. */
const KEPT_BACK = /^(?:release$|dependency )/;

/** Why a job waits, with what only the side that decides knows: the runner knows neither who ended nor who said what. */
export function waitText(told: string, { held, open }: Keeping): string {
  if (!KEPT_BACK.test(told)) return told;
  if (open.length === 0) return held ? 'release' : 'its release by the watcher';
  return held ? `release (and ${dependencyText(open)})` : dependencyText(open);
}

/** `dependency job-a, job-b`; `dependency job-a, which failed; job-b` */
function dependencyText(open: readonly Dependency[]): string {
  if (!open.some(hasBroken)) return `dependency ${open.map(({ job_id }) => job_id).join(', ')}`;
  const broken = open.filter(hasBroken).map((each) => `${each.job_id}, which ${HOW[each.state ?? 'failed']}`);
  const others = open.filter((each) => !hasBroken(each)).map(({ job_id }) => job_id);
  return `dependency ${[...broken, ...others].join('; ')}`;
}

const HOW: { readonly [S in State]?: string } = { failed: 'failed', cancelled: 'was cancelled' };
