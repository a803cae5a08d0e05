// What has become of the jobs that an order depends on, from the folder alone, and what keeps the order back.
import path from 'node:path';
import type { Dependency, Keeping, Relative } from '../job/dependency.ts';
import { stateWithRetries } from '../job/dependency.ts';
import type { Order } from '../job/order.ts';
import { needsRelease } from '../job/order.ts';
import { parseRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import type { Kin } from '../job/retry.ts';
import { retriesAfter } from '../job/retry.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { State } from '../job/states.ts';
import type { Files } from '../system/files.ts';
import { archivedJob } from './archive.ts';
import type { ArchiveNames } from './kin.ts';
import type { Layout } from './layout.ts';
import { readArrival } from './read-record.ts';
import { readRequests } from './requests.ts';
import { isOpenPlan, readRetryPlan } from './retry-plan.ts';

export interface Lookup {
  archived: ArchiveNames;
  /** Made when it is asked for. */
  kin: () => Kin;
}

/** What keeps this order back; undefined when it is released, or nothing needs to be said for it to start. */
export function keepingOf(
  files: Files,
  layout: Layout,
  lookup: Lookup,
  order: Order,
  requests: Requests,
): Keeping | undefined {
  if (!needsRelease(order) || requests.release || requests.archived) return undefined;
  const states = order.depends_on.map((id) => dependencyOf(files, layout, lookup, id));
  return {
    held: order.hold && files.facts(layout.unheld(order.job_id)) === undefined,
    open: states.filter(({ state }) => state !== 'completed'),
  };
}

/** How a job and its retries ended for those who depend on it, as far as the folder tells. */
export function dependencyOf(files: Files, layout: Layout, lookup: Lookup, jobId: string): Dependency {
  const ids = [jobId, ...retriesAfter(jobId, lookup.kin())];
  return { job_id: jobId, state: stateWithRetries(ids.map((id) => relative(files, layout, lookup, id))) };
}

function relative(files: Files, layout: Layout, { archived }: Lookup, jobId: string): Relative {
  const names = archived.get(jobId) ?? [];
  const name = names.at(-1);
  return {
    state: name === undefined ? openState(files, layout, jobId) : archivedState(files, layout, name, jobId),
    toBeRetried: isToCome(files, layout, names, jobId),
  };
}

/** A record counts only once it is sealed: `completed` may arrive before the files. */
function openState(files: Files, layout: Layout, jobId: string): State | undefined {
  const arrival = readArrival(files, layout.record(jobId), jobId);
  return arrival?.complete ? arrival.record?.state : undefined;
}

export function archivedState(files: Files, layout: Layout, name: string, jobId: string): State | undefined {
  if (archivedJob(files, layout, name).abandoned) return 'failed';
  const bytes = files.readSmall(path.join(layout.archived(name), JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  return parsed?.ok ? parsed.value.state : undefined;
}

/** Is a retry of it decided that is not stopped? */
function isToCome(files: Files, layout: Layout, names: readonly string[], jobId: string): boolean {
  const plans = names.flatMap((name) => readRetryPlan(files, layout.archived(name)) ?? []);
  const { superseded_by, retry_at } = readRequests(files, layout, jobId).cancel ?? {};
  const asked = names.length === 0 && retry_at !== undefined ? superseded_by : undefined;
  const planned = plans.find(isOpenPlan)?.retried_as ?? asked;
  return planned !== undefined && files.facts(layout.stoppedRetry(planned)) === undefined;
}
