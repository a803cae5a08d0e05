// Where an order is on its way to its runner, as commands show it.
import type { Delivery } from '../link/delivery.ts';

/** `accepted`: its runner speaks of it. */
export const ORDER_PLACES = ['published', 'on-the-wire', 'delivered', 'accepted'] as const;

export interface OrderPlace extends Omit<Delivery, 'state'> {
  state: (typeof ORDER_PLACES)[number];
  /** Is its machine connected at this moment? What is accepted does not ask. */
  connected: boolean;
}
