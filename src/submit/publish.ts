// Gives a staged order its place in outbox/ by one rename that only one submitter can win.

import { makeJobId } from '../job/job-id.ts';
import type { Disk } from '../store/disk.ts';
import type { Layout } from '../store/layout.ts';
import { takeName } from '../store/take-name.ts';
import type { Files } from '../system/files.ts';
import { isTaken } from './whereabouts.ts';

/** The first id of this moment and name that no job has, beginning with this clash number. */
export function freeJobId(files: Files, layout: Layout, atMs: number, name: string): string {
  for (let clash = 1; ; clash++) {
    const id = makeJobId(atMs, name, clash);
    if (!isTaken(files, layout, id)) return id;
  }
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
