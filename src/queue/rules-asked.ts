// What is told of an order and of what is asked about it. Pure.
import type { Draft } from '../job/event.ts';
import type { ToldOrder } from '../job/told.ts';
import { toldOf } from '../job/told.ts';
import type { JobSight, Now, Rule } from './job-sight.ts';
import { short } from './job-sight.ts';

/** A record carries the order's fields, too. */
function orderOf({ order, record }: JobSight): ToldOrder {
  return toldOf(order ?? record);
}

export function submitted(sight: JobSight, { at }: Now): Draft | undefined {
  const { job_id, order, record, archived_as, abandoned } = sight;
  // one that is given up before it is sealed lies in the archive at the next look, and nobody would have known of it
  if (!order && !record && archived_as === undefined && !abandoned) return undefined;
  const { project, type, description, created_by, priority, run_on, hold, depends_on, retry_of } =
    orderOf(sight);
  return {
    type: 'submitted',
    at,
    job_id,
    project: short(project),
    job_type: short(type),
    description: short(description),
    created_by: short(created_by),
    priority: short(priority),
    run_on: short(run_on),
    ...(hold === true && { hold }),
    ...(depends_on && depends_on.length > 0 && { depends_on: [...depends_on] }),
    retry_of,
  };
}

export const retried: Rule = ({ retry_told }, sight, { at }) => {
  const { retry_of } = orderOf(sight);
  return retry_of === undefined || retry_told
    ? undefined
    : { type: 'retried', at, job_id: retry_of, retried_as: sight.job_id };
};

export const assigned: Rule = (facts, { job_id, requests: { assign } }, { at }) =>
  assign && assign.runner !== facts.assigned
    ? { type: 'assigned', at, job_id, runner: assign.runner, by: assign.requested_by }
    : undefined;

export const released: Rule = (facts, { job_id, requests: { release } }, { at }) =>
  release && !facts.released
    ? { type: 'released', at, job_id, by: release.requested_by, ...(release.forced && { forced: true }) }
    : undefined;

export const cancelRequested: Rule = (facts, { job_id, requests: { cancel } }, { at }) => {
  if (!cancel || facts.cancel) return undefined;
  const { requested_by, reason, superseded_by, retry_at, abandoned } = cancel;
  return {
    type: 'cancel-requested',
    at,
    job_id,
    by: requested_by,
    reason: short(reason),
    superseded_by,
    retry_at,
    abandoned,
  };
};
