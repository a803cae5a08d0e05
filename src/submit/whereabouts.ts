// Where a job is: in outbox/, archive/ or inbox/, or nowhere; and whether what it depends on exists and ends.
import path from 'node:path';
import { hasBroken } from '../job/dependency.ts';
import { jobIdProblem } from '../job/job-id.ts';
import type { Fields } from '../job/lenient-text.ts';
import { JOB_JSON } from '../job/seal.ts';
import { circleFrom } from '../store/circles.ts';
import { dependencyOf } from '../store/dependencies.ts';
import { indexJobs } from '../store/find.ts';
import { fieldsIn, kinOf } from '../store/kin.ts';
import type { Layout } from '../store/layout.ts';
import { jobOfArchived, ORDER_DIR } from '../store/layout.ts';
import type { Files } from '../system/files.ts';
import type { Findings } from './problems.ts';
import { problem } from './problems.ts';
import type { SubmitRequest } from './request.ts';

export interface Whereabouts {
  /** The order, where there still is one. */
  orderDir: string | undefined;
  /** The order's job.json, or else the record's, which repeats the order's fields; undefined when unreadable. */
  fields: Fields | undefined;
}

/**
 * Where a job is; undefined when it is nowhere. outbox/ is looked at before archive/: an order is renamed from the
 * one to the other, so whoever looks in that order cannot miss it on its way.
 */
export function findJob(files: Files, layout: Layout, jobId: string): Whereabouts | undefined {
  const outbox = layout.order(jobId);
  if (files.facts(outbox)) return { orderDir: outbox, fields: fieldsIn(files, outbox) };
  const archived = archivedDirs(files, layout, jobId);
  for (const dir of archived) {
    const order = path.join(dir, ORDER_DIR);
    const fields = fieldsIn(files, order);
    if (fields) return { orderDir: order, fields };
  }
  const [results] = [...archived, layout.record(jobId)].filter((dir) => files.facts(dir));
  return results === undefined ? undefined : { orderDir: undefined, fields: fieldsIn(files, results) };
}

function archivedDirs(files: Files, layout: Layout, jobId: string): string[] {
  return (files.list(layout.archive) ?? []).flatMap(({ name, kind }) =>
    kind === 'directory' && jobOfArchived(name) === jobId ? [layout.archived(name)] : [],
  );
}

/** May no new job have this id? Requests alone count too: they would meet the new job. */
export function isTaken(files: Files, layout: Layout, jobId: string): boolean {
  const isThere = (dir: string) => files.facts(dir) !== undefined;
  return (
    isThere(layout.order(jobId)) ||
    archivedDirs(files, layout, jobId).length > 0 ||
    isThere(layout.record(jobId)) ||
    isThere(layout.requests(jobId))
  );
}

/** Adds what is wrong with the jobs that a new job is to wait for. */
export function checkDependencies(
  files: Files,
  layout: Layout,
  { dependsOn, onDependencyFailure = 'cancel' }: Pick<SubmitRequest, 'dependsOn' | 'onDependencyFailure'>,
  found: Findings,
): void {
  for (const id of dependsOn) {
    const broken = jobIdProblem(id);
    const message = broken ? `it ${broken}` : unknownOrCircular(files, layout, id);
    if (message) found.errors.push(problem('depends-on', JOB_JSON, `depends_on ${id}: ${message}`));
    else warnOfFailure(files, layout, id, onDependencyFailure, found);
  }
}

/** What becomes of a job whose dependency has failed. */
const FOLLOWS = {
  cancel: 'this job will be cancelled (--on-dependency-failure cancel, the default)',
  release: 'this job starts all the same (--on-dependency-failure release)',
  wait: `this job waits until that is tried again with success, or somebody releases it (--on-dependency-failure wait)`,
} as const satisfies Record<NonNullable<SubmitRequest['onDependencyFailure']>, string>;

function warnOfFailure(
  files: Files,
  layout: Layout,
  id: string,
  wish: keyof typeof FOLLOWS,
  found: Findings,
): void {
  const { open, archived } = indexJobs(files, layout);
  const kin = () => kinOf(files, layout, archived, open);
  const dependency = dependencyOf(files, layout, { archived, kin }, id);
  if (!hasBroken(dependency)) return;
  const how = dependency.state === 'cancelled' ? 'was cancelled' : 'has failed';
  const message = `depends_on ${id}: it ${how} already, and no retry of it is to come: ${FOLLOWS[wish]}`;
  found.warnings.push(problem('depends-on', JOB_JSON, message));
}

function unknownOrCircular(files: Files, layout: Layout, id: string): string | undefined {
  if (!findJob(files, layout, id)) return 'there is no such job in outbox/, inbox/ or archive/';
  const circle = circleFrom(files, layout, id);
  return circle && `it waits in a circle: ${circle.join(' -> ')}`;
}
