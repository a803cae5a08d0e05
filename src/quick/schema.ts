// Stands in for zod/mini in the quick program, where making zod's schemas would take longer than all that is read with
// them. Of what jobq uses it does the same, issue for issue (test/quick/schema.test.ts); it knows no schema.

type Path = PropertyKey[];

export interface Issue {
  code: string;
  path: Path;
  message: string;
  /** Not there: what was found is of no type that checks could look at. */
  continue?: boolean;
  [more: string]: unknown;
}

export type Run = (value: unknown, issues: Issue[]) => unknown;
type Check = (value: unknown, issues: Issue[]) => void;

export interface Schema {
  run: Run;
  /** What an absent key is to it; undefined refuses it. */
  absent?: 'left-out' | 'filled-in' | undefined;
  mayBeAbsentAfter?: boolean | undefined;
  shape?: Record<string, Schema>;
  values?: readonly unknown[];
  /** Where zod has it. */
  _zod?: { values: ReadonlySet<unknown> };
  check(...checks: Check[]): Schema;
  safeParse(
    value: unknown,
  ): { success: true; data: unknown } | { success: false; error: { issues: Issue[] } };
}

const INVALID = 'Invalid input';

export function issueOf(code: string, more: Partial<Issue>): Issue {
  return { code, path: [], message: INVALID, ...more };
}

export const isAborted = (issues: readonly Issue[], from: number) =>
  issues.some((issue, index) => index >= from && issue.continue !== true);

/** What is told of them: nobody outside asks whether checks went on. */
export const finished = (issues: readonly Issue[]) =>
  issues.map(({ continue: _continue, ...told }) => told as Issue);

type Traits = Omit<Schema, 'run' | 'check' | 'safeParse'>;

export function schemaOf(run: Run, traits: Traits = {}): Schema {
  return {
    ...traits,
    run,
    check: (...checks) => schemaOf(checked(run, checks), traits),
    safeParse: (value) => {
      const issues: Issue[] = [];
      const data = run(value, issues);
      if (issues.length === 0) return { success: true, data };
      return { success: false, error: { issues: finished(issues) } };
    },
  };
}

function checked(run: Run, checks: readonly Check[]): Run {
  return (value, issues) => {
    const from = issues.length;
    const made = run(value, issues);
    for (const check of checks) {
      if (isAborted(issues, from)) break;
      check(made, issues);
    }
    return made;
  };
}

/** Runs a part; what it finds is told with its place. */
export function runAt({ run }: Schema, key: PropertyKey, value: unknown, issues: Issue[]): unknown {
  const from = issues.length;
  const made = run(value, issues);
  for (let at = from; at < issues.length; at++) issues[at]?.path.unshift(key);
  return made;
}

function ofType(expected: string, is: (value: unknown) => boolean): Schema {
  return schemaOf((value, issues) => {
    if (!is(value)) issues.push(issueOf('invalid_type', { expected }));
    return value;
  });
}

export const string = () => ofType('string', (value) => typeof value === 'string');
export const boolean = () => ofType('boolean', (value) => typeof value === 'boolean');
export const number = () => ofType('number', (value) => Number.isFinite(value));
export const unknown = () => schemaOf((value) => value);
export const int = () => number().check(wholeNumber);

const wholeNumber: Check = (value, issues) => {
  if (!Number.isInteger(value)) issues.push(issueOf('invalid_type', { expected: 'int', format: 'safeint' }));
  else if (!Number.isSafeInteger(value)) beyond(value as number, issues);
};

function beyond(value: number, issues: Issue[]): void {
  const note = 'Integers must be within the safe integer range.';
  const told = { note, origin: 'int', inclusive: true, continue: true };
  issues.push(
    value > 0
      ? issueOf('too_big', { maximum: Number.MAX_SAFE_INTEGER, ...told })
      : issueOf('too_small', { minimum: Number.MIN_SAFE_INTEGER, ...told }),
  );
}

const told = { origin: 'number', continue: true };

export const maximum =
  (most: number): Check =>
  (value, issues) => {
    if ((value as number) > most)
      issues.push(issueOf('too_big', { maximum: most, inclusive: true, ...told }));
  };
export const lte = (most: number) => maximum(most);

