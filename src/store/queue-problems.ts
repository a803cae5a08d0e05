// What is wrong with a queue as a whole: a tree that has gone, two runners of one id, orders that nobody takes, and what
// lies beside the jobs. Of a job it reads nothing.
import { JobqError } from '../errors.ts';
import { jobIdProblem } from '../job/job-id.ts';
import type { Presence } from '../job/presence.ts';
import { isConflictCopy, isSkippedName } from '../job/skipped-names.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import { conflictProblem, conflictsIn, originalOf } from './conflicts.ts';
import { jobDirs } from './job-dirs.ts';
import type { Layout, Tree } from './layout.ts';
import { TREE_NAMES } from './layout.ts';
import { assertQueue } from './marker.ts';
import { joinPortable } from './portable.ts';
import { lookAtPresences, presenceIn } from './presences.ts';
import { guarded, unreadableFile } from './unreadable.ts';

/** `open`: the jobs whose own files are looked at elsewhere. */
export function queueProblems(files: Files, layout: Layout, open: ReadonlySet<string>): Problem[] {
  const problems = [...unusableTrees(files, layout)];
  const looks: [Tree, () => Problem[]][] = [
    ['outbox', () => strayFiles(files, layout, 'outbox')],
    ['inbox', () => strayFiles(files, layout, 'inbox')],
    ['requests', () => requestConflicts(files, layout, open)],
    ['runners', () => lookAtPresences(files, layout).problems],
    ['runners', () => runnerConflicts(files, layout)],
  ];
  for (const [tree, look] of looks)
    problems.push(...(guarded(problems, (error) => unreadableFile(tree, error), look) ?? []));
  return problems;
}

/** A disk that is not mounted, or a folder that the mirror lost, looks like a queue with nothing in it. */
function unusableTrees(files: Files, layout: Layout): Problem[] {
  let id: string | undefined;
  return TREE_NAMES.flatMap((tree): Problem[] => {
    try {
      id = assertQueue(files, layout, id, [tree]);
      return [];
    } catch (error) {
      if (!(error instanceof JobqError)) throw error;
      const { message, remedy } = error;
      return [{ kind: 'unusable-tree', file: tree, reason: message, remedy }];
    }
  });
}

function strayFiles(files: Files, layout: Layout, tree: 'outbox' | 'inbox'): Problem[] {
  return (files.list(layout.tree(tree)) ?? []).flatMap(({ name, kind }): Problem[] => {
    if (isConflictCopy(name)) return [conflictProblem(files, layout, `${tree}/${name}`)];
    if (isSkippedName(name) || (kind === 'directory' && !jobIdProblem(name))) return [];
    const reason =
      kind === 'directory'
        ? `has a name that no job can have: it ${jobIdProblem(name)}`
        : 'is not a job directory';
    return [{ kind: 'foreign-file', file: `${tree}/${name}`, reason, remedy: 'move it out of the queue' }];
  });
}

/** Those of open jobs are found where their requests are read. */
function requestConflicts(files: Files, layout: Layout, open: ReadonlySet<string>): Problem[] {
  const closed = jobDirs(files, layout.tree('requests')).filter((jobId) => !open.has(jobId));
  return [
    ...conflictsIn(files, layout, 'requests'),
    ...closed.flatMap((jobId) => {
      const unseen: Problem[] = [];
      const dir = `requests/${jobId}`;
      const told = (error: unknown) => unreadableFile(dir, error, jobId);
      return [...(guarded(unseen, told, () => conflictsIn(files, layout, dir, jobId)) ?? []), ...unseen];
    }),
  ];
}

/** A presence has one writer: two versions of it by two runners tell that two have one id. */
function runnerConflicts(files: Files, layout: Layout): Problem[] {
  const tree: Tree = 'runners';
  const twins = new Map<string, Presence[]>();
  const others = conflictsIn(files, layout, tree).filter(({ file }) => {
    const kept = presenceAt(files, layout, originalOf(file) ?? file);
    const copy = presenceAt(files, layout, file);
    if (!kept || !copy || kept.runner_id !== copy.runner_id || !areTwins(kept, copy)) return true;
    twins.set(kept.runner_id, [...(twins.get(kept.runner_id) ?? [kept]), copy]);
    return false;
  });
  return [...others, ...[...twins].map(([id, presences]) => runnerTwice(id, presences))];
}

function presenceAt(files: Files, { root }: Layout, file: string): Presence | undefined {
  try {
    return presenceIn(files, joinPortable(root, file));
  } catch {
    return undefined; // a link, or far too large: no runner wrote that
  }
}

/** One runner that moved or lost its ledger looks the same, as long as the copies lie there. */
function areTwins(a: Presence, b: Presence): boolean {
  return a.host !== b.host || a.ledger_id !== b.ledger_id;
}

function runnerTwice(id: string, presences: readonly Presence[]): Problem {
  const hosts = [...new Set(presences.map(({ host }) => host))].sort();
  const [only, ...more] = hosts;
  const where =
    more.length === 0 ? `on ${only}, each with a ledger of its own` : `on ${hosts.join(' and on ')}`;
  return {
    kind: 'runner-twice',
    file: `runners/${id}.json`,
    reason: `two runners have the id ${id}: ${where}; conflict copies of their presence lie beside it`,
    remedy:
      'two runners of one id start the same orders: give each an id of its own (runner.id), start them again, then remove the conflict copies',
  };
}

const AMBIGUOUS = 'ambiguous-assignment';

/** An order for any runner, where several could take it. `runners`: the ids of all that are known. */
export function ambiguousAssignment(job_id: string, runners: readonly string[]): Problem {
  return {
    kind: AMBIGUOUS,
    file: `outbox/${job_id}`,
    job_id,
    reason: `it is for any runner, several are known (${runners.join(', ')}), and nobody says which of them takes it`,
    remedy: remedyFor(job_id),
  };
}

function remedyFor(job: string): string {
  return [
    `\`jobq abandon ${job}\`, then \`jobq retry ${job} --run-on <runner>\``,
    'for later ones give --run-on to `jobq submit` or set queue.run_on',
    'where a runner is gone for good, delete its runners/<id>.json on its machine: then the other one gets it',
  ].join('; ');
}

/** Of many such orders one problem says it for all. */
export function mergeAmbiguous(problems: readonly Problem[], runners: readonly string[]): Problem[] {
  const [first, ...more] = problems.filter(({ kind }) => kind === AMBIGUOUS);
  if (first === undefined || more.length === 0) return [...problems];
  const all: Problem = {
    kind: AMBIGUOUS,
    file: 'outbox',
    reason: `orders for any runner wait: several are known (${runners.join(', ')}), and nobody says which of them takes which`,
    remedy: remedyFor('<job>'),
  };
  return [all, ...problems.filter(({ kind }) => kind !== AMBIGUOUS)];
}
