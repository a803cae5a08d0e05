// Everything about one job as text: its card, and below it what the card leaves out.
import type { View } from '../../job/view.ts';
import type { Problem } from '../../queue/problem.ts';
import type { Pruned } from '../../store/pruned.ts';
import { prunedParts } from '../../store/pruned.ts';
import type { Shown } from '../commands/show.ts';
import type { ShownTree } from '../job-files.ts';
import { card } from './card.ts';
import { conflictLines } from './conflict-text.ts';
import { problemList } from './job-table.ts';
import { otherFields, processorLines } from './post-text.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { bytesText, countText, momentText } from './words.ts';

export function showText(style: Style, shown: Shown, watcherRuns: boolean): string {
  const { job, requests, post, pruned } = shown;
  const sections: [string, readonly string[]][] = [
    ['Attempts', attemptLines(style, shown)],
    ['End of the log', logLines(job)],
    ['Results', treeLines(style, shown.results)],
    ['Post-processing', [...(post ? postLines(style, post) : []), ...treeLines(style, shown.post_files)]],
    ['Inputs', treeLines(style, shown.inputs)],
    ['Order', shown.order ? fieldLines(style, shown.order) : []],
    ['Asked', fieldLines(style, requests)],
    ['Pruned', prunedLines(pruned)],
    ['Problems', problemLines(style, shown.problems)],
    ['Places', placeLines(style, shown)],
  ];
  const told = sections.filter(([, lines]) => lines.length > 0);
  return [
    card(style, job, { watcherRuns }),
    ...told.map(([title, lines]) => [style.colors.bold(title), ...lines.map(indented)].join('\n')),
  ].join('\n\n');
}

const indented = (line: string) => `  ${line}`;

function attemptLines(style: Style, { attempts }: Shown): string[] {
  if (attempts.length === 0) return [];
  const rows = attempts.map(({ attempt, started_at, finished_at, outcome }) => {
    const { kind = '', message = '' } = (outcome ?? {}) as { kind?: string; message?: string };
    const end = message === kind ? kind : `${kind}: ${message}`;
    return [String(attempt), whenText(started_at), whenText(finished_at), outcome ? end : 'not ended'];
  });
  return table(style, ['attempt', 'started', 'ended', 'how'], rows).split('\n');
}

function whenText(value: unknown): string {
  return typeof value === 'string' ? momentText(value) : '';
}

/** The card has it of those that failed. */
function logLines({ outcome, state }: View): readonly string[] {
  return state === 'failed' ? [] : (outcome?.log_tail ?? []);
}

function treeLines(style: Style, tree: ShownTree | null): string[] {
  if (tree === null) return [];
  const { dir, files, bytes, entries, truncated } = tree;
  const rows = entries.map((entry) => [bytesText(entry.bytes), entry.path]);
  return [
    `${countText(files, 'file')}, ${bytesText(bytes)}, in ${dir}`,
    ...(rows.length > 0 ? table(style, ['size', 'file'], rows).split('\n') : []),
    ...(truncated
      ? [style.colors.dim(`and ${files - entries.length} smaller ones: --files shows them`)]
      : []),
  ];
}

function fieldLines({ colors }: Style, fields: object): string[] {
  const names = Object.keys(fields);
  const width = Math.max(0, ...names.map((name) => name.length)) + 2;
  return Object.entries(fields).map(
    ([name, value]) => `${colors.dim(name.padEnd(width))}${valueText(value)}`,
  );
}

function postLines(style: Style, post: object): string[] {
  return [...fieldLines(style, otherFields(post)), ...processorLines(style, post)];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\s*\n\s*/g, ' ') : JSON.stringify(value);
}

function prunedLines(pruned: Pruned | null): string[] {
  return prunedParts(pruned ?? undefined).flatMap((part) => {
    const noted = pruned?.[part];
    if (!noted) return [];
    const by = noted.pruned_by === undefined ? '' : ` by ${noted.pruned_by}`;
    const what = `${countText(noted.files, 'file')}, ${bytesText(noted.bytes)}`;
    return [`${part}: ${what}, ${momentText(noted.pruned_at)}${by}`];
  });
}

function problemLines(style: Style, problems: readonly Problem[]): string[] {
  return problems.flatMap((problem) => [
    ...problemList(style, [problem]),
    ...conflictLines(problem).map((line) => `  ${line}`),
  ]);
}

function placeLines(style: Style, { job, log, archived, post_files }: Shown): string[] {
  const places = {
    ...(job.order_dir !== null && { order: job.order_dir }),
    ...(job.results_dir !== null && { results: job.results_dir }),
    ...(log !== null && { log }),
    ...(post_files && { post: post_files.dir }),
  };
  const others = archived.filter((dir) => dir !== job.results_dir);
  return [...fieldLines(style, places), ...others.map((dir) => `${style.colors.dim('also')} ${dir}`)];
}
