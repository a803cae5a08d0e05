// What follows for those who depend on other jobs, or are on hold, from what became of those and from who lifted it.
import { hasBroken } from '../job/dependency.ts';
import type { Order } from '../job/order.ts';
import type { State } from '../job/states.ts';
import { isFinal } from '../job/states.ts';
import type { WatcherAction, WatcherJob, WatcherSnapshot } from './watcher-snapshot.ts';

/**
 * Releases an order once all it depends on has completed, and nobody holds it any more. When one of them has ended
 * otherwise, the order says what follows: it is cancelled, it is released once all have ended, or it waits for a person.
 */
export function planDependencies(
  { job_id, requests, unheld }: WatcherJob,
  order: Order,
  snapshot: WatcherSnapshot,
): WatcherAction | undefined {
  if (requests.release || requests.cancel || (order.depends_on.length === 0 && !unheld)) return undefined;
  const { on_dependency_failure = 'cancel' } = order;
  const states = order.depends_on.map((id) => ({ job_id: id, state: snapshot.states[id] }));
  const broken = states.find(hasBroken);
  if (broken && on_dependency_failure === 'cancel')
    return { do: 'cancel', job_id, reason: `dependency ${broken.job_id} ${broken.state}` };
  const isFulfilled = (state: State | undefined) =>
    state === 'completed' || (on_dependency_failure === 'release' && state !== undefined && isFinal(state));
  return (!order.hold || unheld) && states.every(({ state }) => isFulfilled(state))
    ? { do: 'release', job_id }
    : undefined;
}
