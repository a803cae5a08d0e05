// The stand-in for zod/mini against zod/mini itself: the same shapes, the same values, and all that comes of them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as zod from 'zod/mini';
import * as mini from '../../src/quick/mini.ts';

type Zod = typeof zod;
type Schema = zod.ZodMiniType;
/** A schema as the code of jobq would write it, over one of the two. */
type Make = (z: Zod) => Schema;

const told = (z: Zod) =>
  z.string().check(
    z.superRefine<string>((text, ctx) => {
      if (text.length > 3) ctx.addIssue({ code: 'custom', message: `is long: ${text}` });
    }),
  );

const LEAVES: readonly Make[] = [
  (z) => z.string(),
  (z) => z.boolean(),
  (z) => z.number(),
  (z) => z.int(),
  (z) => z.unknown(),
  (z) => z.literal('a'),
  (z) => z.literal(1),
  (z) => z.enum(['a', 'b']),
  told,
  (z) => z.int().check(z.nonnegative(), z.lte(7)),
  (z) => z.number().check(z.positive()),
  (z) => z.number().check(z.minimum(1), z.maximum(5)),
  (z) => z.custom<string>((value) => value === 'b', 'is not b'),
  (z) => z.custom<never>(() => false, { error: 'is never right' }),
  (z) => z.string().check(z.refine((text) => text !== 'b', 'is b')),
  (z) => z.string().check(z.refine((text) => text !== 'b', { error: 'is b' })),
  (z) => z.array(z.string()).check(z.refine(({ length }) => length > 0, 'is empty')),
  (z) =>
    z.pipe(
      z.nullish(z.array(z.string())),
      z.transform((items) => items ?? []),
    ),
];

const KEYS = ['kind', 'a', 'b', 'c'] as const;

const makes = fc.letrec<{ make: Make }>((tie) => {
  const inner = tie('make');
  const shapes = fc.dictionary(fc.constantFrom(...KEYS), inner, { maxKeys: 4, noNullPrototype: true });
  const made = (z: Zod, shape: Record<string, Make>) =>
    Object.fromEntries(Object.entries(shape).map(([key, make]) => [key, make(z)]));
  return {
    make: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(...LEAVES),
      inner.map(
        (make): Make =>
          (z) =>
            z.optional(make(z)),
      ),
      inner.map(
        (make): Make =>
          (z) =>
            z.nullable(make(z)),
      ),
      inner.map(
        (make): Make =>
          (z) =>
            z.nullish(make(z)),
      ),
      inner.map(
        (make): Make =>
          (z) =>
            z.array(make(z)),
      ),
      fc.tuple(inner, fc.constantFrom('a', 3, ['a'], {})).map(
        ([make, fallback]): Make =>
          (z) =>
            z._default(make(z), fallback as never),
      ),
      inner.map(
        (make): Make =>
          (z) =>
            z.record(told(z), make(z)),
      ),
      shapes.map(
        (shape): Make =>
          (z) =>
            z.object(made(z, shape)),
      ),
      shapes.map(
        (shape): Make =>
          (z) =>
            z.looseObject(made(z, shape)),
      ),
      shapes.map(
        (shape): Make =>
          (z) =>
            z.strictObject(made(z, shape)),
      ),
      shapes.map(
        (shape): Make =>
          (z) =>
            z.strictObject(made(z, shape)).check(
              z.superRefine<Record<string, unknown>>((value, ctx) => {
                if ('a' in value) ctx.addIssue({ code: 'custom', message: 'has an a', path: ['a'] });
              }),
            ),
      ),
      fc.tuple(inner, inner).map(
        ([one, other]): Make =>
          (z) =>
            z.union([one(z), other(z)]),
      ),
      fc.tuple(shapes, shapes).map(
        ([one, other]): Make =>
          (z) =>
            z.discriminatedUnion(
              'kind',
              [
                z.strictObject({ ...made(z, one), kind: z.literal('a') }),
                z.looseObject({ ...made(z, other), kind: z.enum(['b', 'c']) }),
              ],
              { error: ({ code }) => (code === 'invalid_union' ? 'is none of them' : undefined) },
            ),
      ),
    ),
  };
}).make;

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'long text', '', 0, 1, 7, 8.5, -1, 2 ** 60, -(2 ** 60), true, null, undefined),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS, 'other', 'longer', '5', '__proto__'), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

/** With the order of keys, which `JSON.stringify` shows, and what it leaves out. */
function outcome(make: Make, z: Zod, value: unknown): unknown {
  let schema: Schema;
  try {
    schema = make(z);
  } catch {
    return 'no schema';
  }
  const result = schema.safeParse(value);
  return result.success
    ? { data: result.data, keys: JSON.stringify(result.data) }
    : { issues: result.error.issues };
}

describe('the stand-in for zod/mini', () => {
  test('makes of every value what zod/mini makes of it, and finds the same wrong', () => {
    fc.assert(
      fc.property(makes, values, (make, value) => {
        expect(outcome(make, mini as unknown as Zod, value)).toEqual(outcome(make, zod, value));
      }),
      { numRuns: 5_000 },
    );
  });
});
