// The runner of this machine as a card: whether its daemon lives, what keeps jobs from starting, what runs and waits.
import type { Machine } from '../../system/machine.ts';
import type { RunnerNow } from '../runner-now.ts';
import { localText } from '../until.ts';
import { failingList, jobTable, problemList } from './job-table.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { bytesText, durationText } from './words.ts';

const MB = 1_000_000;

type LocalClock = Pick<Machine, 'wallTime' | 'momentOf'>;

export function runnerCard(style: Style, now: RunnerNow, clock: LocalClock): string {
  const { colors } = style;
  const { presence, paused, draining, disk_free_mb } = now;
  const title = presence ? `on ${presence.host}, jobq ${presence.version}` : '';
  const rows: [string, string | null | undefined][] = [
    ['daemon', daemonText(now)],
    ['paused', paused && pauseText(paused, clock)],
    ['draining', draining && askedText(draining, clock)],
    ['schedule', now.schedule],
    ['disk', disk_free_mb === null ? null : `${bytesText(disk_free_mb * MB)} free`],
  ];
  const head = [
    `${colors.bold(now.runner)}  ${title}`.trimEnd(),
    ...rows.flatMap(([label, text]) => (text ? [`  ${colors.dim(label.padEnd(10))}${text}`] : [])),
  ];
  return [head.join('\n'), ...sections(style, now)].join('\n\n');
}

function sections(style: Style, { running, waiting, problems, presence }: RunnerNow): string[] {
  const { bold } = style.colors;
  const waits = waiting.map((job) => [job.job_id, job.for]);
  const failing = presence ? failingList(style, presence) : [];
  return [
    running.length > 0 ? `${bold('Running')}\n${jobTable(style, running)}` : 'Nothing runs.',
    ...(waits.length > 0 ? [`${bold('Waiting')}\n${table(style, ['job', 'waits for'], waits)}`] : []),
    ...(failing.length > 0 ? [failing.join('\n')] : []),
    ...(problems.length > 0 ? [problemList(style, problems).join('\n')] : []),
  ];
}

function daemonText({ daemon_runs, last_sign_s, ran_here }: RunnerNow): string {
  if (!daemon_runs && !ran_here) return 'has never run on this machine: is this the machine of the runner?';
  const sign =
    last_sign_s === null ? 'no sign of life yet' : `last sign of life ${durationText(last_sign_s)} ago`;
  return daemon_runs
    ? `runs, ${sign}`
    : `does not run (${sign}): what is asked of it counts from its next start`;
}

function pauseText(paused: NonNullable<RunnerNow['paused']>, clock: LocalClock): string {
  const until = paused.until === undefined ? 'until resume' : `until ${momentText(paused.until, clock)}`;
  const interrupt = paused.interrupt ? '; what runs is interrupted' : '';
  return `${until}, ${askedText(paused, clock)}${interrupt}`;
}

function askedText({ at, by, reason }: { at: string; by?: string; reason?: string }, clock: LocalClock) {
  return `since ${momentText(at, clock)}${by ? ` by ${by}` : ''}${reason ? `: ${reason}` : ''}`;
}

/** Local time: the owner sits in front of this machine. */
function momentText(iso: string, clock: LocalClock): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : localText(ms, clock);
}
