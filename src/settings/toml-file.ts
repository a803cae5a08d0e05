// The bytes of the settings file -> its text and its table. Knows TOML, no setting.
import { parse, TomlError } from 'smol-toml';
import { messageOf } from '../errors.ts';
import { decodeText } from '../job/lenient-text.ts';
import { namedBefore } from './key-lines.ts';
import type { SettingProblem } from './problems.ts';
import { settingsError } from './problems.ts';

export interface TomlFile {
  /** As it stands in messages: `jobq.toml`. */
  name: string;
  text: string;
  table: Record<string, unknown>;
}

type Complaint = Pick<SettingProblem, 'reason' | 'remedy'>;

function complaint(error: TomlError, text: string): Complaint {
  return (/\bredefine\b/.test(error.message) && redefinition(error, text)) || misspelling(error, text);
}

/** TOML allows each header and each key once. */
function redefinition({ line }: TomlError, text: string): Complaint | undefined {
  const twice = namedBefore(text, line);
  if (!twice) return undefined;
  const { what, isHeader, firstLine, firstIsHeader } = twice;
  const name = what.replace(/^\[|\]$/g, '');
  const to = firstIsHeader
    ? `below line ${firstLine}`
    : `beside line ${firstLine}, with their full names (${name}.…)`;
  const remedy = isHeader
    ? `Put the keys that stand below line ${line} ${to}, and remove line ${line}; tables such as [${name}.x] may stay.`
    : `Leave one of the two: line ${firstLine} or line ${line}.`;
  return { reason: `${what} is there twice: first in line ${firstLine}, and again here`, remedy };
}

function misspelling(error: TomlError, text: string): Complaint {
  const what = error.message.replace(/^Invalid TOML document: /, '').replace(/\n.*$/s, '');
  const line = text.split('\n')[error.line - 1] ?? '';
  const hint = line.includes('\\') ? '; write Windows paths in single quotes' : '';
  return { reason: `is not valid TOML: column ${error.column}: ${what}${hint}` };
}

/** A string of several lines, where `#` may start one that is no comment, and what TOML allows in no comment. */
const NOT_PLAIN = /"""|'''|(?![\t\n\r])\p{Cc}|\r(?!\n)/u;

/** Most of a settings file is comments, which the parser goes through letter by letter. */
function parsed(text: string): TomlFile['table'] {
  const options = { unsafeKeyBehaviour: 'throw' } as const;
  if (NOT_PLAIN.test(text)) return parse(text, options);
  try {
    return parse(text.replaceAll(/(^|\n)[ \t]*#[^\n]*/g, '$1'), options);
  } catch {
    return parse(text, options); // its complaint shows the text as it stands
  }
}

/** Throws a usage error with the line when the text is no TOML. */
export function parseToml(bytes: Uint8Array, name: string, tomlFile: string): TomlFile {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) {
    throw settingsError([{ where: name, file: name, field: '', reason: decoded.problem }], tomlFile);
  }
  const { text } = decoded;
  try {
    return { name, text, table: parsed(text) };
  } catch (error) {
    const where = error instanceof TomlError ? `${name}:${error.line}` : name;
    const told = error instanceof TomlError ? complaint(error, text) : { reason: messageOf(error) };
    throw settingsError([{ where, file: where, field: '', ...told }], tomlFile, error);
  }
}
