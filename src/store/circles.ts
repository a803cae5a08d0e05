// Open orders that wait for each other in a circle: none of them ever starts. A new order cannot close one, as it depends
// on what is there already; orders written by hand can.
import { jobIdProblem } from '../job/job-id.ts';
import type { Fields } from '../job/lenient-text.ts';
import type { Problem } from '../queue/problem.ts';
import type { Files } from '../system/files.ts';
import { fieldsIn } from './kin.ts';
import type { Layout } from './layout.ts';
import { readRequests } from './requests.ts';

/** What an order depends on, as far as that can be read. */
export function dependenciesIn(fields: Fields | undefined): string[] {
  const told = fields?.['depends_on'];
  if (!Array.isArray(told)) return [];
  return told.filter((each): each is string => typeof each === 'string' && jobIdProblem(each) === undefined);
}

type Lookup = (jobId: string) => readonly string[];

/** A circle of open orders that can be reached from this one: its jobs, the first of them again at the end. */
export function circleFrom(files: Files, layout: Layout, start: string): string[] | undefined {
  return newSearch((id) => dependenciesIn(fieldsIn(files, layout.order(id))))(start);
}

/** Looks for circles; what is known to lead into none is not looked at again. */
function newSearch(dependenciesOf: Lookup): (start: string) => string[] | undefined {
  const done = new Set<string>();
  const follow = (id: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(id)) return [...trail.slice(trail.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const dependency of dependenciesOf(id)) {
      const circle = follow(dependency, [...trail, id]);
      if (circle) return circle;
    }
    done.add(id);
    return undefined;
  };
  return (start) => follow(start, []);
}

/** Every circle, each once, among jobs that nobody has released or cancelled, by what each of them depends on. */
export function circleProblems(waits: ReadonlyMap<string, readonly string[]>): Problem[] {
  const search = newSearch((id) => waits.get(id) ?? []);
  const found = new Map<string, Problem>();
  for (const id of waits.keys()) {
    const circle = search(id)?.slice(0, -1) ?? [];
    if (circle.length > 0) found.set([...circle].sort().join(' '), problemOf(circle));
  }
  return [...found.values()];
}

/** The circle that keeps one job waiting, if one does. */
export function circlesOf(files: Files, layout: Layout, jobId: string): Problem[] {
  const search = newSearch((id) => {
    const { release, cancel } = readRequests(files, layout, id);
    return release || cancel ? [] : dependenciesIn(fieldsIn(files, layout.order(id)));
  });
  const circle = search(jobId)?.slice(0, -1);
  return circle ? [{ ...problemOf(circle), job_id: jobId }] : [];
}

function problemOf(circle: readonly string[]): Problem {
  const least = [...circle].sort()[0] ?? '';
  const from = circle.indexOf(least);
  const turned = [...circle.slice(from), ...circle.slice(0, from), least];
  return {
    kind: 'dependency-circle',
    file: `outbox/${least}`,
    job_id: least,
    reason: `waits in a circle, so that none of these ever starts: ${turned.join(' -> ')}`,
    remedy: `\`jobq release ${least} --force\` starts it without what it depends on, \`jobq cancel ${least}\` gives it up`,
  };
}
