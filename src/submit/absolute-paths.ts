// Finds absolute paths of Windows and Linux in scripts, specs and texts. Pure: a name and a text in, places out.
import type { Piece } from './source-text.ts';
import { piecesOf } from './source-text.ts';

export interface FoundPath {
  path: string;
  line: number;
  /** In code it breaks the run; in a comment or a text it only misleads. */
  inCode: boolean;
}

const ROOTS = 'home|Users|usr|opt|mnt|media|var|tmp|etc|root|srv|data';
/** Roots that mean something even alone; `/data` and `/root` alone are as often a key in a file as a folder. */
const LONE_ROOTS = 'home|Users|usr|opt|mnt|var|tmp|etc';
const REST = String.raw`[^\s"'\x60<>|*?;,()\[\]{}]*`;

/** As in `E:\s*(\d+)`, which matches text. */
const REGEX_CLASS = String.raw`\\[sSdDwWbB](?![\w\\.-])`;

/** `C:\x` and `C:/x`, but not `{x:/>10}`, `%H:/`, `\w:/` or the end of a longer word. */
const DRIVE = new RegExp(
  String.raw`(?<![A-Za-z0-9_%{\\])[A-Za-z]:(?!${REGEX_CLASS})(?:\\+|/)(?=$|["'\x60]|[\w.$%{~])(?!/)${REST}`,
  'gm',
);
const EXTENDED = /^\\\\[?.]\\\S*/;
const UNC_VALUE = /^\\\\[A-Za-z0-9][\w.-]+\\[\w$][^"'\s]*/;
const UNC_BARE = /(?<=^|[\s"'`=(,])\\\\[A-Za-z0-9][\w.-]+\\[\w$][^\s"'`]*/gm;
/** Written with single backslashes where they escape: a mistake, and still meant as a path. */
const MISWRITTEN =
  /^[A-Za-z]:(\\[A-Za-z0-9_][\w.-]+){2,}|^[CD]:\\(temp|tmp|new|nx|tools|tests?|results?|runs?)\b/i;

const ROOTED_VALUE = new RegExp(`^/(?:(?:${ROOTS})/|(?:${LONE_ROOTS})$)`);
/** Any two parts, one of them longer than a unit: `/data/models`, not `/mm/s` or `/2024/01`. */
const TWO_PARTS = /^\/(?=[\w.+-]{3}|[\w.+-]+\/[\w.+-]{3})[A-Za-z_][\w.+-]*\/[\w.]/;
const ROOTED_BARE = new RegExp(
  String.raw`(?<=^|[\s"'\x60=:(,\[{;|&>@])/(?:(?:${ROOTS})/[\w.$~-]${REST}|(?:${LONE_ROOTS})(?=$|[\s"'\x60;,)\]}]))`,
  'gm',
);
const ROOTED_PROSE = new RegExp(String.raw`(?<=^|[\s"'\x60=:(,\[])/(?:${ROOTS})/[\w.$~-]${REST}`, 'gm');
/** The value of a line of YAML or of an ini file, quoted or not. */
const BARE_VALUE = /\/(?<=^[ \t]*(?:-[ \t]+)*(?:[\w.-]+[ \t]*[:=][ \t]*)?["']?\/)[^\s"'#;]+/gm;

const URL = /\b[A-Za-z][A-Za-z0-9+.-]+:\/\/[^\s"'`<>)]*/g;
/** URLs that name a file of this machine. */
const LOCAL_URL = /^(?:file:\/\/(?:localhost)?|sqlite(?:\+\w+)?:\/\/\/)(?=\/|[A-Za-z]:)\/?(?=\/|[A-Za-z]:)/i;

interface Hit {
  path: string;
  at: number;
}

/** Every absolute path in a text, at most one of a kind for each line. */
export function findAbsolutePaths(file: string, text: string): FoundPath[] {
  const lineAt = lineCounter(text);
  const seen = new Set<string>();
  return piecesOf(file, text).flatMap((piece) =>
    hitsIn(piece).flatMap(({ path, at }) => {
      const line = lineAt(piece.start + at);
      const key = `${line} ${path}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ path, line, inCode: piece.kind !== 'prose' }];
    }),
  );
}

/** Is this text, such as an argument of the script, an absolute path or one that holds one? */
export function absolutePathIn(value: string): string | undefined {
  return hitsIn({ kind: 'string', text: value, start: 0, value, begins: true })[0]?.path;
}

function hitsIn(piece: Piece): Hit[] {
  switch (piece.kind) {
    case 'string':
      return stringHits(piece);
    case 'bare':
      return [
        ...bareHits(piece.text, ROOTED_BARE),
        ...matches(BARE_VALUE, masked(piece.text)).filter(isTwoParts),
      ];
    case 'prose':
      return bareHits(piece.text, ROOTED_PROSE);
  }
}

function isTwoParts({ path }: Hit): boolean {
  return TWO_PARTS.test(path);
}

function bareHits(text: string, rooted: RegExp): Hit[] {
  const clean = masked(text);
  return [DRIVE, UNC_BARE, rooted].flatMap((pattern) => matches(pattern, clean));
}

function matches(pattern: RegExp, text: string): Hit[] {
  return [...text.matchAll(pattern)].map((match) => ({ path: match[0], at: match.index }));
}

/** The text with its URLs blanked out, at the same length. */
function masked(text: string): string {
  return text.replace(URL, (url) => {
    const local = LOCAL_URL.exec(url)?.[0];
    return local === undefined ? ' '.repeat(url.length) : ' '.repeat(local.length) + url.slice(local.length);
  });
}

function stringHits({ text, value = text, begins = true }: Piece): Hit[] {
  const start = masked(value).trimStart();
  const whole = begins && isRooted(start) ? [{ path: firstWord(start), at: 0 }] : [];
  const drives = matches(DRIVE, masked(value));
  const miswritten = drives.length === 0 ? MISWRITTEN.exec(text) : null;
  return [
    ...whole,
    ...drives.map((hit) => placed(hit, text, value)),
    ...(miswritten ? [{ path: miswritten[0], at: 0 }] : []),
  ];
}

function isRooted(start: string): boolean {
  return [EXTENDED, UNC_VALUE, ROOTED_VALUE, TWO_PARTS].some((pattern) => pattern.test(start));
}

function firstWord(text: string): string {
  return /^[^\s"'`,;]*/.exec(text)?.[0] ?? text;
}

/** Reading escapes moves what is in a line, never the lines: the line's start in the literal as it is written. */
function placed({ path, at }: Hit, text: string, value: string): Hit {
  let start = 0;
  for (let line = value.slice(0, at).split('\n').length; line > 1; line--)
    start = text.indexOf('\n', start) + 1;
  return { path, at: start };
}

/** Line numbers for offsets that may come in any order. */
function lineCounter(text: string): (at: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
