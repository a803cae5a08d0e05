// The fixed path at which an order's files are to lie while it runs, where the settings give one. Pure.
import { slug } from '../job/job-id.ts';
import type { Order } from '../job/order.ts';
import { partProblem } from '../job/portable-path.ts';

/** The path with its place-holders filled in; undefined where work directories lie below the work root. */
export function workPathOf(
  template: string | undefined,
  order: Pick<Order, 'job_id' | 'project'>,
): string | undefined {
  return template?.replaceAll('{project}', projectDir(order)).replaceAll('{job_id}', order.job_id);
}

/** The project as it is written where it can name a folder: references to it are absolute. */
function projectDir({ project }: Pick<Order, 'project'>): string {
  if (project === undefined) return 'no-project';
  return partProblem(project) === undefined && !/[/\\]/.test(project) ? project : slug(project);
}
