// What lies in the queue and should not: conflict copies, foreign and broken files, requests without a job, stop files.
import { isSkippedName } from '../../job/skipped-names.ts';
import type { Problem } from '../../queue/problem.ts';
import { withDigests } from '../../store/conflict-digests.ts';
import { holdsOnlyConflicts } from '../../store/conflicts.ts';
import { findProblems } from '../../store/find-problems.ts';
import { readPresences } from '../../store/presences.ts';
import type { Context } from '../context.ts';
import { indexOf } from '../jobs.ts';
import type { DaemonName } from '../stop.ts';
import { fileNameOf } from '../stop.ts';
import type { Devices } from './conflicts.ts';
import { devicesOf, judgeConflict } from './conflicts.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface LeftoverFacts {
  /** Of conflict copies that are shown, with the digests of both versions. */
  problems: readonly Problem[];
  devices: Devices;
  /** Jobs that only requests speak of. */
  orphans: readonly string[];
  /** Files that ask a daemon to stop that does not run. */
  stopFiles: readonly string[];
}

/**
 * `stopped` are the daemons of this machine that do not run; `deviceNames` what the mirror's settings call its devices, by
 * short id (`shortDeviceId`).
 */
export async function lookAtLeftovers(
  context: Context,
  stopped: readonly DaemonName[],
  deviceNames: ReadonlyMap<string, string> = new Map(),
): Promise<LeftoverFacts> {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const index = indexOf(context);
  const asked = (files.list(layout.tree('requests')) ?? [])
    .filter(({ name, kind }) => kind === 'directory' && !isSkippedName(name))
    .map(({ name }) => name)
    .filter((name) => !holdsOnlyConflicts(files, layout.requests(name)));
  // trees are checked by their markers
  const problems = findProblems(files, layout, index).filter(({ kind }) => kind !== 'unusable-tree');
  return {
    problems: await withShownDigests(context, problems),
    devices: devicesOf(readPresences(files, layout), deviceNames),
    orphans: asked.filter((id) => !index.open.has(id)),
    stopFiles: stopped
      .map((daemon) => layout.stopFile(fileNameOf(daemon)))
      .filter((file) => files.facts(file) !== undefined),
  };
}

/** More of one kind are counted. */
const SHOWN = 10;

/** Whole files are read: only for what is shown. */
async function withShownDigests(
  { parts, layout }: Context,
  problems: readonly Problem[],
): Promise<Problem[]> {
  const shown: Problem[] = [];
  for (const problem of problems.slice(0, SHOWN)) shown.push(await withDigests(parts.disk, layout, problem));
  return [...shown, ...problems.slice(SHOWN)];
}

const check = newCheck('files in the queue', 'what is broken or in two versions is not run, or not archived');

export function judgeLeftovers({ problems, devices, orphans, stopFiles }: LeftoverFacts): Finding[] {
  const found = problems.slice(0, SHOWN).map((problem) => judgeProblem(problem, devices));
  const more = problems.length - SHOWN;
  return [
    ...(found.length === 0 ? [check.ok('nothing broken, no conflict copies')] : found),
    ...(more > 0 ? [check.warning(`and ${more} more`, '`jobq list` shows all of them')] : []),
    ...judgeOrphans(orphans),
    ...stopFiles.map((file) =>
      newCheck('stop file', 'it was meant for a daemon that is gone').warning(
        file,
        'nothing: the next daemon removes it; or delete it',
      ),
    ),
  ];
}

function judgeProblem(problem: Problem, devices: Devices): Finding {
  const { kind, file, reason, remedy } = problem;
  return kind === 'conflict-copy'
    ? judgeConflict(problem, devices)
    : check.warning(`${file}: ${reason}`, remedy);
}

function judgeOrphans(orphans: readonly string[]): Finding[] {
  if (orphans.length === 0) return [];
  const requests = newCheck(
    'requests',
    'a new job of the same name would meet what was asked of the old one',
  );
  const names = orphans.slice(0, SHOWN).join(', ');
  return [
    requests.warning(
      `requests of ${orphans.length === 1 ? 'a job that is' : `${orphans.length} jobs that are`} neither in outbox/ nor in inbox/: ${names}`,
      'the watcher removes them when it is sure that the runner knows; delete them by hand only if it never does',
    ),
  ];
}
