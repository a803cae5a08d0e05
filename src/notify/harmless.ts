// Text from a job made harmless for whoever shows it: no control characters, nothing invisible, and cut at a character.
// Knows nothing of any channel's own marks.

const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029\v\f]/g;
/** Controls but the line feed; what has no look of its own, such as marks that turn text around or hide it. */
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}]/gu;
/** Half a pair is no character. */
const HALVES = /\p{Cs}/gu;

/** The same text with nothing in it that a terminal, a screen or a header obeys. Tabs become blanks. */
export function harmless(text: string): string {
  return text
    .replace(LINE_BREAKS, '\n')
    .replaceAll('\t', ' ')
    .replace(INVISIBLE, '')
    .replace(HALVES, '\uFFFD');
}

/** One harmless line. */
export function oneLine(text: string, limit = 1000): string {
  return cut(harmless(text).replace(/\s+/g, ' ').trim(), limit);
}

const CUT = '…';

/** As many whole characters from the start as fit, by this measure. */
function startOf(text: string, limit: number, sizeOf: Measure): string {
  let size = 0;
  let start = '';
  for (const char of text) {
    size += sizeOf(char);
    if (size > limit) break;
    start += char;
  }
  return start;
}

/** How long a text counts as. */
export type Measure = (text: string) => number;

/** UTF-16 units: never less than characters. */
const inUnits: Measure = ({ length }) => length;
export const inBytes: Measure = (text) => Buffer.byteLength(text);

/** At most so long, by whole characters; what is cut ends in `…`. */
export function cut(text: string, limit: number, sizeOf: Measure = inUnits): string {
  if (sizeOf(text) <= limit) return text;
  return limit < sizeOf(CUT) ? '' : startOf(text, limit - sizeOf(CUT), sizeOf) + CUT;
}

/** `@everyone` and its like, so that nobody is called: an invisible mark stands behind the @. */
export function withoutCalls(text: string): string {
  return text.replace(/@(?=everyone|here|channel|group)/gi, '@\u200b');
}

/** The text cut so that this last line still fits, on a line of its own. */
export function withLastLine(text: string, line: string, limit: number, sizeOf: Measure = inUnits): string {
  return `${cut(text, limit - sizeOf(`\n${line}`), sizeOf)}\n${line}`;
}
