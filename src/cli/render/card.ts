// One job as a card: everything a person asks about it, and what to do next.
import type { View } from '../../job/view.ts';
import type { Style } from './style.ts';
import { durationText, momentText, progressText, stateText } from './words.ts';

const BAR = 24;
const TAIL_LINES = 15;

type Row = readonly [label: string, text: string | null | undefined | false];

export function card(style: Style, view: View): string {
  const { colors } = style;
  const late = view.late ? colors.yellow(' (its results came late)') : '';
  const title = `${colors.bold(view.job_id)}  ${stateText(colors, view.state)}${late}`;
  const rows = [...courseRows(view), ...resultRows(view)].flatMap(([label, text]) =>
    text ? [`  ${colors.dim(label.padEnd(11))}${text}`] : [],
  );
  return [
    title,
    ...rows,
    ...tailLines(style, view),
    `  ${colors.dim('next'.padEnd(11))}${nextCommand(view)}`,
  ].join('\n');
}

function courseRows(view: View): Row[] {
  const { progress, created_at, created_by, runner, started_at, finished_at } = view;
  const percent = progress?.percent;
  const bar = view.state === 'running' && percent !== undefined && `${barOf(percent)} `;
  return [
    ['project', view.project],
    ['about', view.description],
    ['priority', view.priority],
    ['waits for', view.waiting_for],
    ['cancel', view.cancel_requested && 'asked for, not carried out yet'],
    ['progress', progress && `${bar || ''}${progressText(progress)}`],
    ['runner', runner && `${runner}${view.attempt > 1 ? `, attempt ${view.attempt}` : ''}`],
    ['submitted', created_at && `${momentText(created_at)}${created_by ? ` by ${created_by}` : ''}`],
    ['started', started_at && momentText(started_at)],
    [
      'heartbeat',
      view.state === 'running' &&
        view.heartbeat_at &&
        `${momentText(view.heartbeat_at)}, by the clock of the runner`,
    ],
    ['finished', finished_at && `${momentText(finished_at)}${lasted(started_at, finished_at)}`],
  ];
}

/** Both times are of one clock: that of the runner. */
function lasted(from: string | null, to: string): string {
  return from ? `, after ${durationText((Date.parse(to) - Date.parse(from)) / 1000)}` : '';
}

function resultRows(view: View): Row[] {
  const { outcome, results_dir } = view;
  const whole = view.results_sealed ? '' : ' (more to come)';
  return [
    ['outcome', outcome && outcomeText(view)],
    ['order', view.order_dir],
    ['results', results_dir && `${results_dir}${whole}`],
  ];
}

function outcomeText({ outcome }: View): string {
  if (!outcome) return '';
  const { kind, message, exit_code, error_class } = outcome;
  const facts = [
    error_class && `error class ${error_class}`,
    typeof exit_code === 'number' && kind !== 'completed' && `exit code ${exit_code}`,
  ].filter(Boolean);
  return `${kind}${message === kind ? '' : `: ${message}`}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

function tailLines({ colors }: Style, { outcome, state }: View): string[] {
  const tail = outcome?.log_tail ?? [];
  if (state !== 'failed' || tail.length === 0) return [];
  return [`  ${colors.dim('end of log')}`, ...tail.slice(-TAIL_LINES).map((line) => `    ${line}`)];
}

function barOf(percent: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
}

function nextCommand(view: View): string {
  const { job_id, state, waiting_for, results_dir, results_sealed } = view;
  if (view.cancel_requested) return `jobq wait ${job_id}`;
  switch (state) {
    case 'submitted':
    case 'queued':
      return waiting_for === 'release' ? `jobq release ${job_id}` : `jobq wait ${job_id} --until running`;
    case 'running':
      return `jobq logs ${job_id} --follow`;
    case 'completed':
      return results_sealed && results_dir ? `look into ${results_dir}` : `jobq wait ${job_id}`;
    case 'failed':
    case 'cancelled':
      return `jobq logs ${job_id}`;
    case 'lost':
      return `look after the runner; jobq cancel ${job_id} gives the job up`;
  }
}
