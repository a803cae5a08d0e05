// What a schema finds wrong, as a field's path and a person's words.
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { fieldPath, sentence } from '../../src/job/issues.ts';
import { checkWith, parseWith } from '../../src/job/parsed.ts';

test.each([
  { path: [], is: '' },
  { path: ['args'], is: 'args' },
  { path: ['args', 1], is: 'args[1]' },
  { path: ['a', 'b', 0, 'c'], is: 'a.b[0].c' },
  { path: [2, 'x'], is: '[2].x' },
])('the path $path is written "$is"', ({ path, is }) => {
  expect(fieldPath(path)).toBe(is);
});

test('a problem becomes a sentence that names file and field', () => {
  expect(sentence('job.json', { field: 'args[1]', reason: 'is missing' })).toBe(
    'job.json, args[1]: is missing',
  );
  expect(sentence('job.json', { field: '', reason: 'is empty' })).toBe('job.json: is empty');
});

const schema = z.object({
  text: z.string(),
  above: z.optional(z.number().check(z.positive())),
  size: z.optional(z.number().check(z.minimum(2), z.maximum(5))),
  word: z.optional(z.enum(['a', 'b'])),
  either: z.optional(z.union([z.string(), z.number()])),
});

describe('what a value has wrong', () => {
  test.each([
    { name: 'a field that is missing', value: {}, problems: ['text', 'is missing'] },
    { name: 'null', value: { text: null }, problems: ['text', 'should be string, but is null'] },
    { name: 'a list', value: { text: [] }, problems: ['text', 'should be string, but is a list'] },
    { name: 'an object', value: { text: {} }, problems: ['text', 'should be string, but is object'] },
    {
      name: 'a number too small',
      value: { text: '', size: 1 },
      problems: ['size', 'should be at least 2, but is 1'],
    },
    {
      name: 'a number too big',
      value: { text: '', size: 6 },
      problems: ['size', 'should be at most 5, but is 6'],
    },
    {
      name: 'a word not known',
      value: { text: '', word: 'c' },
      problems: ['word', 'should be "a" or "b", but is "c"'],
    },
    {
      name: 'a number that is not above its bound',
      value: { text: '', above: 0 },
      problems: ['above', 'should be more than 0, but is 0'],
    },
    {
      name: 'neither of two kinds',
      value: { text: '', either: true },
      problems: ['either', 'has a value that does not fit: true'],
    },
  ])('$name', ({ value, problems: [field, reason] }) => {
    expect(checkWith(schema, value)).toEqual({ ok: false, problems: [{ field, reason }] });
  });

  test('keys that a strict schema does not know are named', () => {
    expect(checkWith(z.strictObject({ a: z.string() }), { a: '', b: 1, c: 2 })).toEqual({
      ok: false,
      problems: [{ field: '', reason: 'has unknown keys: b, c' }],
    });
  });

  test('each wrong field once, in the order of the schema', () => {
    expect(checkWith(schema, { word: 1, size: 'x', text: 5 })).toEqual({
      ok: false,
      problems: [
        { field: 'text', reason: 'should be string, but is number' },
        { field: 'size', reason: 'should be number, but is string' },
        { field: 'word', reason: 'should be "a" or "b", but is 1' },
      ],
    });
  });

  test('text that is no JSON is a problem of the whole file', () => {
    expect(parseWith(schema, Buffer.from(''))).toEqual({
      ok: false,
      problems: [{ field: '', reason: 'is empty' }],
    });
  });
});

test('a value that fits is handed back', () => {
  expect(parseWith(schema, Buffer.from('{"text":"x","size":2}'))).toEqual({
    ok: true,
    value: { text: 'x', size: 2 },
  });
});
