// Jobs and problems as tables.
import type { Presence } from '../../job/presence.ts';
import type { View } from '../../job/view.ts';
import { oneLine } from '../../notify/harmless.ts';
import type { Problem } from '../../queue/problem.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { gistOf, momentText, stateText } from './words.ts';

export function jobTable(style: Style, views: readonly View[]): string {
  const rows = views.map((view) => [
    view.job_id,
    stateText(style.colors, view.state),
    view.state_at ? momentText(view.state_at).slice(0, 16) : '',
    oneLine(view.project ?? ''),
    oneLine(gistOf(view) || (view.description ?? '')),
  ]);
  return table(style, ['job', 'state', 'since (UTC)', 'project', 'about'], rows);
}

/** What a runner tries again and again in vain. */
export function failingList(
  { colors }: Style,
  { runner_id, failing = [] }: Pick<Presence, 'runner_id' | 'failing'>,
  jobId?: string,
): string[] {
  return failing
    .filter(({ job_id }) => jobId === undefined || job_id === jobId)
    .map(
      ({ job_id, action, error, since }) =>
        `${colors.yellow('problem')} ${job_id}: ${action} has failed on ${runner_id} since ${momentText(since)}: ${oneLine(error)}`,
    );
}

export function problemList({ colors }: Style, problems: readonly Problem[]): string[] {
  return problems.flatMap(({ file, reason, remedy }) => [
    `${colors.yellow('problem')} ${oneLine(file)}: ${oneLine(reason)}`,
    `  what to do: ${oneLine(remedy)}`,
  ]);
}