const atLeast =
  (least: number, inclusive: boolean): Check =>
  (value, issues) => {
    const fits = inclusive ? (value as number) >= least : (value as number) > least;
    if (!fits) issues.push(issueOf('too_small', { minimum: least, inclusive, ...told }));
  };
export const minimum = (least: number) => atLeast(least, true);
export const nonnegative = () => atLeast(0, true);
export const positive = () => atLeast(0, false);

function oneOf(values: readonly unknown[]): Schema {
  const isOne = (value: unknown) => values.includes(value);
  return schemaOf(
    (value, issues) => {
      if (!isOne(value)) issues.push(issueOf('invalid_value', { values: [...values] }));
      return value;
    },
    { values, _zod: { values: new Set(values) } },
  );
}

export const literal = (value: unknown) => oneOf([value]);
const anEnum = (values: readonly string[]) => oneOf(values);

interface Told {
  addIssue(issue: Partial<Issue>): void;
}

export const superRefine =
  (look: (value: never, ctx: Told) => void): Check =>
  (value, issues) => {
    const addIssue: Told['addIssue'] = ({ path = [], ...issue }) =>
      void issues.push(issueOf('custom', { continue: true, ...issue, path: [...path] }));
    look(value as never, { addIssue });
  };

export type Words = string | { error?: unknown; message?: string };

/** As zod reads it: a text, an object with one, or a function of what was found. */
export function messageOf(words: Words | undefined, code: string, input: unknown): string {
  if (words === undefined || typeof words === 'string') return words ?? INVALID;
  const { error, message } = words;
  const made = typeof error === 'function' ? (error({ input, code }) as unknown) : error;
  return typeof made === 'string' ? made : (message ?? INVALID);
}

const custom_ =
  (fits: (value: never) => boolean, words: Words | undefined, goesOn: boolean): Check =>
  (value, issues) => {
    if (fits(value as never)) return;
    const path = (words as { path?: Path } | undefined)?.path ?? [];
    issues.push(
      issueOf('custom', { message: messageOf(words, 'custom', value), path: [...path], continue: goesOn }),
    );
  };

export const refine = (fits: (value: never) => boolean, words?: Words) => custom_(fits, words, true);
export const custom = (fits: (value: never) => boolean, words?: Words) =>
  schemaOf((value) => value).check(custom_(fits, words, false));

export function optional(inner: Schema): Schema {
  const isFilledIn = inner.absent === 'filled-in';
  return schemaOf(
    (value, issues) => (value === undefined && !isFilledIn ? value : inner.run(value, issues)),
    { ...traitsOf(inner), absent: isFilledIn ? 'filled-in' : 'left-out', mayBeAbsentAfter: true },
  );
}

export function nullable(inner: Schema): Schema {
  return schemaOf((value, issues) => (value === null ? value : inner.run(value, issues)), traitsOf(inner));
}

export const nullish = (inner: Schema) => optional(nullable(inner));

function traitsOf({ absent, mayBeAbsentAfter, values }: Schema): Traits {
  return { absent, mayBeAbsentAfter, ...(values && { values }) };
}

function withDefault(inner: Schema, fallback: unknown): Schema {
  const made = () => (Array.isArray(fallback) ? [...(fallback as unknown[])] : copyOf(fallback));
  return schemaOf(
    (value, issues) => {
      const given = value === undefined ? undefined : inner.run(value, issues);
      return given === undefined ? made() : given;
    },
    { absent: 'filled-in' },
  );
}

const copyOf = (value: unknown) => (isObject(value) ? { ...value } : value);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function array(item: Schema): Schema {
  return schemaOf((value, issues) => {
    if (Array.isArray(value)) return value.map((each, index) => runAt(item, index, each, issues));
    issues.push(issueOf('invalid_type', { expected: 'array' }));
    return value;
  });
}

export const transform = (make: (value: never) => unknown) =>
  schemaOf((value) => make(value as never), { absent: 'left-out' });

/** What the first finds wrong, the second does not see. */
export function pipe(first: Schema, second: Schema): Schema {
  return schemaOf(
    (value, issues) => {
      const from = issues.length;
      const made = first.run(value, issues);
      const isWrong = issues.slice(from).some(({ code }) => code !== 'unrecognized_keys');
      return isWrong ? made : second.run(made, issues);
    },
    { absent: first.absent, mayBeAbsentAfter: second.mayBeAbsentAfter },
  );
}

export { anEnum as enum, withDefault as _default };
