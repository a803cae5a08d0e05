// People write job.json with Notepad and PowerShell: read UTF-8 with or without BOM and UTF-16, any line ends.
import { remembering } from './remember.ts';

/** The text of a file that a person may have written. Invalid UTF-8 gives an error text instead. */
export function decodeText(bytes: Uint8Array): { text: string } | { problem: string } {
  const encoding = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return { problem: `is not valid ${encoding.toUpperCase()} text` };
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // PowerShell's UTF-16 without a byte order mark: JSON begins with an ASCII character and a zero byte
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return 'utf-8';
}

/** Parses JSON that a person may have written. The problem names line and column where the engine tells. */
export function parseJson(bytes: Uint8Array): Json {
  return known(bytes, () => parse(bytes));
}

type Json = { value: unknown } | { problem: string };
const known = remembering<Json>();

function parse(bytes: Uint8Array): Json {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) return decoded;
  if (decoded.text.trim() === '') return { problem: 'is empty' };
  if (isTooDeep(decoded.text)) return { problem: TOO_DEEP };
  try {
    return { value: JSON.parse(decoded.text) as unknown };
  } catch (error) {
    return { problem: `is not valid JSON: ${jsonComplaint(error, decoded.text)}` };
  }
}

/** What is nested deeper can be parsed, but not written again: the stack ends before. Nothing of ours comes near it. */
const DEEPEST = 1000;
const TOO_DEEP = `is nested more than ${DEEPEST} deep`;

/** The value of a JSON text, such as one line of a log; throws where it is none that could be written again. */
export function jsonOf(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(TOO_DEEP);
  return JSON.parse(text);
}

/** Of a text that is no JSON it says anything. */
function isTooDeep(text: string): boolean {
  if (text.length <= DEEPEST) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    else if (char === '"') at = endOfText(text, at);
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Where the quote stands that ends the text which begins here. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}

function jsonComplaint(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (!position) return message.replace(/, ".*" is not valid JSON$/s, '').replace(/ in JSON$/, '');
  const before = text.slice(0, Number(position)).split('\n');
  const what = message.replace(/ (in JSON )?at position \d+.*$/s, '');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${what}`;
}

/** The fields of a job.json as they were written; empty where it is not there or is no JSON object. */
export interface Fields {
  readonly [field: string]: unknown;
}
