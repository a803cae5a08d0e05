// What each layer (file, environment, flags) sets, by key and with its place. Nothing is checked against a schema yet.
import type { LineOf } from './key-lines.ts';
import { keyLines } from './key-lines.ts';
import type { SettingKey } from './keys.ts';
import { ROWS, rowOf, SECTIONS, SETTING_KEYS, variableOf } from './keys.ts';
import { valueOfText } from './kinds.ts';
import { didYouMean } from './nearest.ts';
import type { SettingProblem } from './problems.ts';
import type { TomlFile } from './toml-file.ts';

/** One value that a layer sets. */
export interface Given {
  key: SettingKey;
  value: unknown;
  /** Where a part of the value is set: `jobq.toml:3`, a variable, a flag. */
  where: (path: readonly PropertyKey[]) => string;
  inFile: boolean;
}

export interface Layer {
  given: Given[];
  problems: SettingProblem[];
}

/** A value from the command line, for the key it overrules; undefined when the flag was not used. */
export interface Flag {
  flag: string;
  key: SettingKey;
  value: unknown;
}

/** Variables that jobq sets for jobs or reads elsewhere: not settings. */
export const RESERVED_VARIABLES: readonly string[] = [
  'JOBQ_QUEUE',
  'JOBQ_JOB_ID',
  'JOBQ_WORK_DIR',
  'JOBQ_ATTEMPT',
  'JOBQ_CANCEL_FILE',
  'JOBQ_RUN_ID',
  'JOBQ_PROJECT',
  'JOBQ_TYPE',
  'JOBQ_STATE',
  'JOBQ_OUTCOME',
  'JOBQ_ERROR_CLASS',
  'JOBQ_POST_NAME',
  'JOBQ_POST_TRY',
];

/** What a command of `notify.targets` is told, in names that begin so; it may well call jobq. */
export const MESSAGE_VARIABLES = 'JOBQ_MESSAGE_';

function isReserved(name: string): boolean {
  return RESERVED_VARIABLES.includes(name) || name.startsWith(MESSAGE_VARIABLES);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function fileLayer(file: TomlFile): Layer {
  let lineOf: LineOf | undefined;
  const placed: Place = (path) => {
    lineOf ??= keyLines(file.text);
    return `${file.name}:${lineOf(path.map(String))}`;
  };
  const layers = Object.entries(file.table).map(([name, content]) => sectionLayer(name, content, placed));
  return {
    given: layers.flatMap(({ given }) => given),
    problems: layers.flatMap(({ problems }) => problems),
  };
}

type Place = (path: readonly PropertyKey[]) => string;

function refused(path: readonly string[], place: Place, reason: string): SettingProblem {
  return { where: place(path), file: place(path), field: path.join('.'), reason };
}

function sectionLayer(section: string, content: unknown, place: Place): Layer {
  if (!SECTIONS.some((name) => name === section)) {
    const hint = didYouMean(section, isTable(content) ? SECTIONS : [...SETTING_KEYS, ...SECTIONS]);
    return { given: [], problems: [refused([section], place, `is not a known section${hint}`)] };
  }
  if (!isTable(content)) {
    return {
      given: [],
      problems: [refused([section], place, `should be a section, written as [${section}]`)],
    };
  }
  const layer: Layer = { given: [], problems: [] };
  for (const [name, value] of Object.entries(content)) {
    layer.problems.push(...sunken({ [name]: value }, [section], place));
    const keyed = rowOf(`${section}.${name}`);
    const where: Place = (path) => place([section, name, ...path]);
    if (keyed) layer.given.push({ key: keyed.key, value, where, inFile: true });
    else {
      const hint = didYouMean(`${section}.${name}`, SETTING_KEYS);
      layer.problems.push(refused([section, name], place, `is not a known key${hint}`));
    }
  }
  return layer;
}

/** Keys with their full names that were added at the end of the file: there they belong to the table above them. */
function sunken(table: unknown, path: readonly string[], place: Place): SettingProblem[] {
  if (!isTable(table)) return [];
  return Object.entries(table).flatMap(([name, value]) => {
    const at = [...path, name];
    if (!isTable(value)) return [];
    const keys = Object.keys(value);
    const areFullNames = keys.length > 0 && keys.every((key) => rowOf(`${name}.${key}`));
    if (!areFullNames) return sunken(value, at, place);
    const reason = `stands below [${path.join('.')}] and belongs to it there`;
    const remedy = `Move it up: keys with their full names, such as ${name}.${keys[0]}, stand above the first [section].`;
    return [{ ...refused(at, place, reason), remedy }];
  });
}

const byVariable = new Map(ROWS.map((keyed) => [variableOf(keyed.key), keyed]));

export function variableLayer(
  variables: Readonly<Record<string, string | undefined>>,
  platform: string,
): Layer {
  const layer: Layer = { given: [], problems: [] };
  for (const [written, value] of Object.entries(variables)) {
    // Windows does not tell upper from lower case in the names of variables
    const name = platform === 'win32' ? written.toUpperCase() : written;
    if (value === undefined || !name.startsWith('JOBQ_') || isReserved(name)) continue;
    const keyed = byVariable.get(name);
    if (keyed) {
      layer.given.push({
        key: keyed.key,
        value: valueOfText(keyed.row.form, value),
        where: () => name,
        inFile: false,
      });
    } else {
      const hint = didYouMean(name, [...byVariable.keys(), ...RESERVED_VARIABLES]);
      layer.problems.push({ where: 'environment', field: name, reason: `is not a variable of jobq${hint}` });
    }
  }
  return layer;
}

export function flagLayer(flags: readonly Flag[]): Layer {
  const given = flags
    .filter(({ value }) => value !== undefined)
    .map(({ flag, key, value }) => {
      const form = rowOf(key)?.row.form ?? 'text';
      return {
        key,
        value: typeof value === 'string' ? valueOfText(form, value) : value,
        where: () => flag,
        inFile: false,
      };
    });
  return { given, problems: [] };
}
