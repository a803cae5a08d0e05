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
  return knownFor(schema)(bytes, () => {
    const json = parseJson(bytes);
    return 'problem' in json ? failed('', json.problem) : checkWith(schema, json.value);
  }) as Parsed<T>;
}

const known = new WeakMap<object, Remembering<Parsed<unknown>>>();

function knownFor(schema: object): Remembering<Parsed<unknown>> {
  const remembered = known.get(schema) ?? remembering<Parsed<unknown>>();
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
