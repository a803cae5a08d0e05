// One way to read a wire file: bytes -> value of its schema, or what is wrong with it, each thing once.
import type * as z from 'zod/mini';
import type { FieldProblem } from './issues.ts';
import { describeIssues } from './issues.ts';
import { parseJson } from './lenient-text.ts';

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: FieldProblem[] };

export function failed<T>(field: string, reason: string): Parsed<T> {
  return { ok: false, problems: [{ field, reason }] };
}

/** Parses a JSON object that may have been written by hand, and checks it against a schema. */
export function parseWith<T>(schema: z.ZodMiniType<T>, bytes: Uint8Array): Parsed<T> {
  const json = parseJson(bytes);
  if ('problem' in json) return failed('', json.problem);
  return checkWith(schema, json.value);
}

export function checkWith<T>(schema: z.ZodMiniType<T>, raw: unknown): Parsed<T> {
  const result = schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: describeIssues(result.error.issues, raw) };
}
