// What lies in the queue and should not: conflict copies, foreign and broken files, requests without a job, stop files.
import { isSkippedName } from '../../job/skipped-names.ts';
import type { Problem } from '../../queue/problem.ts';
import { findProblems } from '../../store/find-problems.ts';
import type { Context } from '../context.ts';
import { indexOf } from '../jobs.ts';
import type { DaemonName } from '../stop.ts';
import { fileNameOf } from '../stop.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface LeftoverFacts {
  problems: readonly Problem[];
  /** Jobs that only requests speak of. */
  orphans: readonly string[];
  /** Files that ask a daemon to stop that does not run. */
  stopFiles: readonly string[];
}

/** `stopped` are the daemons of this machine that do not run. */
export function lookAtLeftovers(context: Context, stopped: readonly DaemonName[]): LeftoverFacts {
  const { parts, layout } = context;
  const { files } = parts.disk;
  const index = indexOf(context);
  const asked = (files.list(layout.tree('requests')) ?? [])
    .filter(({ name, kind }) => kind === 'directory' && !isSkippedName(name))
    .map(({ name }) => name);
  return {
    problems: findProblems(files, layout, index),
    orphans: asked.filter((id) => !index.open.has(id)),
    stopFiles: stopped
      .map((daemon) => layout.stopFile(fileNameOf(daemon)))
      .filter((file) => files.facts(file) !== undefined),
  };
}

/** More of one kind are counted. */
const SHOWN = 10;

export function judgeLeftovers({ problems, orphans, stopFiles }: LeftoverFacts): Finding[] {
  const check = newCheck(
    'files in the queue',
    'what is broken or in two versions is not run, or not archived',
  );
  const found = problems.map(({ file, reason, remedy }) => check.warning(`${file}: ${reason}`, remedy));
  const more = found.length - SHOWN;
  return [
    ...(found.length === 0 ? [check.ok('nothing broken, no conflict copies')] : found.slice(0, SHOWN)),
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

function judgeOrphans(orphans: readonly string[]): Finding[] {
  if (orphans.length === 0) return [];
  const check = newCheck('requests', 'a new job of the same name would meet what was asked of the old one');
  const names = orphans.slice(0, SHOWN).join(', ');
  return [
    check.warning(
      `requests of ${orphans.length === 1 ? 'a job that is' : `${orphans.length} jobs that are`} neither in outbox/ nor in inbox/: ${names}`,
      'the watcher removes them when it is sure that the runner knows; delete them by hand only if it never does',
    ),
  ];
}
