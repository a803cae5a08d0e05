// The jobs of the queue at a glance: each table has what matters in that state, and one last column that gives way.
import type { View } from '../../job/view.ts';
import { barOf, whyNotWhole } from './card.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { durationText, gistOf, momentText, progressText, stateText } from './words.ts';

const BAR = 12;

export function runningTable(style: Style, views: readonly View[]): string {
  const rows = views.map((view) => [
    view.job_id,
    view.runner ?? '',
    view.progress?.percent === undefined ? '' : barOf(view.progress.percent, BAR),
    view.progress?.eta_s === undefined ? '' : durationText(view.progress.eta_s),
    [silenceText(view), view.cancel_requested && 'cancel asked for', restText(view)]
      .filter(Boolean)
      .join('; '),
  ]);
  return table(style, ['job', 'runner', 'progress', 'left', 'about'], rows);
}

/** What the other columns say already is not said again. */
function restText({ progress }: View): string {
  if (!progress) return '';
  const { eta_s: _, ...rest } = progress;
  return progressText(rest);
}

function silenceText({ unreachable_since, stale_since }: View): string {
  if (unreachable_since !== null) return `unreachable since ${momentText(unreachable_since)}`;
  return stale_since === null ? '' : `silent since ${momentText(stale_since)}`;
}

export function waitingTable(style: Style, views: readonly View[]): string {
  const rows = views.map((view) => [
    view.job_id,
    view.priority ?? '',
    view.created_at ? momentText(view.created_at).slice(0, 16) : '',
    [silenceText(view), gistOf(view).replace(/^waits for /, '')].filter(Boolean).join('; '),
  ]);
  return table(style, ['job', 'priority', 'since (UTC)', 'waits for'], rows);
}

/** Where the results are comes last: a path is long. */
export function finishedTable(style: Style, views: readonly View[]): string {
  const rows = views.map((view) => [
    view.job_id,
    stateText(style.colors, view.state),
    view.finished_at ? momentText(view.finished_at).slice(0, 16) : '',
    placeText(view),
  ]);
  const table_ = table(style, ['job', 'state', 'ended (UTC)', 'results'], rows).split('\n');
  const why = views.map((view) => (view.state === 'completed' ? '' : gistOf(view)));
  return table_
    .flatMap((line, at) => [line, ...(why[at - 1] ? [`  ${style.colors.dim(why[at - 1] ?? '')}`] : [])])
    .join('\n');
}

function placeText(view: View): string {
  const { results_dir, results_sealed, pruned } = view;
  if (results_dir === null) return '';
  if (pruned.includes('results')) return 'pruned';
  return results_sealed ? results_dir : `${results_dir} (${whyNotWhole(view)})`;
}
