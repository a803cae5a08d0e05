// `jobq list`: jobs, the newest first. It reads no more jobs than it must: ids tell the time, and where a job lies
// tells whether it is open.
import { JobqError } from '../../errors.ts';
import type { State } from '../../job/states.ts';
import type { View } from '../../job/view.ts';
import type { Problem } from '../../queue/problem.ts';
import type { JobIndex } from '../../store/find.ts';
import { findProblems } from '../../store/find-problems.ts';
import type { Context } from '../context.ts';
import { onceIn, openContext } from '../context.ts';
import { indexOf, viewIn, withUnread } from '../jobs.ts';
import { lastArchivedFirst, newestFirst } from '../newest.ts';
import type { CliParts } from '../parts.ts';
import { pendingRetries } from '../pending-retries.ts';
import type { Style } from '../render/style.ts';
import { idTimeMs, sinceMs } from '../since.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  state?: State;
  project?: string;
  since?: string;
  open?: boolean;
  archived?: boolean;
  limit: number;
}

interface Wanted {
  state: State | undefined;
  project: string | undefined;
  sinceMs: number;
  open: boolean;
}

/** What no archived job is in. */
const OPEN_STATES: readonly State[] = ['submitted', 'queued'];

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const { state, project, since, open = false, archived = false, limit } = input.options;
  if (open && archived) throw opposites();
  const context = onceIn(await openContext(parts, input));
  const now = parts.disk.clock.now();
  const wanted: Wanted = {
    state,
    project,
    sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : sinceMs(since, now),
    open,
  };
  const index = indexOf(context);
  const unread: Problem[] = [];
  const { jobs, truncated } = (archived ? selectArchived : select)(
    context,
    index,
    { ...wanted, unread },
    limit,
  );
  const found = archived ? [] : findProblems(context.parts.disk.files, context.layout, index);
  const problems = withUnread(found, unread);
  return {
    value: { jobs, truncated, problems },
    text: (style) => textOf(style, { jobs, truncated, problems }),
  };
}

function select(
  context: Context,
  index: JobIndex,
  { unread, ...wanted }: Wanted & { unread: Problem[] },
  limit: number,
): { jobs: View[]; truncated: boolean } {
  const jobs: View[] = [];
  const pending = pendingRetries(context, index, unread).map(({ job_id }) => job_id);
  for (const id of candidates(index, pending, wanted)) {
    const idTime = idTimeMs(id);
    if (idTime !== undefined && idTime < wanted.sinceMs) continue;
    const isSimple = wanted.state === undefined && wanted.project === undefined && idTime !== undefined;
    if (isSimple && jobs.length === limit) return { jobs, truncated: true };
    const view = viewIn(context, index, id, unread);
    if (!fits(view, wanted)) continue;
    if (jobs.length === limit) return { jobs, truncated: true };
    jobs.push(view);
  }
  return { jobs, truncated: false };
}

/** By the names in the archive, which end with the time of archiving: what is not shown is not read. */
function selectArchived(
  context: Context,
  index: JobIndex,
  { unread, ...wanted }: Wanted & { unread: Problem[] },
  limit: number,
): { jobs: View[]; truncated: boolean } {
  const isSimple = wanted.state === undefined && wanted.project === undefined;
  const jobs: View[] = [];
  for (const { id, at } of lastArchivedFirst(index)) {
    if (at !== undefined && Date.parse(at) < wanted.sinceMs) break;
    if (isSimple && jobs.length === limit) return { jobs, truncated: true };
    const view = viewIn(context, index, id, unread);
    if (!hasWanted(view, wanted)) continue;
    if (jobs.length === limit) return { jobs, truncated: true };
    jobs.push(view);
  }
  return { jobs, truncated: false };
}

function opposites(): JobqError {
  return new JobqError('usage', '--open and --archived say opposite things', {
    field: '--archived',
    remedy: 'give one of them, or neither for all jobs',
  });
}

function candidates(index: JobIndex, pending: readonly string[], { open, state }: Wanted): string[] {
  const onlyOpen = open || (state !== undefined && OPEN_STATES.includes(state));
  if (onlyOpen) return newestFirst([...pending, ...[...index.open].filter((id) => !index.archived.has(id))]);
  return newestFirst([...new Set([...pending, ...index.open, ...index.archived.keys()])]);
}

function fits(view: View, wanted: Wanted): boolean {
  if (!hasWanted(view, wanted)) return false;
  // a job that tells no time at all is shown rather than hidden
  const time = idTimeMs(view.job_id) ?? Date.parse(view.created_at ?? view.state_at ?? '');
  return Number.isNaN(time) || time >= wanted.sinceMs;
}

function hasWanted({ state, project }: View, wanted: Wanted): boolean {
  if (wanted.state !== undefined && state !== wanted.state) return false;
  return wanted.project === undefined || project === wanted.project;
}

interface Listed {
  jobs: readonly View[];
  truncated: boolean;
  problems: readonly Problem[];
}

/** Tables are loaded where there is somebody to read them. */
async function textOf(style: Style, { jobs, truncated, problems }: Listed): Promise<string> {
  const { jobTable, problemList } = await import('../render/job-table.ts');
  const shown = jobs.length === 0 ? 'no jobs' : jobTable(style, jobs);
  return [
    shown,
    ...(truncated ? [style.colors.dim('there are more: --limit shows them')] : []),
    ...problemList(style, problems),
  ].join('\n');
}
