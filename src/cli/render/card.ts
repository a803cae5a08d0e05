// One job as a card: everything a person asks about it, and what to do next.
import type { View } from '../../job/view.ts';
import type { OrderPlace } from '../delivery-place.ts';
import type { Style } from './style.ts';
import { durationText, momentText, placeText, progressText, stateText } from './words.ts';

const BAR = 24;
const TAIL_LINES = 15;

type Row = readonly [label: string, text: string | null | undefined | false];

/** What is known beside the view. */
interface Beside {
  /** Without a watcher nobody judges whether its runner lives; where that is not said, it is not told. */
  watcherRuns?: boolean;
  delivery?: OrderPlace | null;
  /** When its runner was stopped on purpose, by the runner's clock. */
  runnerStopped?: string | undefined;
}

export function card(style: Style, view: View, beside: Beside = {}): string {
  const { watcherRuns = true, delivery } = beside;
  const { colors } = style;
  const late = view.late ? colors.yellow(' (its results came late)') : '';
  const title = `${colors.bold(view.job_id)}  ${stateText(colors, view.state)}${late}`;
  const rows = [
    ...courseRows(view),
    deliveryRow(delivery),
    stoppedRow(view, beside.runnerStopped),
    silenceRow(view, watcherRuns),
    ...resultRows(view),
  ].flatMap(([label, text]) => (text ? [`  ${colors.dim(label.padEnd(11))}${text}`] : []));
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

function deliveryRow(delivery: Beside['delivery']): Row {
  return ['order is', delivery && placeText(delivery)];
}

function stoppedRow({ state }: View, stoppedAt: string | undefined): Row {
  const isOpen = state === 'submitted' || state === 'queued' || state === 'running';
  const goesOn = state === 'running' ? 'it takes the run up' : 'the job goes on';
  const text =
    stoppedAt !== undefined && `was stopped at ${momentText(stoppedAt)}: ${goesOn} when it is started again`;
  return ['its runner', isOpen && text];
}

function silenceRow(view: View, watcherRuns: boolean): Row {
  const { unreachable_since, stale_since, runner, state } = view;
  if (unreachable_since !== null)
    return [
      'silent',
      `since ${momentText(unreachable_since)}: the link is down or busy, the job is not lost`,
    ];
  if (stale_since !== null)
    return ['silent', `since ${momentText(stale_since)}: nothing is known of the link`];
  const isOpen = runner !== null && (state === 'running' || state === 'queued');
  return ['alive', isOpen && !watcherRuns && 'not known: the watcher does not run on this machine'];
}

/** Both times are of one clock: that of the runner. */
function lasted(from: string | null, to: string): string {
  return from ? `, after ${durationText((Date.parse(to) - Date.parse(from)) / 1000)}` : '';
}

function resultRows(view: View): Row[] {
  const { outcome, results_dir } = view;
  const whole = view.results_sealed ? '' : ` (${whyNotWhole(view)})`;
  return [
    ['outcome', outcome && outcomeText(view)],
    ['post', view.post === 'failed' && `failed: \`jobq show ${view.job_id}\` says how`],
    ['retry of', view.retry_of],
    ['retried', view.retried_as && retryText(view)],
    ['order', view.order_dir && `${view.order_dir}${view.pruned.includes('inputs') ? ' (pruned)' : ''}`],
    ['results', results_dir && `${results_dir}${whole}`],
  ];
}

export function whyNotWhole({ pruned, outcome, results_arrived }: View): string {
  if (pruned.includes('results')) return 'pruned';
  if (results_arrived) return `${results_arrived.files} of ${results_arrived.of} files have arrived`;
  return outcome?.kind === 'abandoned' ? 'as it was when the job was given up' : 'more to come';
}

function retryText({ retried_as, retry_at }: View): string {
  return `as ${retried_as}${retry_at === null ? '' : `, ${momentText(retry_at)}`}`;
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

export function barOf(percent: number, width = BAR): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}]`;
}

/** What never ran has no log. */
function readCommand({ job_id, started_at }: View): string {
  return `jobq ${started_at === null ? 'show' : 'logs'} ${job_id}`;
}

function nextCommand(view: View): string {
  const { job_id, state, waiting_for, results_dir, results_sealed, outcome } = view;
  if (view.pruned.includes('results')) return `jobq show ${job_id}`;
  if (view.cancel_requested) return `jobq wait ${job_id}`;
  switch (state) {
    case 'submitted':
    case 'queued':
      return /^release\b/.test(waiting_for ?? '')
        ? `jobq release ${job_id}`
        : `jobq wait ${job_id} --until running`;
    case 'running':
      return `jobq logs ${job_id} --follow`;
    case 'completed':
      return results_sealed && results_dir ? `look into ${results_dir}` : `jobq wait ${job_id}`;
    case 'failed':
      return outcome?.kind === 'abandoned' ? `jobq retry ${job_id}` : readCommand(view);
    case 'cancelled':
      return readCommand(view);
    case 'lost':
      return `look after the runner; jobq abandon ${job_id} gives the job up`;
  }
}
