// Files that people wrote with Notepad and PowerShell are read; what cannot be text or JSON is told in words.
import { describe, expect, test } from 'vitest';
import { decodeText, jsonOf, parseJson } from '../../src/job/lenient-text.ts';

const JSON_TEXT = '{\r\n  "project": "Größe"\r\n}\r\n';
const VALUE = { project: 'Größe' };

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const join = (...parts: (Buffer | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));

describe('reads', () => {
  test.each([
    { name: 'UTF-8', bytes: utf8(JSON_TEXT) },
    { name: 'UTF-8 with a byte order mark', bytes: join([0xef, 0xbb, 0xbf], utf8(JSON_TEXT)) },
    { name: 'UTF-16LE with a byte order mark', bytes: join([0xff, 0xfe], utf16(JSON_TEXT)) },
    { name: 'UTF-16LE without a byte order mark', bytes: utf16(JSON_TEXT) },
    { name: 'UTF-16BE with a byte order mark', bytes: join([0xfe, 0xff], swapped(utf16(JSON_TEXT))) },
    { name: 'line feeds alone', bytes: utf8(JSON_TEXT.replaceAll('\r', '')) },
    { name: 'carriage returns alone', bytes: utf8(JSON_TEXT.replaceAll('\n', '')) },
  ])('$name', ({ bytes }) => {
    expect(parseJson(bytes)).toEqual({ value: VALUE });
  });

  test('the shortest JSON in UTF-16 without a mark', () => {
    expect(parseJson(utf16('{}'))).toEqual({ value: {} });
  });

  test('one digit, which is too short to be UTF-16', () => {
    expect(parseJson(utf8('5'))).toEqual({ value: 5 });
  });

  test.each(['a\0bc', 'abc\0', 'a\0\0\0', '\0a\0b'])(
    'zeros that are not those of UTF-16LE as UTF-8: %j',
    (text) => {
      expect(decodeText(utf8(text))).toEqual({ text });
    },
  );

  test('text of no JSON as it is, its line ends kept', () => {
    expect(decodeText(join([0xef, 0xbb, 0xbf], utf8('a\r\nb')))).toEqual({ text: 'a\r\nb' });
  });
});

describe('says what is wrong with', () => {
  test.each([
    { name: 'nothing', bytes: utf8(''), says: 'is empty' },
    { name: 'spaces and line ends', bytes: utf8(' \r\n\t'), says: 'is empty' },
    { name: 'a byte order mark alone', bytes: join([0xef, 0xbb, 0xbf]), says: 'is empty' },
    {
      name: 'the first half of the mark of UTF-16LE',
      bytes: join([0xff], utf8('{}')),
      says: 'is not valid UTF-8 text',
    },
    {
      name: 'the first half of the mark of UTF-16BE',
      bytes: join([0xfe], utf8('{}')),
      says: 'is not valid UTF-8 text',
    },
    {
      name: 'the second half of the mark of UTF-16LE',
      bytes: join([0x22, 0xfe, 0x22]),
      says: 'is not valid UTF-8 text',
    },
    {
      name: 'the second half of the mark of UTF-16BE',
      bytes: join([0x22, 0xff, 0x22]),
      says: 'is not valid UTF-8 text',
    },
    { name: 'bad UTF-8', bytes: join(utf8('{"a":"'), [0xe9], utf8('"}')), says: 'is not valid UTF-8 text' },
    {
      name: 'UTF-8 cut short in a letter',
      bytes: utf8('"é').subarray(0, 2),
      says: 'is not valid UTF-8 text',
    },
    {
      name: 'UTF-16 cut short in a letter',
      bytes: join([0xff, 0xfe], utf16('{}')).subarray(0, 5),
      says: 'is not valid UTF-16LE text',
    },
    {
      name: 'half a pair in UTF-16BE',
      bytes: join([0xfe, 0xff], [0xd8, 0x00]),
      says: 'is not valid UTF-16BE text',
    },
  ])('$name', ({ bytes, says }) => {
    expect(parseJson(bytes)).toEqual({ problem: says });
  });

  test.each([
    { name: 'JSON cut short', text: '{"a": [1, 2', says: /^is not valid JSON: line 1, column 12: / },
    {
      name: 'a comma missing',
      text: '{\r\n  "a": 1\r\n  "b": 2\r\n}',
      says: /^is not valid JSON: line 3, column 3: /,
    },
    { name: 'a comma too many', text: '{"a": 1,}', says: /^is not valid JSON: line 1, column 9: / },
    { name: 'no JSON at all', text: 'nope', says: /^is not valid JSON: Unexpected token 'o'$/ },
  ])('$name, by line and column where the engine tells', ({ text, says }) => {
    const parsed = parseJson(utf8(text));
    expect(parsed).toEqual({ problem: expect.stringMatching(says) });
    expect(JSON.stringify(parsed)).not.toContain('position');
  });
});

test('what is nested deeper than it could be written again is refused, and a text with brackets is not', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(parseJson(utf8(nested(1000)))).toHaveProperty('value');
  expect(parseJson(utf8(nested(1001)))).toEqual({ problem: 'is nested more than 1000 deep' });
  const text = JSON.stringify([`\\"${'['.repeat(5000)}\\`, '\\', '{'.repeat(5000)]);
  expect(parseJson(utf8(text))).toEqual({ value: JSON.parse(text) as unknown });
  expect(parseJson(utf8(`["${'['.repeat(2000)}`))).toEqual({
    problem: expect.stringContaining('is not valid JSON'),
  });
  expect(() => jsonOf(nested(1001))).toThrow('nested more than 1000 deep');
});
