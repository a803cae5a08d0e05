// The queue at a glance.

import type { Presence } from '../../job/presence.ts';
import type { View } from '../../job/view.ts';
import { oneLine } from '../../notify/harmless.ts';
import type { Problem } from '../../queue/problem.ts';
import type { Living } from '../living.ts';
import type { TargetNow } from '../messages.ts';
import { finishedTable, runningTable, waitingTable } from './glance-jobs.ts';
import { failingList, jobTable, problemList } from './job-table.ts';
import { judgedTexts } from './living-text.ts';
import { troubleLines } from './messages-text.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { bytesText, countText, momentText } from './words.ts';

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
  /** Targets of messages with which something is wrong. */
  messages: TargetNow[];
  watcher_runs: boolean;
  liveness: Living['liveness'];
}

export function glanceText(style: Style, glance: Glance, nowMs: number): string {
  const { colors } = style;
  const failing = glance.runners.flatMap((runner) => failingList(style, runner));
  const head = `${colors.bold(glance.queue)}  ${colors.dim(glance.queue_id ?? 'no id yet')}`;
  const counts = [
    countText(glance.running.length, 'job runs', 'jobs run'),
    countText(glance.waiting.length, 'waits', 'wait'),
    ...(glance.lost.length > 0 ? [`${glance.lost.length} lost`] : []),
    countText(glance.problems.length + failing.length, 'problem'),
    ...(glance.liveness ? [linkText(glance.liveness)] : []),
  ];
  const sections: [string, readonly View[], typeof jobTable][] = [
    ['Running', glance.running, runningTable],
    ['Waiting', glance.waiting, waitingTable],
    ['Lost', glance.lost, jobTable],
    ['Finished lately', glance.finished, finishedTable],
  ];
  return [
    `${head}\n${counts.join(', ')}`,
    runnerSection(style, glance, nowMs),
    ...(glance.watcher_runs ? [] : [NO_WATCHER]),
    ...sections.flatMap(([title, views, tableOf]) =>
      views.length === 0 ? [] : [`${colors.bold(title)}\n${tableOf(style, views)}`],
    ),
    ...(failing.length === 0 ? [] : [failing.join('\n')]),
    ...messageSection(style, glance.messages),
    ...(glance.problems.length === 0 ? [] : [problemList(style, glance.problems).join('\n')]),
  ].join('\n\n');
}

function messageSection({ colors }: Style, targets: readonly TargetNow[]): string[] {
  const lines = troubleLines(targets);
  return lines.length === 0 ? [] : [[colors.bold('Messages (jobq notify)'), ...lines].join('\n')];
}

/** A link that carries nothing explains silence: since when, a person wants to know. */
function linkText({ link, link_since, link_why }: NonNullable<Living['liveness']>): string {
  const isGood = link === 'up' || link === 'local';
  return isGood
    ? `link ${link}`
    : `link ${link} since ${momentText(link_since)}${link_why ? ` (${oneLine(link_why)})` : ''}`;
}

const NO_WATCHER = 'The watcher does not run on this machine: it is not known here who is alive.';

function runnerSection(style: Style, { runners, liveness }: Glance, nowMs: number): string {
  if (runners.length === 0)
    return 'No runner has been seen: start `jobq runner` on the machine that runs the jobs.';
  const rows = runners.map((runner) => [
    runner.runner_id,
    runner.host,
    `${runner.running.length}/${runner.slots}`,
    String(runner.waiting.length),
    momentText(runner.clock),
    ...judgedTexts(
      liveness?.runners.find(({ runner_id }) => runner_id === runner.runner_id),
      nowMs,
    ),
    roomText(runner),
  ]);
  const head = [
    'id',
    'host',
    'running',
    'waiting',
    'last sign, by its clock',
    'heard here',
    'its clock',
    'room',
  ];
  return `${style.colors.bold('Runners')}\n${table(style, head, rows)}`;
}

/** What keeps jobs from starting there, and how much space they have. */
function roomText({ paused, draining, stopped, schedule, disk_free_mb }: Presence): string {
  const until = paused?.until === undefined ? '' : ` until ${momentText(paused.until)}`;
  const why = (reason: string | undefined) => (reason ? ` (${reason})` : '');
  const parts = [
    stopped && `stopped at ${momentText(stopped.at)}${why(stopped.reason)}`,
    paused && `paused${until}${why(paused.reason)}`,
    draining && `draining${why(draining.reason)}`,
    schedule,
    disk_free_mb !== undefined && `${bytesText(disk_free_mb * 1_000_000)} free`,
  ];
  return parts.filter(Boolean).join(', ');
}
