// The part of the stand-in for zod/mini that is about objects: shapes, records and unions.
import type { Issue, Run, Schema, Words } from './schema.ts';
import { finished, isAborted, isObject, issueOf, messageOf, runAt, schemaOf } from './schema.ts';

type Shape = Record<string, Schema>;

/** What becomes of keys that no shape names. */
type Others = 'dropped' | 'kept' | 'refused';

function objectOf(others: Others) {
  return (shape: Shape): Schema => {
    const keys = Object.keys(shape);
    const named = new Set(keys);
    const run: Run = (value, issues) => {
      if (!isObject(value)) {
        issues.push(issueOf('invalid_type', { expected: 'object' }));
        return value;
      }
      const made: Record<string, unknown> = {};
      for (const key of keys) property(shape[key] as Schema, key, value, { made, issues });
      if (others !== 'dropped') otherKeys(value, named, others, { made, issues });
      return made;
    };
    return schemaOf(run, { shape });
  };
}

export const object = objectOf('dropped');
export const looseObject = objectOf('kept');
export const strictObject = objectOf('refused');

interface Making {
  made: Record<string, unknown>;
  issues: Issue[];
}

function property(
  schema: Schema,
  key: string,
  input: Record<string, unknown>,
  { made, issues }: Making,
): void {
  const { absent, mayBeAbsentAfter } = schema;
  const isPresent = key in input;
  if (!isPresent && mayBeAbsentAfter && absent === 'left-out') return;
  const from = issues.length;
  const value = runAt(schema, key, input[key], issues);
  if (!isPresent && issues.length > from && absent !== undefined && mayBeAbsentAfter) {
    issues.length = from;
    return;
  }
  if (!isPresent && absent === undefined) {
    if (issues.length === from)
      issues.push(issueOf('invalid_type', { expected: 'nonoptional', path: [key] }));
    return;
  }
  if (value !== undefined || isPresent || (absent === 'filled-in' && !mayBeAbsentAfter)) made[key] = value;
}

function otherKeys(
  input: Record<string, unknown>,
  named: ReadonlySet<string>,
  others: Others,
  { made, issues }: Making,
): void {
  const refused: string[] = [];
  for (const key in input) {
    if (named.has(key)) continue;
    if (others === 'refused') refused.push(key);
    // as a key of a plain object it would be the prototype
    else if (key !== '__proto__') made[key] = input[key];
  }
  if (refused.length > 0) issues.push(issueOf('unrecognized_keys', { keys: refused, continue: true }));
}

export function record(keySchema: Schema, valueSchema: Schema): Schema {
  return schemaOf((value, issues) => {
    if (!isObject(value)) {
      issues.push(issueOf('invalid_type', { expected: 'record' }));
      return value;
    }
    const made: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (key === '__proto__') continue;
      const ofKey: Issue[] = [];
      keySchema.run(key, ofKey);
      if (ofKey.length > 0) issues.push(invalidKey(key, ofKey));
      else made[key] = runAt(valueSchema, key, value[key], issues);
    }
    return made;
  });
}

function invalidKey(key: string, ofKey: readonly Issue[]): Issue {
  return issueOf('invalid_key', { origin: 'record', issues: finished(ofKey), path: [key] });
}

export function union(options: readonly Schema[]): Schema {
  return schemaOf((value, issues) => {
    const tried: { made: unknown; found: Issue[] }[] = [];
    for (const { run } of options) {
      const found: Issue[] = [];
      const made = run(value, found);
      if (found.length === 0) return made;
      tried.push({ made, found });
    }
    const [only, ...more] = tried.filter(({ found }) => !isAborted(found, 0));
    if (only !== undefined && more.length === 0) {
      issues.push(...only.found);
      return only.made;
    }
    issues.push(issueOf('invalid_union', { errors: tried.map(({ found }) => finished(found)) }));
    return value;
  }, absenceOf(options));
}

/** A union takes of an absent key what the most generous of its options takes. */
function absenceOf(options: readonly Schema[]): Pick<Schema, 'absent' | 'mayBeAbsentAfter'> {
  const has = (absent: Schema['absent']) => options.some((option) => option.absent === absent);
  const leftOut = has('left-out') ? 'left-out' : undefined;
  return {
    absent: has('filled-in') ? 'filled-in' : leftOut,
    mayBeAbsentAfter: options.some((option) => option.mayBeAbsentAfter),
  };
}

/** Each option names in its shape the values of the key by which it is chosen. */
export function discriminatedUnion(key: string, options: readonly Schema[], words?: Words): Schema {
  const known = new Map<unknown, Schema>();
  for (const option of options)
    for (const value of option.shape?.[key]?.values ?? []) known.set(value, option);
  return schemaOf((value, issues) => {
    const refuse = (code: string, told: object) => {
      issues.push(issueOf(code, { ...told, message: messageOf(words, code, value) }));
      return value;
    };
    if (!isObject(value)) return refuse('invalid_type', { expected: 'object' });
    const option = known.get(value[key]);
    if (option) return option.run(value, issues);
    const why = { errors: [], note: 'No matching discriminator', discriminator: key };
    return refuse('invalid_union', { ...why, options: [...known.keys()], path: [key] });
  });
}
