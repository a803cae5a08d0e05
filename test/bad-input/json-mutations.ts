// The same for files that hold JSON: fields twice, missing, nested, of prototypes, and each with every value that nobody
// foresaw. It knows no file of jobq.
import type { Hostile } from './mutations.ts';
import { DEEP, hostileBytes, rowsOf } from './mutations.ts';

type Json = Record<string, unknown>;

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
/** Stands in a text for what JSON.stringify would not write. */
const HERE = '\u0001here';
const JSON_HERE = JSON.stringify(HERE);

/** Objects that are whole JSON and have what no object of ours has. */
export function hostileObjects(object: Json): Hostile[] {
  const text = JSON.stringify(object);
  const inside = text.slice(1, -1);
  const keys = Object.keys(object);
  const many = Array.from({ length: 50_000 }, (_, at) => `"k${at}":${at}`).join(',');
  return rowsOf(
    [
      ['no field at all', '{}'],
      ['every field twice, the second empty', `{${inside},${keys.map((key) => `"${key}":null`).join(',')}}`],
      ['every field twice, the first empty', `{${keys.map((key) => `"${key}":null`).join(',')},${inside}}`],
      ['a prototype with its own fields', `{"__proto__":${text},"polluted":1}`],
      ['a prototype beside its fields', `{${inside},"__proto__":{"polluted":true,"state":"completed"}}`],
      ['a prototype that is null', `{${inside},"__proto__":null}`],
      ['a constructor', `{${inside},"constructor":{"prototype":{"polluted":true}}}`],
      ['no way to be a text', `{${inside},"toString":null,"valueOf":null,"toJSON":1,"hasOwnProperty":0}`],
      ['a promise', `{${inside},"then":"now"}`],
      ['a field nested 900 deep', `{${inside},"deep":${nested(900)}}`],
      ['a field nested 20000 deep', `{${inside},"deep":${nested(20_000)}}`],
      ['50000 more fields', `{${inside},${many}}`],
      ['a name of 100000 letters', `{${inside},"${'k'.repeat(DEEP)}":1}`],
      ['a text of 600000 letters', `{${inside},"long":"${'x'.repeat(600_000)}"}`],
      ['a comma too many', `{${inside},}`],
      ['a comment in it', `{${inside} /* why */}`],
      ['quotes of JavaScript', `{${inside.replaceAll('"', "'")}}`],
      ['itself in a list', `[${text}]`],
      ['itself as a text', JSON.stringify(text)],
    ],
    false,
  );
}

/** Texts that are no id, no path, no moment, or too much of one. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../outside',
  '..\\..\\outside',
  'a/../../../outside',
  '../../../outside/SHA256SUMS',
  '/outside/file',
  '//server/share/file',
  '\\\\server\\share\\file',
  '\\\\?\\C:\\Windows\\win.ini',
  '\\\\.\\PhysicalDrive0',
  'C:\\Windows\\win.ini',
  'C:relative',
  'c:/windows/win.ini',
  'CON',
  'nul.txt',
  'COM1',
  'LPT9.log',
  'CONIN$',
  'com¹.json',
  'file.txt:stream',
  'file.txt::$DATA',
  'dir:stream:$INDEX_ALLOCATION',
  'trailing.',
  'trailing ',
  'a//b',
  './a',
  'a/./b',
  'tab\tname',
  'line\nfeed',
  'nul\0byte',
  'e\u0301',
  '\u202egnp.exe',
  '\u001b[2J',
  '%2e%2e%2foutside',
  '~/.ssh/id_rsa',
  '$HOME',
  '%USERPROFILE%',
  '__proto__',
  'constructor',
  'toString',
  '.jobq-queue',
  '.jobq-collected-x',
  'SHA256SUMS',
  'job.json',
  'NaN',
  '1e999',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '0',
  'x'.repeat(5000),
  '\u{1F4A9}'.repeat(100),
];

/** As they stand in JSON, since not all of them are what JSON.stringify writes. */
const VALUES: readonly (readonly [name: string, json: string])[] = [
  ['null', 'null'],
  ['true', 'true'],
  ['false', 'false'],
  ['0', '0'],
  ['-0', '-0'],
  ['-1', '-1'],
  ['0.5', '0.5'],
  ['1e308', '1e308'],
  ['-1e308', '-1e308'],
  ['1e999', '1e999'],
  ['5e-324', '5e-324'],
  ['2^31', '2147483648'],
  ['2^53', '9007199254740992'],
  ['400 digits', '9'.repeat(400)],
  ['[]', '[]'],
  ['[null]', '[null]'],
  ['{}', '{}'],
  ['a prototype', '{"__proto__":{"polluted":true}}'],
  ['10000 nulls', `[${Array.from({ length: 10_000 }, () => 'null').join(',')}]`],
  ['nested 5000 deep', nested(5000)],
  ...HOSTILE_TEXTS.map((text) => {
    const json = JSON.stringify(text);
    return [json.length > 60 ? `${json.slice(0, 30)}…` : json, json] as const;
  }),
];

