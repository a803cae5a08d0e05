// Everything in a queue's folder that a person should look at, as values.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { sentence } from '../job/issues.ts';
import { jobIdProblem } from '../job/job-id.ts';
import { parseRecord } from '../job/record.ts';
import { JOB_JSON } from '../job/seal.ts';
import { isConflictCopy, isSkippedName } from '../job/skipped-names.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import type { JobIndex } from './find.ts';
import type { Layout } from './layout.ts';
import { readOrder } from './read-order.ts';
import { readRequests } from './requests.ts';
import { checkHandMade } from './seal-hand-made.ts';
import { listTree } from './tree.ts';
import { unreadable } from './unreadable.ts';

export function findProblems(files: Files, layout: Layout, index: JobIndex): Problem[] {
  const problems = [...strayFiles(files, layout, 'outbox'), ...strayFiles(files, layout, 'inbox')];
  for (const jobId of index.open) {
    problems.push(...jobProblems(files, layout, jobId));
  }
  return problems;
}

function jobProblems(files: Files, layout: Layout, jobId: string): Problem[] {
  try {
    const problems = [...orderProblems(files, layout, jobId), ...recordProblems(files, layout, jobId)];
    readRequests(files, layout, jobId, problems);
    return problems;
  } catch (error) {
    return [unreadable(jobId, messageOf(error))];
  }
}

function strayFiles(files: Files, layout: Layout, tree: 'outbox' | 'inbox'): Problem[] {
  return (files.list(layout.tree(tree)) ?? []).flatMap(({ name, kind }) => {
    if (isConflictCopy(name)) return [conflict(`${tree}/${name}`)];
    if (isSkippedName(name) || (kind === 'directory' && !jobIdProblem(name))) return [];
    const reason =
      kind === 'directory'
        ? `has a name that no job can have: it ${jobIdProblem(name)}`
        : 'is not a job directory';
    return [
      {
        kind: 'foreign-file',
        file: `${tree}/${name}`,
        reason,
        remedy: 'move it out of the queue',
      },
    ];
  });
}

function conflict(file: string, job_id?: string): Problem {
  return {
    kind: 'conflict-copy',
    file,
    ...(job_id && { job_id }),
    reason: 'both sides changed one file: somebody wrote where only the other side may write',
    remedy: 'compare it with the original, then remove it on the side that wrote it',
  };
}

function orderProblems(files: Files, layout: Layout, jobId: string): Problem[] {
  const dir = layout.order(jobId);
  const conflicts = listTree(files, dir).conflicts.map((file) => conflict(`outbox/${jobId}/${file}`, jobId));
  const facts = readOrder(files, dir, jobId);
  const broken = (reason: string, remedy: string): Problem => ({
    kind: 'broken-order',
    file: `outbox/${jobId}`,
    job_id: jobId,
    reason,
    remedy,
  });
  if (facts?.seal === 'missing') {
    const reason = unsealedFault(files, dir, jobId);
    return reason
      ? [...conflicts, broken(reason, 'correct it: the watcher seals the order once it has been quiet')]
      : conflicts;
  }
  if (facts?.seal === 'unfit')
    return [...conflicts, broken(facts.reason, 'submit it again, unless it is still arriving')];
  if (facts?.seal === 'valid' && facts.unsealed.length > 0) {
    conflicts.push({
      kind: 'unsealed-files',
      file: `outbox/${jobId}`,
      job_id: jobId,
      reason: `not named by SHA256SUMS: ${facts.unsealed.join(', ')}`,
      remedy: 'a sealed order is final: submit a new one if these files matter',
    });
  }
  return conflicts;
}

/** What keeps an order without a seal from being sealed. */
function unsealedFault(files: Files, dir: string, jobId: string): string | undefined {
  try {
    checkHandMade({ files }, dir, jobId, listTree(files, dir));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function recordProblems(files: Files, layout: Layout, jobId: string): Problem[] {
  const dir = layout.record(jobId);
  const conflicts = listTree(files, dir).conflicts.map((file) => conflict(`inbox/${jobId}/${file}`, jobId));
  const bytes = files.read(path.join(dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  if (!parsed || parsed.ok) return conflicts;
  const reason = parsed.problems.map((problem) => sentence(JOB_JSON, problem)).join('; ');
  return [
    ...conflicts,
    {
      kind: 'broken-record',
      file: `inbox/${jobId}/${JOB_JSON}`,
      job_id: jobId,
      reason,
      remedy: 'wait for the next heartbeat, or look on the runner',
    },
  ];
}
