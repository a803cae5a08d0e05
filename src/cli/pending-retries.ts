// The retries that are decided and not made yet, for whoever looks at the whole queue.
import type { View } from '../job/view.ts';
import type { Problem } from '../queue/problem.ts';
import type { JobIndex } from '../store/find.ts';
import { plannedRetryOf, plannedView } from '../store/planned-retries.ts';
import { guarded, unreadable } from '../store/unreadable.ts';
import type { Context } from './context.ts';
import { retriedJobs } from './living.ts';

/** Of jobs that are open, and of those in the archive that the watcher names: it makes them, so none comes without it. */
export function pendingRetries(context: Context, index: JobIndex, unread: Problem[] = []): View[] {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const ids = new Set([...index.open, ...retriedJobs(context)]);
  const look = (id: string) =>
    guarded(
      unread,
      (error) => unreadable(id, error),
      () => plannedRetryOf(files, layout, index.archived, id),
    );
  const planned = [...ids].flatMap((id) => look(id) ?? []);
  return planned.filter(({ given_up }) => given_up === undefined).map(plannedView);
}
