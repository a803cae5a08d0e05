// The bytes of the settings file -> its text and its table. Knows TOML, no setting.
import { parse, TomlError } from 'smol-toml';
import { messageOf } from '../errors.ts';
import { decodeText } from '../job/lenient-text.ts';
import { settingsError } from './problems.ts';

export interface TomlFile {
  /** As it stands in messages: `jobq.toml`. */
  name: string;
  text: string;
  table: Record<string, unknown>;
}

function complaint(error: TomlError, text: string): string {
  const what = error.message.replace(/^Invalid TOML document: /, '').replace(/\n.*$/s, '');
  const line = text.split('\n')[error.line - 1] ?? '';
  const hint = line.includes('\\') ? '; write Windows paths in single quotes' : '';
  return `is not valid TOML: column ${error.column}: ${what}${hint}`;
}

/** Throws a usage error with the line when the text is no TOML. */
export function parseToml(bytes: Uint8Array, name: string, tomlFile: string): TomlFile {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) {
    throw settingsError([{ where: name, file: name, field: '', reason: decoded.problem }], tomlFile);
  }
  const { text } = decoded;
  try {
    return { name, text, table: parse(text, { unsafeKeyBehaviour: 'throw' }) };
  } catch (error) {
    const where = error instanceof TomlError ? `${name}:${error.line}` : name;
    const reason = error instanceof TomlError ? complaint(error, text) : messageOf(error);
    throw settingsError([{ where, file: where, field: '', reason }], tomlFile, error);
  }
}
