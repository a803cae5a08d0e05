// What follows for one job: an action, a wait, that it may start, or nothing. Shared by the parts of the runner's plan.
import type { Order } from '../job/order.ts';
import type { Outcome } from '../job/outcome.ts';
import type { RunnerAction } from './runner-snapshot.ts';

export type Step = { action: RunnerAction } | { wait: string } | { ready: Order } | undefined;

export function end(job_id: string, outcome: Outcome): Step {
  return { action: { do: 'end', job_id, outcome } };
}
