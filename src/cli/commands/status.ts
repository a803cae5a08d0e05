// `jobq status`: one job as everybody sees it, or the queue at a glance.
import type { View } from '../../job/view.ts';
import type { JobIndex } from '../../store/find.ts';
import { findProblems } from '../../store/find-problems.ts';
import { readPresences } from '../../store/presences.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import { indexOf, namedJobs, viewIn } from '../jobs.ts';
import type { Living } from '../living.ts';
import { lookAtLiving } from '../living.ts';
import { newestFirst } from '../newest.ts';
import type { CliParts } from '../parts.ts';
import { card } from '../render/card.ts';
import type { Glance } from '../render/glance.ts';
import { glanceText } from '../render/glance.ts';
import { failingList, problemList } from '../render/job-table.ts';
import type { VerbInput, VerbResult } from '../verb.ts';
import type { Every } from '../watching.ts';
import { watchOn } from '../watching.ts';

/** How many of the jobs that ended last are shown. */
const LATELY = 5;

interface Options {
  watch?: Every;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { watch } = input.options;
  // what is wrong from the start is told once; a queue that goes away later may come back
  const first = await look(parts, input);
  return watch === undefined
    ? first
    : watchOn(parts, { every: watch, json: input.json, look: () => look(parts, input) });
}

async function look(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = await openContext(parts, input);
  const [jobId] = namedJobs(context, input.args.slice(0, 1));
  const living = await lookAtLiving(context);
  return jobId === undefined ? glance(context, living) : one(context, jobId, living);
}

function one(context: Context, jobId: string, { watcher_runs }: Living): VerbResult {
  const { parts, layout } = context;
  const index = indexOf(context);
  const view = viewIn(context, index, jobId);
  const open = new Set(index.open.has(jobId) ? [jobId] : []);
  const problems = findProblems(parts.disk.files, layout, { ...index, open }).filter(
    (problem) => problem.job_id === jobId,
  );
  const runners = readPresences(parts.disk.files, layout);
  return {
    value: { ...view, problems, watcher_runs },
    text: (style) =>
      [
        card(style, view, watcher_runs),
        ...runners.flatMap((runner) => failingList(style, runner, jobId)),
        ...problemList(style, problems),
      ].join('\n'),
  };
}

function glance(context: Context, living: Living): VerbResult {
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
    ...living,
  };
  return { value, text: (style) => glanceText(style, value, parts.disk.clock.now()) };
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
