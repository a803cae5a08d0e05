// Says in a person's words what a schema found wrong, with the field's path.
import type * as z from 'zod/mini';

/** One thing wrong with a file that should fit a schema. */
export interface FieldProblem {
  /** Path of the field, such as `args[1]`; empty for the whole file. */
  field: string;
  reason: string;
}

export function fieldPath(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return parts.join('').replace(/^\./, '');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : typeof value;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part],
    value,
  );
}

function reasonOf(issue: z.core.$ZodIssue, raw: unknown): string {
  const got = valueAt(raw, issue.path);
  if (got === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `should be ${issue.expected}, but is ${kindOf(got)}`;
    case 'invalid_value':
      return `should be ${issue.values.map((v) => JSON.stringify(v)).join(' or ')}, but is ${JSON.stringify(got)}`;
    case 'too_small':
      return `should be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}, but is ${JSON.stringify(got)}`;
    case 'too_big':
      return `should be at most ${String(issue.maximum)}, but is ${JSON.stringify(got)}`;
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.join(', ')}`;
    default:
      return issue.message === 'Invalid input'
        ? `has a value that does not fit: ${JSON.stringify(got)}`
        : issue.message;
  }
}

/** Nobody reads more, and a long list of nonsense has one for each item. */
const MOST = 20;
/** Of a value that is shown. */
const SHOWN_MAX = 500;

/** What a failed parse says, each field once, in the order of the schema. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], raw: unknown): FieldProblem[] {
  const told = issues
    .slice(0, MOST)
    .map((issue) => ({ field: fieldPath(issue.path), reason: cut(reasonOf(issue, raw)) }));
  const more = issues.length - MOST;
  return more > 0 ? [...told, { field: '', reason: `has ${more} more such problems` }] : told;
}

function cut(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
}

/** One sentence for one problem: `job.json, args[1]: should be string, but is number`. */
export function sentence(file: string, problem: FieldProblem): string {
  return problem.field ? `${file}, ${problem.field}: ${problem.reason}` : `${file}: ${problem.reason}`;
}
