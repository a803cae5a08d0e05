// What there is to tell of a job, from its view: one value for each field of a template. Everything is one harmless line,
// but the log's tail. Nothing here is taken from the log, except the two fields that say so.
import type { MessageEvent, MessageField } from '../job/message-template.ts';
import type { Outcome } from '../job/outcome.ts';
import { cancelText } from '../job/request.ts';
import { isFinal } from '../job/states.ts';
import type { View } from '../job/view.ts';
import { cut, harmless, oneLine } from './harmless.ts';

export type MessageKind = 'finished' | 'lost' | 'recovered' | 'late';

/** What a message tells of, and all it may tell. */
export interface Occasion {
  kind: MessageKind;
  view: View;
  /** The order, or the record, which carries the same fields. */
  order: OrderFacts | undefined;
  /** Where the results are, where the view's own place is not for good. */
  resultsDir?: string | undefined;
  post?: 'completed' | 'failed' | undefined;
  /** Of a job that was cancelled: why, and by whom, as the cancel said. */
  cancel?: { reason?: string | undefined; by?: string | undefined } | undefined;
  /** When the watcher called it lost: tells a second loss of one attempt from the first. */
  lostAt?: string | undefined;
  /** Now, in milliseconds since 1970. */
  nowMs: number;
}

export interface OrderFacts {
  channel?: string | undefined;
  type?: string | undefined;
  notify?: { on_complete?: boolean | undefined; on_fail?: boolean | undefined } | undefined;
}

/** The word that targets choose by. */
export function eventOf({ kind, view: { state } }: Occasion): MessageEvent {
  if (kind !== 'finished') return kind;
  return state === 'completed' || state === 'cancelled' || state === 'lost' ? state : 'failed';
}

const HAPPENED: Readonly<Record<MessageEvent, string>> = {
  completed: 'has completed',
  failed: 'has failed',
  cancelled: 'was cancelled',
  lost: 'is lost',
  recovered: 'is heard of again',
  late: 'has ended after it had been called lost or given up',
};

const WHY: Readonly<Record<Exclude<Outcome['kind'], 'failed' | 'rejected'>, string | undefined>> = {
  completed: undefined,
  cancelled: 'cancelled on request',
  'timed-out': 'it ran longer than it may',
  stalled: 'nothing moved any more',
  interrupted: 'it was interrupted',
  abandoned: 'it was given up by hand',
};

/** Why it ended so, in words of our own: the record's message may quote the log. */
export function outcomeReason(
  outcome: Pick<Outcome, 'kind' | 'exit_code' | 'signal' | 'error_class'>,
): string | undefined {
  const { kind, exit_code, signal, error_class } = outcome;
  if (kind === 'rejected') return `the runner refused it (${error_class ?? 'inputs'})`;
  if (kind !== 'failed') return WHY[kind];
  if (error_class === 'licence') return 'it got no licence';
  if (signal) return `the script was ended by ${signal}`;
  if (exit_code === 0) return 'exit code 0, but the log or the outputs say otherwise';
  return typeof exit_code === 'number' ? `exit code ${exit_code}` : `error class ${error_class ?? 'unknown'}`;
}

function reasonOf(occasion: Occasion): string | undefined {
  const { runner, heartbeat_at, state, outcome } = occasion.view;
  const event = eventOf(occasion);
  if (event === 'lost') {
    const since = heartbeat_at ? ` since ${heartbeat_at}` : '';
    return `no sign of life from ${runner ? `runner ${runner}` : 'its runner'}${since}`;
  }
  if (event === 'recovered') return `${runner ? `runner ${runner}` : 'its runner'} gives signs of life`;
  if (!outcome || !isFinal(state)) return undefined;
  return (
    (outcome.kind === 'cancelled' ? cancelText(occasion.cancel ?? {}) : undefined) ?? outcomeReason(outcome)
  );
}

/** The command that leads on from here. */
function nextCommand(occasion: Occasion): string {
  const { job_id, state, retried_as, outcome } = occasion.view;
  const event = eventOf(occasion);
  if (event === 'lost') return 'jobq status';
  if (retried_as) return `jobq status ${retried_as}`;
  const hasLog = state === 'failed' && outcome?.kind !== 'rejected';
  return event !== 'recovered' && hasLog ? `jobq logs ${job_id}` : `jobq status ${job_id}`;
}

/** `95 s`, `34 min`, `6 h 12 min` */
function durationText(fromIso: string | null, toIso: string | null): string | undefined {
  const seconds = Math.round((Date.parse(toIso ?? '') - Date.parse(fromIso ?? '')) / 1000);
  if (!(seconds >= 0)) return undefined;
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What is kept of a log's tail: its last lines, none of them endless. */
const TAIL = { lines: 40, lineLength: 300, length: 6000 };

function logTail(lines: readonly string[]): string {
  const kept: string[] = [];
  let left = TAIL.length;
  for (const line of lines.slice(-TAIL.lines).reverse()) {
    const clean = cut(harmless(line).replaceAll('\n', ' ').trimEnd(), TAIL.lineLength);
    left -= clean.length + 1;
    if (left < 0) break;
    kept.unshift(clean);
  }
  return kept.join('\n');
}

/** Absent where there is nothing to tell. */
export type Facts = { readonly [F in MessageField]?: string | number };

type Told = { [F in MessageField]?: string | number | null | undefined };

/** Every field that has something to tell. */
export function factsOf(occasion: Occasion, messageId: string): Facts {
  const { view, order, post, resultsDir } = occasion;
  const { outcome, progress } = view;
  const event = eventOf(occasion);
  return sayable({
    job_id: view.job_id,
    event,
    happened: HAPPENED[event],
    state: view.state,
    outcome: outcome?.kind,
    error_class: outcome?.error_class,
    reason: reasonOf(occasion),
    exit_code: outcome?.exit_code,
    attempt: view.attempt,
    project: view.project,
    type: order?.type,
    channel: order?.channel,
    description: view.description,
    priority: view.priority,
    created_by: view.created_by,
    runner: view.runner,
    best: progress?.best,
    trial: progress?.trial,
    trials: progress?.trials,
    percent: progress?.percent,
    started_at: view.started_at,
    finished_at: view.finished_at,
    duration: durationText(view.started_at, view.finished_at),
    results_dir: resultsDir ?? view.results_dir,
    post,
    retry_of: view.retry_of,
    next_job: view.retried_as,
    next_retry_at: view.retry_at,
    next: nextCommand(occasion),
    message_id: messageId,
    message: outcome?.message,
    log_tail: logTail(outcome?.log_tail ?? []),
  });
}

function sayable(told: Told): Facts {
  const entries = Object.entries(told).flatMap(([field, value]) => {
    const fact = typeof value === 'string' && field !== 'log_tail' ? oneLine(value) : value;
    const isOne = typeof fact === 'string' ? fact !== '' : Number.isFinite(fact);
    return isOne ? [[field, fact] as const] : [];
  });
  return Object.fromEntries(entries);
}
