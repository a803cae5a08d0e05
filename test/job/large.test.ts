// What is larger than anything jobq writes: it is parsed once, and what is wrong with it can be told.

import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { parseJson } from '../../src/job/lenient-text.ts';
import { checkWith, parseWith } from '../../src/job/parsed.ts';
import { remembering } from '../../src/job/remember.ts';

const bytesOf = (mark: string, size = 100_000) => Buffer.from(mark.padEnd(size));

describe('what was made of large bytes', () => {
  test('is made once for the same bytes', () => {
    const remember = remembering<string>();
    const work = vi.fn<() => string>(() => 'made');
    expect([remember(bytesOf('a'), work), remember(bytesOf('a'), work)]).toEqual(['made', 'made']);
    expect(work).toHaveBeenCalledTimes(1);
    remember(bytesOf('b'), work);
    remember(bytesOf('a', 100_001), work);
    expect(work).toHaveBeenCalledTimes(3);
  });

  test('is made anew for small ones, and for those that were forgotten', () => {
    const remember = remembering<string>();
    const work = vi.fn<() => string>(() => 'made');
    for (const bytes of [bytesOf('a', 99_999), bytesOf('a', 99_999)]) remember(bytes, work);
    expect(work).toHaveBeenCalledTimes(2);
    for (let n = 0; n < 17; n++) remember(bytesOf(`${n} `), work);
    remember(bytesOf('0 '), work);
    expect(work).toHaveBeenCalledTimes(20);
  });

  test('belongs to its schema', () => {
    const bytes = Buffer.from(JSON.stringify({ a: 1, rest: 'x'.repeat(100_000) }));
    expect(parseWith(z.looseObject({ a: z.number() }), bytes).ok).toBe(true);
    expect(parseWith(z.looseObject({ a: z.string() }), bytes).ok).toBe(false);
    expect(parseJson(bytes)).toBe(parseJson(Buffer.from(bytes)));
  });
});

describe('nonsense', () => {
  const list = z.object({ all: z.array(z.object({ a: z.string() })) });
  const items = (count: number) => ({ all: Array.from({ length: count }, () => ({})) });

  test('of many things names the first of them, and counts the others', () => {
    const checked = checkWith(list, items(1000));
    if (checked.ok) throw new Error('it fits');
    expect(checked.problems).toHaveLength(21);
    expect(checked.problems[0]).toEqual({ field: 'all[0].a', reason: 'is missing' });
    expect(checked.problems.at(-1)).toEqual({ field: '', reason: 'has 980 more such problems' });
  });

  test('of so many that the stack does not hold them is one problem', () => {
    expect(checkWith(list, items(400_000))).toEqual({
      ok: false,
      problems: [{ field: '', reason: 'is nested too deep, or has too many values that do not fit' }],
    });
  });

  test('is not repeated at length', () => {
    const checked = checkWith(z.object({ a: z.literal('b') }), { a: 'x'.repeat(10_000) });
    if (checked.ok) throw new Error('it fits');
    expect(checked.problems[0]?.reason).toHaveLength(500);
  });
});
