// Lifts the hold of jobs that depend on others which have not completed: the watcher releases them when those have. What
// the runner starts on is `release.json`, so that is not written here.
import type { View } from '../job/view.ts';
import { fieldsIn } from '../store/kin.ts';
import type { Said } from '../store/said.ts';
import { readSaid, say } from '../store/said.ts';
import type { AskedJob } from './asking.ts';
import type { Context } from './context.ts';

export function isKeptByDependencies({ open_dependencies }: View): boolean {
  return open_dependencies.length > 0;
}

/** Does its order say so? Whether somebody has lifted the hold is another question. */
export function isOnHold({ parts }: Context, { order_dir }: View): boolean {
  return order_dir !== null && fieldsIn(parts.disk.files, order_dir)?.['hold'] === true;
}

/** `job-b is not on hold, it waits for job-a (failed)` */
export function keptReason({ job_id, open_dependencies }: View): string {
  const open = open_dependencies.map(
    (each) => `${each.job_id}${each.state === null ? '' : ` (${each.state})`}`,
  );
  return `${job_id} is not on hold, it waits for ${open.join(' and ')}`;
}

export async function liftHold({ parts, layout }: Context, view: View, request: Said): Promise<AskedJob> {
  const { job_id, open_dependencies } = view;
  const written = await say(parts.disk, layout, layout.unheld(job_id), request);
  const said = written ? request : readSaid(parts.disk.files, layout.unheld(job_id));
  return {
    job_id,
    request: 'release',
    written,
    requested_at: said?.requested_at ?? null,
    requested_by: said?.requested_by ?? null,
    reason: null,
    waits_for: open_dependencies.map((each) => each.job_id),
  };
}
