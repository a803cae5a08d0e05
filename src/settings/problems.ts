// What is wrong with the settings, gathered from every layer and told at once.

import type * as z from 'zod/mini';
import { JobqError } from '../errors.ts';
import { describeIssues, fieldPath, sentence } from '../job/issues.ts';
import { INTERPRETER_FIELDS } from './interpreters.ts';
import { rowOf, SECTIONS, SETTING_KEYS } from './keys.ts';
import { didYouMean } from './nearest.ts';
import { TARGET_OPTIONS } from './notify-targets.ts';
import { POST_FIELDS } from './post-processors.ts';

export interface SettingProblem {
  /** `jobq.toml:3`, the name of a variable, or a flag. */
  where: string;
  /** The same, if it is a file. */
  file?: string | undefined;
  /** The key, or what stands in the place of one. */
  field: string;
  reason: string;
  /** What to write there, as a clause. */
  wanted?: string | undefined;
  /** What to do, where that is more than to correct the value. */
  remedy?: string | undefined;
}

const KINDS: { readonly [expected: string]: string } = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  array: 'a list of texts',
  record: 'a table',
  object: 'a table',
};

/** What is longer than any name may be a secret in the wrong place. */
const SHOWN_MAX = 60;

function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > SHOWN_MAX ? 'a long text' : JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return 'a list';
  return value instanceof Date ? 'a time' : 'a table';
}

function inputAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

/** The field below the key, and the reason, for each thing the check found. */
export function issueProblems(
  issue: z.core.$ZodIssue,
  value: unknown,
): { path: PropertyKey[]; reason: string }[] {
  const input = inputAt(value, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      reason: `is not known${didYouMean(key, [...INTERPRETER_FIELDS, ...POST_FIELDS, ...TARGET_OPTIONS])}`,
    }));
  }
  if (issue.code === 'invalid_type' && input !== undefined) {
    const reason = `should be ${KINDS[issue.expected] ?? issue.expected}, but is ${shown(input)}`;
    return [{ path: issue.path, reason }];
  }
  // the name of an entry was refused: the reasons are one level down
  const told = issue.code === 'invalid_key' ? issue.issues : [issue];
  return describeIssues(told, value).map(({ reason }) => ({ path: issue.path, reason }));
}

export function fieldBelow(key: string, path: readonly PropertyKey[]): string {
  return `${key}${fieldPath(path).replace(/^(?=[^[])/, '.')}`;
}

function remedyFor({ field, file, wanted }: SettingProblem, tomlFile: string): string {
  const place = file === undefined ? 'Correct it' : `Correct ${tomlFile}`;
  if (wanted !== undefined) return `${place}: ${wanted}.`;
  const keyed = rowOf(field.split(/[.[]/, 2).join('.'));
  if (keyed) return `${place}: ${keyed.key} is ${keyed.row.meaning}.`;
  const [section = ''] = field.split('.');
  const keys = SETTING_KEYS.filter((key) => key.startsWith(`${section}.`));
  if (keys.length > 0)
    return `${place}: the keys of [${section}] are ${keys.map((key) => key.slice(section.length + 1)).join(', ')}.`;
  return `${place}: the sections are ${SECTIONS.join(', ')}.`;
}

/** One error for all problems; file and field are those of the first. */
export function settingsError(
  problems: readonly SettingProblem[],
  tomlFile: string,
  cause?: unknown,
): JobqError {
  const sentences = problems.map((problem) => sentence(problem.where, problem));
  const first = problems[0] ?? { where: tomlFile, field: '', reason: '' };
  const message =
    sentences.length === 1
      ? sentences.join('')
      : [`${sentences.length} settings are wrong:`, ...sentences].join('\n  ');
  return new JobqError('usage', message, {
    file: first.file,
    field: first.field || undefined,
    remedy: first.remedy ?? remedyFor(first, tomlFile),
    cause,
  });
}
