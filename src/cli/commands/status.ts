// `jobq status`: one job as everybody sees it, or the queue at a glance.
import type { View } from '../../job/view.ts';
import type { Problem } from '../../queue/problem.ts';
import type { JobIndex } from '../../store/find.ts';
import { findProblems } from '../../store/find-problems.ts';
import { readPresences } from '../../store/presences.ts';
import type { Context } from '../context.ts';
import { onceIn, openContext } from '../context.ts';
import { placeOfOrder } from '../delivering.ts';
import { indexOf, namedJobs, problemsOf, showingIn, viewIn, withUnread } from '../jobs.ts';
import type { Living } from '../living.ts';
import { failingNow, lookAtLiving } from '../living.ts';
import type { TargetNow } from '../messages.ts';
import { newestFirst } from '../newest.ts';
import type { CliParts } from '../parts.ts';
import { pendingRetries } from '../pending-retries.ts';
import type { Glance } from '../render/glance.ts';
import { sendsMessages } from '../sends-messages.ts';
import type { VerbInput, VerbResult } from '../verb.ts';
import type { Watch } from '../watching.ts';
import { watchOf, watchOn } from '../watching.ts';

/** How many of the jobs that ended last are shown. */
const LATELY = 5;

interface Options {
  watch?: Watch;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { every, args } = watchOf(input.options.watch, input.args);
  const wanted = { ...input, args };
  // what is wrong from the start is told once; a queue that goes away later may come back
  const first = await look(parts, wanted);
  return every === undefined
    ? first
    : watchOn(parts, { every, json: input.json, look: () => look(parts, wanted) });
}

async function look(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const context = onceIn(await openContext(parts, input));
  const [jobId] = namedJobs(context, input.args.slice(0, 1));
  const living = await lookAtLiving(context);
  return jobId === undefined ? glance(context, living) : one(context, jobId, living);
}

async function one(asked: Context, jobId: string, { watcher_runs }: Living): Promise<VerbResult> {
  const unread: Problem[] = [];
  const context = showingIn(asked, jobId, unread);
  const { parts, layout } = context;
  const index = indexOf(context);
  const view = viewIn(context, index, jobId);
  const delivery = (await placeOfOrder(context, view)) ?? null;
  const problems = [
    ...withUnread(problemsOf(asked, index, view), unread),
    ...failingNow(context).filter(({ job_id }) => job_id === jobId),
  ];
  const runners = readPresences(parts.disk.files, layout);
  const itsRunner = runners.find(({ runner_id }) => runner_id === (view.runner ?? view.run_on));
  const runnerStopped = itsRunner?.stopped?.at;
  return {
    value: { ...view, delivery, problems, watcher_runs },
    text: async (style) => {
      const [{ card }, { failingList, problemList }] = await Promise.all([
        import('../render/card.ts'),
        import('../render/job-table.ts'),
      ]);
      return [
        card(style, view, { watcherRuns: watcher_runs, delivery, runnerStopped }),
        ...runners.flatMap((runner) => failingList(style, runner, jobId)),
        ...problemList(style, problems),
      ].join('\n');
    },
  };
}

async function glance(context: Context, living: Living): Promise<VerbResult> {
  const { parts, layout, queueId } = context;
  const { files } = parts.disk;
  const index = indexOf(context);
  const unread: Problem[] = [];
  const open = newestFirst([...index.open].filter((id) => !index.archived.has(id))).map((id) =>
    viewIn(context, index, id, unread),
  );
  const waiting = [
    ...open.filter(({ state }) => state === 'submitted' || state === 'queued'),
    ...pendingRetries(context, index, unread),
  ];
  const finished = finishedLately(context, index, { open, unread });
  const value: Glance = {
    queue: layout.root,
    queue_id: queueId ?? null,
    runners: readPresences(files, layout),
    running: open.filter(({ state }) => state === 'running'),
    waiting,
    lost: open.filter(({ state }) => state === 'lost'),
    finished,
    problems: [...withUnread(findProblems(files, layout, index), unread), ...failingNow(context)],
    messages: await troubledTargets(context, living),
    ...living,
  };
  const nowMs = parts.disk.clock.now();
  const text: VerbResult['text'] = async (style) =>
    (await import('../render/glance.ts')).glanceText(style, value, nowMs);
  return { value, text };
}

/** Loaded only where there is a ledger or a target. */
async function troubledTargets(context: Context, { watcher_runs }: Living): Promise<TargetNow[]> {
  if (!sendsMessages(context)) return [];
  const { isInTrouble, lookAtMessages } = await import('../messages.ts');
  return lookAtMessages(context, watcher_runs).targets.filter(isInTrouble);
}

function finishedLately(
  context: Context,
  index: JobIndex,
  { open, unread }: { open: readonly View[]; unread: Problem[] },
): View[] {
  // names in the archive end with the time of archiving
  const names = [...index.archived].map(([id, all]) => ({ id, at: (all.at(-1) ?? '').slice(id.length) }));
  const lately = names.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, LATELY);
  const archived = lately.map(({ id }) => viewIn(context, index, id, unread));
  const ended = open.filter(
    ({ state }) => state === 'completed' || state === 'failed' || state === 'cancelled',
  );
  return [...ended, ...archived].sort((a, b) => endOf(b) - endOf(a)).slice(0, LATELY);
}

function endOf({ finished_at, state_at }: View): number {
  return Date.parse(finished_at ?? state_at ?? '') || 0;
}
