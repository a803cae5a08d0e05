// Which waiting order goes first: by priority, then by age, then by id.
import type { Order } from '../job/order.ts';
import { PRIORITIES } from '../job/order.ts';

function rank(order: Order): number {
  return PRIORITIES.length - PRIORITIES.indexOf(order.priority);
}

function madeAt(order: Order): number {
  return order.created_at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(order.created_at);
}

/** Sorts orders into the sequence in which they start. */
export function byUrgency(a: Order, b: Order): number {
  return rank(a) - rank(b) || madeAt(a) - madeAt(b) || (a.job_id < b.job_id ? -1 : 1);
}
