// The queue at a glance.
import type { Presence } from '../../job/presence.ts';
import type { View } from '../../job/view.ts';
import type { Problem } from '../../queue/problem.ts';
import { jobTable, problemList } from './job-table.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { countText, momentText } from './words.ts';

/** The value of `jobq status` without a job. */
export interface Glance {
  queue: string;
  queue_id: string | null;
  /** The presence of each runner as it wrote it, by its own clock. */
  runners: Presence[];
  running: View[];
  /** Submitted or queued. */
  waiting: View[];
  lost: View[];
  /** Ended or archived last, the newest first. */
  finished: View[];
  problems: Problem[];
}

export function glanceText(style: Style, glance: Glance): string {
  const { colors } = style;
  const head = `${colors.bold(glance.queue)}  ${colors.dim(glance.queue_id ?? 'no id yet')}`;
  const counts = [
    countText(glance.running.length, 'job runs', 'jobs run'),
    countText(glance.waiting.length, 'waits', 'wait'),
    ...(glance.lost.length > 0 ? [`${glance.lost.length} lost`] : []),
    countText(glance.problems.length, 'problem'),
  ];
  const sections: [string, readonly View[]][] = [
    ['Running', glance.running],
    ['Waiting', glance.waiting],
    ['Lost', glance.lost],
    ['Finished lately', glance.finished],
  ];
  return [
    `${head}\n${counts.join(', ')}`,
    runnerSection(style, glance.runners),
    ...sections.flatMap(([title, views]) =>
      views.length === 0 ? [] : [`${colors.bold(title)}\n${jobTable(style, views)}`],
    ),
    ...(glance.problems.length === 0 ? [] : [problemList(style, glance.problems).join('\n')]),
  ].join('\n\n');
}

function runnerSection(style: Style, runners: readonly Presence[]): string {
  if (runners.length === 0)
    return 'No runner has been seen: start `jobq runner` on the machine that runs the jobs.';
  const rows = runners.map((runner) => [
    runner.runner_id,
    runner.host,
    `${runner.running.length}/${runner.slots}`,
    String(runner.waiting.length),
    momentText(runner.clock),
  ]);
  return `${style.colors.bold('Runners')}\n${table(style, ['id', 'host', 'running', 'waiting', 'last sign, by its clock'], rows)}`;
}
