// Gives a staged order its place in outbox/ by one rename that only one submitter can win.

import { makeJobId } from '../job/job-id.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { takeName } from '../store/take-name.ts';
import type { Files } from '../system/files.ts';
import { isTaken } from './whereabouts.ts';

/** The last id that was found here: the next one of the same second is right behind it. */
let last = { first: '', clash: 0 };

/**
 * An id of this moment and name that no job has, the first one as a rule. Where many were made in one second it is looked
 * for in steps that double, then between the last two.
 */
export function freeJobId(files: Files, layout: Layout, atMs: number, name: string): string {
  const isFree = (clash: number) => !isTaken(files, layout, makeJobId(atMs, name, clash));
  const first = layout.order(makeJobId(atMs, name));
  let taken = last.first === first ? last.clash : 0;
  if (taken > 0 && isFree(taken)) taken = 0; // it was not published
  let step = 1;
  while (!isFree(taken + step)) {
    taken += step;
    step *= 2;
  }
  let free = taken + step;
  while (free - taken > 1) {
    const middle = (free + taken) >> 1;
    if (isFree(middle)) free = middle;
    else taken = middle;
  }
  last = { first, clash: free };
  return makeJobId(atMs, name, free);
}

/** Publishes a sealed directory as this job; false when the id is taken. */
export async function publishAs(
  { files }: Disk,
  layout: Layout,
  jobId: string,
  dir: string,
): Promise<boolean> {
  if (isTaken(files, layout, jobId) || !(await takeName(files, dir, layout.order(jobId)))) return false;
  files.syncDir(layout.tree('outbox'));
  return true;
}
