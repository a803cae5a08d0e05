// The one table of what may become of a good file whatever it holds: cut short, in another encoding, nested without end,
// not itself at all. Deterministic, each with a name; it knows no file of jobq.

/** What a file may hold in the place of what it should. */
export interface Hostile {
  name: string;
  bytes: Buffer;
  /** No reader of JSON, and none of a text of ours, may take it for a whole file. */
  isNone: boolean;
}

const BOM = '\uFEFF';
export const DEEP = 100_000;

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

/** A text of exactly this many bytes, or fewer where it has no more. */
const cut = (text: string, part: number) => Buffer.from(text).subarray(0, part);

type Row = readonly [name: string, bytes: Buffer | string];

const nothing: readonly Row[] = [
  ['nothing', ''],
  ['a blank', ' '],
  ['a line feed', '\n'],
  ['a byte order mark', BOM],
  ['one NUL', '\0'],
  ['a page of NULs', Buffer.alloc(4096)],
  ['zeros as a disk leaves them after a power cut', Buffer.alloc(100_000)],
  ['half a number', '-'],
  ['a page of a web server', '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>'],
  ['a program', Buffer.from('4d5a90000300000004000000ffff0000', 'hex')],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['something compressed', Buffer.from('1f8b0800000000000003abae05004374bd7d', 'hex')],
  ['a lone continuation byte', Buffer.from([0x80])],
  ['bytes that no UTF-8 has', Buffer.from([0xf5, 0xff, 0xfe, 0xc0, 0xc1])],
  ['lists without end', '['.repeat(DEEP)],
  ['objects without end', '{"a":'.repeat(DEEP)],
  ['quotes without end', '"'.repeat(DEEP + 1)],
  ['one letter a hundred thousand times', 'a'.repeat(DEEP)],
  ['escape sequences of a terminal', '\u001b[2J\u001b]0;owned\u0007'],
  ['a comment', '// nothing here'],
  ['a word of JavaScript', 'undefined'],
  ['a number of JavaScript', 'NaN'],
  ['a merge that nobody finished', '<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n'],
];

/** JSON that is whole and no object. */
const scalars: readonly Row[] = [
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '0'],
  ['a number beyond all numbers', '1e999'],
  ['a text', '"text"'],
  ['a list', '[]'],
  ['a list of everything', '[null,true,1,"",[],{}]'],
  ['lists in lists, closed', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  ['half a character as an escape', '"\\ud800"'],
];

/** What is still the file, written otherwise, or nearly: a reader may take it or refuse it. */
function rewritten(text: string): Row[] {
  const bytes = Buffer.from(text);
  const middle = bytes.length >> 1;
  const spliced = (piece: Buffer) =>
    Buffer.concat([bytes.subarray(0, middle), piece, bytes.subarray(middle)]);
  return [
    ['a byte order mark before it', BOM + text],
    ['two byte order marks before it', BOM + BOM + text],
    ['UTF-16 LE with a mark', Buffer.from(BOM + text, 'utf16le')],
    ['UTF-16 LE without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16 BE with a mark', utf16be(BOM + text)],
    ['UTF-16 BE without a mark', utf16be(text)],
    ['UTF-16 with half a unit at its end', Buffer.concat([Buffer.from(BOM + text, 'utf16le'), Buffer.of(0)])],
    ['line ends of Windows', text.replaceAll('\n', '\r\n')],
    ['line ends of an old Mac', text.replaceAll('\n', '\r')],
    ['blanks behind it', `${text}${' \t\r\n'.repeat(1000)}`],
    ['a NUL behind it', `${text}\0`],
    ['a page of NULs behind it', Buffer.concat([bytes, Buffer.alloc(4096)])],
    ['a NUL in its middle', spliced(Buffer.of(0))],
    ['an invalid byte in its middle', spliced(Buffer.of(0xff))],
    ['an overlong slash in its middle', spliced(Buffer.of(0xc0, 0xaf))],
    ['half a surrogate in its middle', spliced(Buffer.of(0xed, 0xa0, 0x80))],
    ['escape sequences in its middle', spliced(Buffer.from('\u001b[31m\u202e'))],
    ['itself twice', text + text],
    ['its last half before it', Buffer.concat([bytes.subarray(middle), bytes])],
    ['its bytes backwards', Buffer.from(bytes.toReversed())],
    ['one bit of each byte turned', Buffer.from(bytes.map((byte) => byte ^ 0x10))],
  ];
}

/** What a copy leaves that was cut off; behind the last bracket or line feed nothing is missing. */
function truncated(text: string): Row[] {
  const size = Buffer.byteLength(text.trimEnd());
  const parts = [1, 2, size >> 3, size >> 2, size >> 1, (size >> 2) * 3, size - 1];
  return [...new Set(parts)]
    .filter((part) => part > 0 && part < size)
    .map((part) => [`cut after ${part} bytes`, cut(text, part)]);
}

export const rowsOf = (rows: readonly Row[], isNone: boolean): Hostile[] =>
  rows.map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes as string), isNone }));

/** For a file of any kind. `isNone` is said of JSON. */
export function hostileBytes(text: string): Hostile[] {
  return [
    ...rowsOf(nothing, true),
    ...rowsOf(scalars, true),
    ...rowsOf(truncated(text), true),
    ...rowsOf(rewritten(text), false),
  ];
}
