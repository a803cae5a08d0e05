// `jobq status`: one job as everybody sees it, or the queue at a glance.
import type { View } from '../../job/view.ts';
import type { JobIndex } from '../../store/find.ts';
import { findProblems } from '../../store/find-problems.ts';
import { readPresences } from '../../store/presences.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { indexOf, namedJobs, viewIn } from '../jobs.ts';
import { newestFirst } from '../newest.ts';
import type { CliParts } from '../parts.ts';
import { card } from '../render/card.ts';
import type { Glance } from '../render/glance.ts';
import { glanceText } from '../render/glance.ts';
import { problemList } from '../render/job-table.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

/** How many of the jobs that ended last are shown. */
const LATELY = 5;

export async function run(parts: CliParts, input: VerbInput): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const [jobId] = namedJobs(context, input.args.slice(0, 1));
  return jobId === undefined ? glance(context) : one(context, jobId);
}

function one(context: Context, jobId: string): VerbResult {
  const { parts, layout } = context;
  const index = indexOf(context);
  const view = viewIn(context, index, jobId);
  const open = new Set(index.open.has(jobId) ? [jobId] : []);
  const problems = findProblems(parts.disk.files, layout, { ...index, open }).filter(
    (problem) => problem.job_id === jobId,
  );
  return {
    value: { ...view, problems },
    text: (style) => [card(style, view), ...problemList(style, problems)].join('\n'),
  };
}

function glance(context: Context): VerbResult {
  const { parts, layout, queueId } = context;
  const { files } = parts.disk;
  const index = indexOf(context);
  const open = newestFirst([...index.open].filter((id) => !index.archived.has(id))).map((id) =>
    viewIn(context, index, id),
  );
  const value: Glance = {
    queue: layout.root,
    queue_id: queueId ?? null,
    runners: readPresences(files, layout),
    running: open.filter(({ state }) => state === 'running'),
    waiting: open.filter(({ state }) => state === 'submitted' || state === 'queued'),
    lost: open.filter(({ state }) => state === 'lost'),
    finished: finishedLately(context, index, open),
    problems: findProblems(files, layout, index),
  };
  return { value, text: (style) => glanceText(style, value) };
}

function finishedLately(context: Context, index: JobIndex, open: readonly View[]): View[] {
  // names in the archive end with the time of archiving
  const names = [...index.archived].map(([id, all]) => ({ id, at: (all.at(-1) ?? '').slice(id.length) }));
  const lately = names.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, LATELY);
  const archived = lately.map(({ id }) => viewIn(context, index, id));
  const ended = open.filter(
    ({ state }) => state === 'completed' || state === 'failed' || state === 'cancelled',
  );
  return [...ended, ...archived].sort((a, b) => endOf(b) - endOf(a)).slice(0, LATELY);
}

function endOf({ finished_at, state_at }: View): number {
  return Date.parse(finished_at ?? state_at ?? '') || 0;
}
