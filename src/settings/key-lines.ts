// On which line of a TOML text each key stands: the parser keeps values only.
// Knows no setting, and expects a text that the parser has accepted.

/** Finds the line of a key by its path, or of the nearest table around it; at the least the first line. */
export type LineOf = (path: readonly string[]) => number;

const BARE = /[A-Za-z0-9_-]/;
const BARE_KEY = /^[A-Za-z0-9_-]+$/;

/** A place in the text that moves forward only. */
class Cursor {
  #at = 0;
  #line = 1;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  get line(): number {
    return this.#line;
  }

  get char(): string {
    return this.#text[this.#at] ?? '';
  }

  sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  skip(count = 1): void {
    for (const char of this.#text.slice(this.#at, this.#at + count)) if (char === '\n') this.#line++;
    this.#at += count;
  }

  take(wanted: (char: string) => boolean): string {
    const from = this.#at;
    while (!this.done && wanted(this.char)) this.skip();
    return this.#text.slice(from, this.#at);
  }
}

const skipLine = (cursor: Cursor) => cursor.take((char) => char !== '\n');
const skipBlanks = (cursor: Cursor) => cursor.take((char) => char === ' ' || char === '\t');

/** Skips a string of any of the four sorts and gives what stands between its quotes. */
function takeString(cursor: Cursor): string {
  const quote = cursor.char;
  const fence = cursor.sees(quote.repeat(3)) ? quote.repeat(3) : quote;
  cursor.skip(fence.length);
  let content = '';
  while (!cursor.done && !cursor.sees(fence)) {
    const step = quote === '"' && cursor.char === '\\' ? 2 : 1;
    content += cursor.char;
    cursor.skip(step);
  }
  cursor.skip(fence.length);
  // two quotes may stand right before the closing three
  if (fence.length === 3) cursor.take((char) => char === quote);
  return content;
}

/** Reads `a.b."c d"` up to the `=` or `]` behind it. */
function takeKey(cursor: Cursor): string[] {
  const parts: string[] = [];
  for (;;) {
    skipBlanks(cursor);
    const quoted = cursor.char === '"' || cursor.char === "'";
    parts.push(quoted ? takeString(cursor) : cursor.take((char) => BARE.test(char)));
    skipBlanks(cursor);
    if (cursor.char !== '.') return parts;
    cursor.skip();
  }
}

/** Skips a value with all its lines. */
function skipValue(cursor: Cursor): void {
  let depth = 0;
  while (!cursor.done && (cursor.char !== '\n' || depth > 0)) depth += skipPiece(cursor);
}

/** Skips one string, comment or character, and says by how much the nesting changed. */
function skipPiece(cursor: Cursor): number {
  const { char } = cursor;
  if (char === '"' || char === "'") takeString(cursor);
  else if (char === '#') skipLine(cursor);
  else cursor.skip();
  return (/[[{]/.test(char) ? 1 : 0) - (/[\]}]/.test(char) ? 1 : 0);
}

/** A key or the header of a table, with its whole path. */
interface Place {
  path: string[];
  line: number;
  isHeader: boolean;
}

interface Scanned {
  /** By path as JSON: where it is first named. */
  lines: Map<string, number>;
  places: Place[];
}

function scan(text: string): Scanned {
  const lines = new Map<string, number>();
  const places: Place[] = [];
  const cursor = new Cursor(text);
  let section: string[] = [];
  const note = (path: string[], line: number, isHeader: boolean) => {
    places.push({ path, line, isHeader });
    for (let length = path.length; length > 0; length--) {
      const name = JSON.stringify(path.slice(0, length));
      if (!lines.has(name)) lines.set(name, line);
    }
  };
  for (;;) {
    cursor.take((char) => /\s/.test(char));
    if (cursor.done) return { lines, places };
    const line = cursor.line;
    if (cursor.char === '[') {
      cursor.take((char) => char === '[');
      section = takeKey(cursor);
      note(section, line, true);
      skipLine(cursor);
    } else if (cursor.char === '#') skipLine(cursor);
    else {
      note([...section, ...takeKey(cursor)], line, false);
      skipValue(cursor);
    }
  }
}

export function keyLines(text: string): LineOf {
  const { lines } = scan(text);
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  };
}

/** What a line names that was named above it. */
export interface Twice {
  /** As it is written: `[notify]`, `notify.default`. */
  what: string;
  isHeader: boolean;
  firstLine: number;
  /** Does a header stand there, too? Else a key with its full name. */
  firstIsHeader: boolean;
}

/** For a text that the parser refused at this line because something is there twice; undefined when that is not seen. */
export function namedBefore(text: string, line: number): Twice | undefined {
  const here = scan(text).places.find((place) => place.line === line);
  if (!here) return undefined;
  const above = scan(
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n'),
  );
  // what a key has set in one piece holds no table that is begun elsewhere
  const closed = above.places.find(
    ({ path, isHeader }) => !isHeader && path.every((part, at) => part === here.path[at]),
  );
  const first = above.lines.get(JSON.stringify(here.path)) ?? closed?.line;
  const name = here.path.map((part) => (BARE_KEY.test(part) ? part : JSON.stringify(part))).join('.');
  const what = here.isHeader ? `[${name}]` : name;
  if (first === undefined) return undefined;
  const firstIsHeader = above.places.some((place) => place.line === first && place.isHeader);
  return { what, isHeader: here.isHeader, firstLine: first, firstIsHeader };
}
