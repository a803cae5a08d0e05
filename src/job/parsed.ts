// One way to read a wire file: bytes -> value of its schema, or what is wrong with it, each thing once.
import type * as z from 'zod/mini';
import type { FieldProblem } from './issues.ts';
import { describeIssues } from './issues.ts';
import { parseJson } from './lenient-text.ts';
import type { Remembering } from './remember.ts';
import { remembering } from './remember.ts';

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: FieldProblem[] };

export function failed<T>(field: string, reason: string): Parsed<T> {
  return { ok: false, problems: [{ field, reason }] };
}

/** Parses a JSON object that may have been written by hand, and checks it against a schema. */
export function parseWith<T>(schema: z.ZodMiniType<T>, bytes: Uint8Array): Parsed<T> {
  const { same, equal } = knownFor(schema);
  const before = same.get(bytes);
  if (before) return before as Parsed<T>;
  const parsed = equal(bytes, () => {
    const json = parseJson(bytes);
    return 'problem' in json ? failed('', json.problem) : checkWith(schema, json.value);
  });
  same.set(bytes, parsed);
  return parsed as Parsed<T>;
}

interface Known {
  /** By the very bytes: whoever reads a file once may parse it often. */
  same: WeakMap<Uint8Array, Parsed<unknown>>;
  equal: Remembering<Parsed<unknown>>;
}

const known = new WeakMap<object, Known>();

function knownFor(schema: object): Known {
  const remembered = known.get(schema) ?? { same: new WeakMap(), equal: remembering<Parsed<unknown>>() };
  known.set(schema, remembered);
  return remembered;
}

export function checkWith<T>(schema: z.ZodMiniType<T>, raw: unknown): Parsed<T> {
  try {
    const result = schema.safeParse(raw);
    if (result.success) return { ok: true, value: result.data };
    return { ok: false, problems: describeIssues(result.error.issues, raw) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // the stack does not hold as many problems, or lists in lists, as somebody has put in there
    return failed('', 'is nested too deep, or has too many values that do not fit');
  }
}
