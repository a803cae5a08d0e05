// What those who depend on a job go by: the job and its retries count as one.
import type { Order } from '../job/order.ts';
import type { State } from '../job/states.ts';
import { isFinal } from '../job/states.ts';
import type { WatcherAction, WatcherJob, WatcherSnapshot } from './watcher-snapshot.ts';

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

/**
 * Releases an order once all it depends on has completed. When one of them has ended otherwise, the order says what
 * follows: it is cancelled, it is released once all have ended, or it waits for a person.
 */
export function planDependencies(
  { job_id, requests }: WatcherJob,
  order: Order,
  snapshot: WatcherSnapshot,
): WatcherAction | undefined {
  if (order.depends_on.length === 0 || requests.release || requests.cancel) return undefined;
  const { on_dependency_failure = 'cancel' } = order;
  const states = order.depends_on.map((id) => ({ id, state: snapshot.states[id] }));
  const broken = states.find(({ state }) => state && isFinal(state) && state !== 'completed');
  if (broken && on_dependency_failure === 'cancel')
    return { do: 'cancel', job_id, reason: `dependency ${broken.id} ${broken.state}` };
  const isFulfilled = (state: State | undefined) =>
    state === 'completed' || (on_dependency_failure === 'release' && state !== undefined && isFinal(state));
  return !order.hold && states.every(({ state }) => isFulfilled(state))
    ? { do: 'release', job_id }
    : undefined;
}
