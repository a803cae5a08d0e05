// What holds an archived job back from being pruned: it is not closed, somebody works on it, it is to be tried again, or
// an open order waits for it. It weighs and removes nothing.
import { retriesAfter } from '../job/retry.ts';
import type { Files } from '../system/files.ts';
import { jobDirs, openJobs } from './job-dirs.ts';
import type { ArchiveNames } from './kin.ts';
import { fieldsIn, kinOf } from './kin.ts';
import type { Layout } from './layout.ts';
import { isOpenPlan, readRetryPlan } from './retry-plan.ts';

export interface Holding {
  archived: ArchiveNames;
  /** Jobs that an open order depends on, their retries among them, each with that order's id. */
  wanted: ReadonlyMap<string, string>;
}

/** Read once for many jobs; only open orders are read. */
export function lookAtHolding(files: Files, layout: Layout, archived: ArchiveNames): Holding {
  const wanted = new Map<string, string>();
  const kin = kinOf(files, layout, archived, openJobs(files, layout));
  for (const open of jobDirs(files, layout.tree('outbox'))) {
    const told = fieldsIn(files, layout.order(open))?.['depends_on'];
    for (const id of Array.isArray(told) ? told.map(String) : [])
      for (const each of [id, ...retriesAfter(id, kin)]) wanted.set(each, open);
  }
  return { archived, wanted };
}

/** In words; undefined when nothing holds it. */
export function whyHeld(
  files: Files,
  layout: Layout,
  { archived, wanted }: Holding,
  jobId: string,
): string | undefined {
  const open = (
    [
      ['outbox', layout.order(jobId)],
      ['inbox', layout.record(jobId)],
      ['requests', layout.requests(jobId)],
    ] as const
  ).find(([, dir]) => files.facts(dir) !== undefined);
  if (open) return `it is not archived completely: it is still in ${open[0]}/`;
  const working = [layout.collected(jobId), layout.copying(jobId), layout.processing(jobId)];
  if (working.some((dir) => files.facts(dir) !== undefined)) return 'the watcher is working on it';
  for (const name of archived.get(jobId) ?? []) {
    const plan = readRetryPlan(files, layout.archived(name));
    if (plan && isOpenPlan(plan)) return `it is to be tried again as ${plan.retried_as}`;
  }
  const waiting = wanted.get(jobId);
  return waiting === undefined ? undefined : `${waiting} depends on it`;
}
