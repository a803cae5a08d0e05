// Cuts source text into string literals and comments, well enough to tell a path in a string from a division or a
// comment. It knows the outline of each kind of file, no grammar, and recovers at the end of a line.

/** Where a piece of text stands: what is in code breaks the run, what is in prose misleads a reader. */
export interface Piece {
  kind: 'string' | 'bare' | 'prose';
  text: string;
  /** Offset in the file. */
  start: number;
  /** In a string: what the text stands for when escapes are read, and whether it is the start of a value. */
  value?: string;
  begins?: boolean;
}

interface Outline {
  /** `strings`: paths are in literals only. `bare`: anywhere. `prose`: nothing in it is run. */
  code: 'strings' | 'bare' | 'prose';
  comment?: RegExp;
  block?: readonly [open: string, close: string];
  quotes?: string;
  triple?: boolean;
  /** The quotes in which a backslash escapes. */
  escaping?: string;
}

const C_LIKE = { code: 'strings', comment: /\/\//y, block: ['/*', '*/'] } as const;
const SCRIPT: Outline = { ...C_LIKE, quotes: `"'\``, escaping: `"'\`` };
const HASH_AFTER_SPACE = /(?<![^\s])#/y;
const OUTLINES: Readonly<Record<string, Outline>> = {
  py: { code: 'strings', comment: /#/y, quotes: `"'`, triple: true, escaping: `"'` },
  json: { ...C_LIKE, quotes: '"', escaping: '"' },
  toml: { code: 'strings', comment: /#/y, quotes: `"'`, triple: true, escaping: '"' },
  js: SCRIPT,
  mjs: SCRIPT,
  cjs: SCRIPT,
  ts: SCRIPT,
  cs: { ...C_LIKE, quotes: `"'`, escaping: `"'` },
  vb: { code: 'strings', comment: /'|(?<![^\s])rem\s/iy, quotes: '"' },
  yaml: { code: 'bare', comment: HASH_AFTER_SPACE },
  yml: { code: 'bare', comment: HASH_AFTER_SPACE },
  ini: { code: 'bare', comment: /[#;](?<=^\s*.)/my },
  cfg: { code: 'bare', comment: /[#;](?<=^\s*.)/my },
  bat: { code: 'bare', comment: /(?:@?rem\b|::)(?<=^\s*@?(?:rem|::))/imy },
  cmd: { code: 'bare', comment: /(?:@?rem\b|::)(?<=^\s*@?(?:rem|::))/imy },
  ps1: { code: 'bare', comment: HASH_AFTER_SPACE, block: ['<#', '#>'] },
  sh: { code: 'bare', comment: HASH_AFTER_SPACE },
  md: { code: 'prose' },
  txt: { code: 'prose' },
};

function outlineOf(file: string): Outline | undefined {
  const extension = /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(OUTLINES, extension) ? OUTLINES[extension] : undefined;
}

/** Is this a script, a spec or a text, judged by its name? */
export function isSourceText(file: string): boolean {
  return outlineOf(file) !== undefined;
}

/** The pieces of a file in which a path can stand. */
export function piecesOf(file: string, text: string): Piece[] {
  const outline = outlineOf(file);
  if (!outline) return [];
  if (outline.code === 'prose') return [{ kind: 'prose', text, start: 0 }];
  const pieces: Piece[] = [];
  // a first line for the system is not for Windows, and its path is no path of the study
  let at = text.startsWith('#!') ? lineEnd(text, 0) : 0;
  let bareFrom = at;
  const flush = (end: number) => {
    if (outline.code === 'bare' && end > bareFrom) {
      pieces.push({ kind: 'bare', text: text.slice(bareFrom, end), start: bareFrom });
    }
  };
  while (at < text.length) {
    const found = commentAt(outline, text, at) ?? stringAt(outline, text, at);
    if (!found) {
      at++;
      continue;
    }
    flush(at);
    pieces.push(found.piece);
    at = Math.max(found.end, at + 1);
    bareFrom = at;
  }
  flush(at);
  return pieces;
}

interface Found {
  piece: Piece;
  end: number;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function commentAt({ comment, block }: Outline, text: string, at: number): Found | undefined {
  if (block && text.startsWith(block[0], at)) {
    const close = text.indexOf(block[1], at + block[0].length);
    return prose(text, at, close < 0 ? text.length : close + block[1].length);
  }
  if (!comment) return undefined;
  comment.lastIndex = at;
  return comment.test(text) ? prose(text, at, lineEnd(text, at)) : undefined;
}

function prose(text: string, start: number, end: number): Found {
  return { piece: { kind: 'prose', text: text.slice(start, end), start }, end };
}

function stringAt(outline: Outline, text: string, at: number): Found | undefined {
  const quote = text.charAt(at);
  if (!outline.quotes?.includes(quote)) return undefined;
  const before = text.slice(Math.max(0, at - 40), at);
  const prefix = /(?<![A-Za-z0-9_])([bfru]{1,3}|[@$]{1,2})$/i.exec(before)?.[1] ?? '';
  const raw = /[r@]/i.test(prefix) || !outline.escaping?.includes(quote);
  const mark = outline.triple && text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  const start = at + mark.length;
  const end = stringEnd(text, start, mark, !raw || /r/i.test(prefix));
  const lead = before.slice(0, before.length - prefix.length);
  const inner = text.slice(start, end);
  // a text that is a statement of its own is a docstring: a comment
  if (mark.length === 3 && outline.escaping?.includes("'") && /(^|\n)[ \t]*$/.test(lead)) {
    return { piece: { kind: 'prose', text: inner, start }, end: end + mark.length };
  }
  const piece: Piece = {
    kind: 'string',
    text: inner,
    start,
    value: raw ? inner : readEscapes(inner),
    begins: isStart(lead),
  };
  return { piece, end: text.startsWith(mark, end) ? end + mark.length : end };
}

/** Offset of the closing mark; the end of the line where a short string is not closed. */
function stringEnd(text: string, from: number, mark: string, escapes: boolean): number {
  const multiline = mark.length === 3 || mark === '`';
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (escapes && char === '\\') at++;
    else if (text.startsWith(mark, at)) return at;
    else if (char === '\n' && !multiline) return at;
  }
  return text.length;
}

/** `base + "/results/x"` and `name.endswith("/a/b")` hold the rest of a path, not the start of one. */
function isStart(lead: string): boolean {
  return !/(\+|\bends_?with\(|\bremovesuffix\()\s*$/i.test(lead);
}

/** Reads escapes: what makes a control character becomes one, what means nothing stays as it is. */
function readEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (all, char: string) => {
    if (/[\\/"'`]/.test(char)) return char;
    return /[ntrbfva0]/.test(char) ? '\u0001' : all;
  });
}