/** Every field of an object, and of the objects and the first items within it, up to this depth. */
function placesIn(value: unknown, depth: number): PropertyKey[][] {
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [[0, value[0]] as const] : Object.entries(value);
  return entries.flatMap(([key, inner]) => [
    [key],
    ...placesIn(inner, depth - 1).map((rest) => [key, ...rest]),
  ]);
}

function replaced(value: unknown, [key, ...rest]: readonly PropertyKey[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Json) }) as Json;
  if (rest.length === 0 && by === undefined) delete copy[key as string];
  else copy[key as string] = replaced(copy[key as string], rest, by);
  return copy;
}

/** Each place of an object gone, and with each value that does not belong there. */
function hostileFields(object: Json, depth = 2): Hostile[] {
  return placesIn(object, depth).flatMap((place) => {
    const where = place.map(String).join('.');
    const without = JSON.stringify(replaced(object, place, undefined));
    const marked = JSON.stringify(replaced(object, place, HERE));
    return [
      { name: `${where} is missing`, bytes: Buffer.from(without), isNone: false },
      ...VALUES.map(([name, json]) => ({
        name: `${where} is ${name}`,
        bytes: Buffer.from(marked.replace(JSON_HERE, () => json)),
        isNone: false,
      })),
    ];
  });
}

/** Everything for a file that holds one JSON object. */
export function hostileJson(object: Json): Hostile[] {
  const text = `${JSON.stringify(object, null, 2)}\n`;
  return [...hostileBytes(text), ...hostileObjects(object), ...hostileFields(object)];
}

/** Lines of JSON, of which one is hostile in each way: the first, one amid them, the last without its line feed. */
export function hostileLines(lines: readonly Json[]): Hostile[] {
  const good = lines.map((line) => JSON.stringify(line));
  const [sample = {}] = lines.slice(-1);
  const text = `${good.join('\n')}\n`;
  const one = [...hostileBytes(JSON.stringify(sample)), ...hostileObjects(sample), ...hostileFields(sample)];
  const first = lines[0] ?? {};
  return [
    ...hostileBytes(text),
    ...hostileFields(first, 1).map((each) => ({
      ...each,
      name: `the first line: ${each.name}`,
      bytes: Buffer.concat([each.bytes, Buffer.from(`\n${good.slice(1).join('\n')}\n`)]),
    })),
    ...one.map(({ name, bytes }) => ({
      name: `a line amid the others: ${name}`,
      bytes: Buffer.concat([
        Buffer.from(`${good[0]}\n`),
        bytes,
        Buffer.from(`\n${good.slice(1).join('\n')}\n`),
      ]),
      isNone: false,
    })),
    ...one.slice(0, 40).map(({ name, bytes }) => ({
      name: `a last line that is not over: ${name}`,
      bytes: Buffer.concat([Buffer.from(text), bytes]),
      isNone: false,
    })),
  ];
}
