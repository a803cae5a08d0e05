// News as lines that an agent can act on: what, why, where the results are, the best value, the next command. Nothing a
// script has written stands in them.
import { outcomeReason } from '../../notify/facts.ts';
import { oneLine } from '../../notify/harmless.ts';
import type { NewsItem } from '../../queue/news-item.ts';

/** The value of `jobq news`. */
export interface News {
  consumer: string;
  first: boolean;
  watcher_runs: boolean;
  missed: string | null;
  seq: number;
  acknowledged: boolean;
  items: (NewsItem & { results_dir: string | null })[];
}

type Item = News['items'][number];

const NO_WATCHER =
  'jobq: the watcher does not run on this machine, so no results are verified and archived and nothing new is told; start it: jobq watcher';

/** '' when there is nothing to say. */
export function newsText({ watcher_runs, missed, items }: News): string {
  return [
    ...(watcher_runs ? [] : [NO_WATCHER]),
    ...(missed === null ? [] : [`jobq: something may have been missed: ${missed}; look at it: jobq list`]),
    ...items.map((item) => `${lineOf(item)}; next: ${item.next}`),
  ].join('\n');
}

function lineOf(item: Item): string {
  const { what, job_id, runner, reason } = item;
  switch (what) {
    case 'completed':
    case 'failed':
    case 'cancelled':
      return endLine(item);
    case 'lost':
      return `LOST ${job_id}: ${oneLine(reason ?? '')}${retryText(item)}`;
    case 'recovered':
    case 'held':
    case 'blocked':
    case 'retry-stopped':
      return `${what.toUpperCase()} ${job_id}: ${oneLine(reason ?? '')}`;
    case 'runner-paused':
    case 'runner-stopped':
    case 'runner-silent':
    case 'ledger-lost':
      return `${what.toUpperCase()} ${runner}: ${oneLine(reason ?? '')}`;
    case 'undelivered':
    case 'target-failing':
    case 'problem':
      return `${what.toUpperCase()} ${oneLine(reason ?? '')}`;
  }
}

function endLine(item: Item): string {
  const { what, job_id, project, reason, late, outcome, best, trial, trials, results_dir, post } = item;
  const why = reason === null ? outcome && outcomeReason(outcome) : oneLine(reason);
  const facts = [
    project && `project ${oneLine(project, 100)}`,
    why,
    best !== null && `best ${best}`,
    trial !== null && `trial ${trial}${trials === null ? '' : `/${trials}`}`,
    late && 'late: it had been called lost or given up',
    post === 'failed' && 'post-processing failed',
  ].filter(Boolean);
  const retry = retryText(item);
  const said = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return `${what.toUpperCase()} ${job_id}${said}${retry}: results in ${results_dir}`;
}

function retryText({ retried_as, retry_at }: Item): string {
  if (retried_as === null) return '';
  return `, tried again as ${retried_as}${retry_at === null ? '' : ` from ${retry_at} on`}`;
}
