// The first line of a log that one of some regular expressions fits. Those that take too long are given up and named.
import { messageOf } from '../../errors.ts';
import type { Disk } from '../../store/disk.ts';
import type { FindLine } from '../../system/patterns.ts';
import { linePieces } from './text-pieces.ts';

/** Time one pattern may take for the log, and on top of it for each piece of about a megabyte. */
const LIMIT_MS = 3000;
const LIMIT_PER_PIECE_MS = 100;
/** All patterns together may take as long as so many of them. */
const TOGETHER = 10;
/** What comes after so many characters of a line is not looked at. */
const LINE_MAX = 4096;
/** Longer lines are cut where they are told. */
const TOLD_MAX = 300;

export interface LogSearch {
  line?: string;
  /** What could not be looked for, and why. */
  troubles: string[];
}

interface Pattern {
  text: string;
  expression: RegExp;
  spentMs: number;
  givenUp: boolean;
}

interface Search {
  disk: Disk;
  find: FindLine;
  patterns: Pattern[];
  limitMs: number;
}

export async function searchLog(
  disk: Disk,
  find: FindLine,
  file: string,
  texts: readonly string[],
): Promise<LogSearch> {
  const troubles: string[] = [];
  const search = { disk, find, patterns: compiled(texts, troubles), limitMs: LIMIT_MS };
  try {
    const line = search.patterns.length > 0 ? await firstLine(search, file) : undefined;
    return { troubles: [...troubles, ...givenUp(search)], ...(line !== undefined && { line: told(line) }) };
  } catch (error) {
    return { troubles: [...troubles, `the log could not be searched (${messageOf(error)})`] };
  }
}

function compiled(texts: readonly string[], troubles: string[]): Pattern[] {
  return [...new Set(texts)].flatMap((text) => {
    try {
      return [{ text, expression: new RegExp(text), spentMs: 0, givenUp: false }];
    } catch {
      troubles.push(`pattern ${text} is no regular expression`);
      return [];
    }
  });
}

async function firstLine(search: Search, file: string): Promise<string | undefined> {
  for await (const lines of linePieces(search.disk, file, LINE_MAX)) {
    search.limitMs += LIMIT_PER_PIECE_MS;
    const first = search.patterns.reduce(
      (upTo, pattern) => firstOf(search, pattern, lines, upTo),
      lines.length,
    );
    if (first < lines.length) return lines[first];
  }
  return undefined;
}

/** The first of the first `upTo` lines that the pattern fits; `upTo` when there is none. */
function firstOf(search: Search, pattern: Pattern, lines: readonly string[], upTo: number): number {
  const leftMs = timeLeft(search, pattern);
  if (pattern.givenUp || leftMs <= 0) {
    pattern.givenUp = true;
    return upTo;
  }
  const { clock } = search.disk;
  const begun = clock.monotonic();
  const index = search.find(pattern.expression, lines.slice(0, upTo), leftMs);
  pattern.spentMs += clock.monotonic() - begun;
  pattern.givenUp = index === undefined;
  return index === undefined || index < 0 ? upTo : index;
}

function timeLeft({ patterns, limitMs }: Search, pattern: Pattern): number {
  const spentMs = patterns.reduce((sum, one) => sum + one.spentMs, 0);
  return Math.min(limitMs - pattern.spentMs, limitMs * TOGETHER - spentMs);
}

function givenUp({ patterns }: Search): string[] {
  return patterns
    .filter((pattern) => pattern.givenUp)
    .map(
      ({ text, spentMs }) =>
        `pattern ${text} was given up: ${spentMs > 0 ? 'it takes' : 'all take'} too long`,
    );
}

function told(line: string): string {
  const text = line.trim();
  return text.length > TOLD_MAX ? `${text.slice(0, TOLD_MAX)}...` : text;
}
