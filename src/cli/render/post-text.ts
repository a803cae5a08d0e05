// How post-processing ended, as people read it; what is in its result and not known here is shown as it is written.
import type { Style } from './style.ts';
import { table } from './table.ts';

interface Ended {
  name?: unknown;
  status?: unknown;
  exit_code?: unknown;
  signal?: unknown;
  timed_out?: unknown;
  problem?: unknown;
  tries?: unknown;
}

/** The processors of a result, one line each; nothing where it has none. */
export function processorLines(style: Style, post: object): string[] {
  const { processors } = post as { processors?: unknown };
  if (!Array.isArray(processors) || processors.length === 0) return [];
  const rows = processors
    .filter((each): each is Ended => typeof each === 'object' && each !== null)
    .map((each) => [textOf(each.name), textOf(each.status), howText(each), textOf(each.tries)]);
  return table(style, ['processor', 'ended', 'how', 'tries'], rows).split('\n');
}

/** The fields that the table does not show. */
export function otherFields(post: object): object {
  const { processors, ...rest } = post as { processors?: unknown };
  return Array.isArray(processors) && processors.length > 0 ? rest : post;
}

function howText({ exit_code, signal, timed_out, problem }: Ended): string {
  if (typeof problem === 'string') return problem.replace(/\s*\n\s*/g, ' ');
  if (timed_out === true) return 'its time ran out';
  if (typeof signal === 'string') return `ended by ${signal}`;
  return typeof exit_code === 'number' ? `exit code ${exit_code}` : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
