// Everything in a queue's folder that a person should look at, as values. An order is read once, however many jobs wait.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { sentence } from '../job/issues.ts';
import { RUN_ON_AUTO, wantedRunner } from '../job/order.ts';
import type { JobRecord } from '../job/record.ts';
import { parseRecord } from '../job/record.ts';
import type { Requests } from '../job/request.ts';
import { JOB_JSON } from '../job/seal.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import { nameBreach } from './archive-names.ts';
import { circleProblems, circlesOf, dependenciesIn } from './circles.ts';
import { conflictProblem } from './conflicts.ts';
import type { JobIndex } from './find.ts';
import type { Layout } from './layout.ts';
import type { OrderLook } from './order-look.ts';
import { lookAtOrder } from './order-look.ts';
import { readPresences } from './presences.ts';
import { ambiguousAssignment, mergeAmbiguous, queueProblems } from './queue-problems.ts';
import { readRequests } from './requests.ts';
import { isSealedManifest, readSeal } from './seal.ts';
import { checkHandMade } from './seal-hand-made.ts';
import { listNames, listTree } from './tree.ts';
import { forShowing, unreadable } from './unreadable.ts';

export function findProblems(files: Files, layout: Layout, index: JobIndex): Problem[] {
  const runners = runnerIds(files, layout);
  const waits = new Map<string, string[]>();
  const ofJobs = [...index.open].flatMap((id) => jobProblems(files, layout, id, index, { runners, waits }));
  const circles = circleProblems(waits);
  return [...queueProblems(files, layout, index.open), ...mergeAmbiguous(ofJobs, runners), ...circles];
}

/** Those of one open job. */
export function findJobProblems(files: Files, layout: Layout, index: JobIndex, jobId: string): Problem[] {
  const around = { runners: runnerIds(files, layout), waits: new Map() };
  return [
    ...jobProblems(files, layout, jobId, index, around),
    ...circlesOf(
      forShowing(files, () => {}),
      layout,
      jobId,
    ),
  ];
}

function runnerIds(files: Files, layout: Layout): string[] {
  return readPresences(files, layout).map(({ runner_id }) => runner_id);
}

interface Around {
  runners: readonly string[];
  /** Takes in what jobs depend on that nobody has released or cancelled. */
  waits: Map<string, string[]>;
}

function jobProblems(
  files: Files,
  layout: Layout,
  jobId: string,
  { archived }: Pick<JobIndex, 'archived'>,
  { runners, waits: waiting }: Around,
): Problem[] {
  try {
    const order = lookAtOrder(files, layout.order(jobId));
    const { record, problems: ofRecord } = lookAtRecord(files, layout, jobId);
    const problems = [...orderProblems(files, layout, jobId, order, record), ...ofRecord];
    const requests = readRequests(files, layout, jobId, problems);
    if (!requests.release && !requests.cancel) waiting.set(jobId, dependenciesIn(order.fields));
    const waits =
      !record && !archived.has(jobId) && runners.length > 1 && waitsForAssignment(order, requests);
    return waits ? [...problems, ambiguousAssignment(jobId, runners)] : problems;
  } catch (error) {
    return [unreadable(jobId, error)];
  }
}

/** What the watcher would assign if there were one runner. */
function waitsForAssignment(order: OrderLook, { assign, archived, cancel }: Requests): boolean {
  if (order.seal !== 'valid' || assign || archived || cancel?.abandoned) return false;
  return wantedRunner(order.fields) === RUN_ON_AUTO;
}

function orderProblems(
  files: Files,
  layout: Layout,
  jobId: string,
  order: OrderLook,
  record: JobRecord | undefined,
): Problem[] {
  const conflicts = order.conflicts.map((file) =>
    conflictProblem(files, layout, `outbox/${jobId}/${file}`, jobId),
  );
  const told = (kind: Problem['kind'], reason: string, remedy: string): Problem[] => [
    ...conflicts,
    { kind, file: `outbox/${jobId}`, job_id: jobId, reason, remedy },
  ];
  if (order.seal === 'none') return conflicts;
  const change = changeSince(order, record);
  if (change !== undefined) return told('changed-order', change, CHANGED);
  if (order.seal === 'missing') {
    const reason = unsealedFault(files, layout.order(jobId), jobId);
    return reason
      ? told('broken-order', reason, 'correct it: the watcher seals the order once it has been quiet')
      : conflicts;
  }
  if (order.seal === 'unfit')
    return told('broken-order', order.reason, 'submit it again, unless it is still arriving');
  if (order.unsealed.length === 0) return conflicts;
  return told(
    'unsealed-files',
    `not named by SHA256SUMS: ${order.unsealed.join(', ')}`,
    'a sealed order is final: submit a new one if these files matter',
  );
}

const CHANGED =
  'the run goes on with the copy of what was sealed; put that back if it is to be tried again, and submit a new order for other inputs';

/** How an order differs from the one that its runner started. */
function changeSince(
  order: Exclude<OrderLook, { seal: 'none' }>,
  record: JobRecord | undefined,
): string | undefined {
  const taken = record?.state === 'queued' ? undefined : record?.order_seal_sha256;
  if (taken === undefined) return undefined;
  if (order.seal === 'unfit') return `changed after its runner had taken it: ${order.reason}`;
  if (order.seal === 'missing') return 'changed after its runner had taken it: its seal is gone';
  return order.sha256 === taken ? undefined : 'changed after its runner had taken it: it has another seal';
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

function lookAtRecord(
  files: Files,
  layout: Layout,
  jobId: string,
): { record: JobRecord | undefined; problems: Problem[] } {
  const dir = layout.record(jobId);
  const problems = listNames(files, dir).conflicts.map((file) =>
    conflictProblem(files, layout, `inbox/${jobId}/${file}`, jobId),
  );
  const broken = (reason: string, remedy: string) =>
    void problems.push({
      kind: 'broken-record',
      file: `inbox/${jobId}/${JOB_JSON}`,
      job_id: jobId,
      reason,
      remedy,
    });
  const bytes = files.readSmall(path.join(dir, JOB_JSON));
  const parsed = bytes && parseRecord(bytes, jobId);
  if (!parsed) return { record: undefined, problems };
  if (!parsed.ok) {
    const reason = parsed.problems.map((problem) => sentence(JOB_JSON, problem)).join('; ');
    broken(reason, 'wait for the next heartbeat, or look on the runner');
    return { record: undefined, problems };
  }
  const seal = readSeal(files, dir);
  if (seal.seal === 'valid' && !isSealedManifest(seal.entries, bytes)) broken(OTHER_SEAL, REVERT);
  const taken = seal.seal === 'valid' ? nameBreach(seal.entries) : undefined;
  if (taken !== undefined) broken(`SHA256SUMS names ${taken}: it is not archived`, TAKEN);
  return { record: parsed.value, problems };
}

const TAKEN =
  'no runner of this version writes that: look at who did; `jobq abandon` archives the rest of it, without what bears such a name';
const OTHER_SEAL =
  'its digest is not the one in SHA256SUMS: it is still arriving, or somebody changed it after the end';
const REVERT =
  'only its runner writes here: where the folder is receive-only, "Revert Local Changes" in Syncthing brings back what the runner wrote';
