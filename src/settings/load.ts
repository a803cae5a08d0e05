// The settings of this machine: flags before environment before file before defaults, each value with its source.
// Reads no disk and no environment: bytes and variables are handed in.
import type { Environment } from '../system/environment.ts';
import type { SettingKey, Settings } from './keys.ts';
import { ROWS, rowOf, SECTIONS } from './keys.ts';
import type { Facts } from './kinds.ts';
import { pathsOf } from './kinds.ts';
import type { Flag, Given, Layer } from './layers.ts';
import { fileLayer, flagLayer, variableLayer } from './layers.ts';
import { misnamedTargets } from './notify-names.ts';
import { wantedIn } from './notify-words.ts';
import type { SettingProblem } from './problems.ts';
import { fieldBelow, issueProblems, settingsError } from './problems.ts';
import type { Known } from './row.ts';
import { parseToml } from './toml-file.ts';

export interface LoadParts {
  /** The content of the settings file; undefined when there is none. */
  tomlBytes: Uint8Array | undefined;
  tomlFile: string;
  variables: Environment['variables'];
  flags: readonly Flag[];
  facts: Facts;
}

/** Where each value is from: `default`, `jobq.toml:3`, `JOBQ_RUNNER_SLOTS` or `--slots`. Entries of tables have their own. */
export type Sources = Record<SettingKey, string> & { readonly [entry: string]: string | undefined };

export interface Loaded {
  settings: Settings;
  sources: Sources;
}

/** Reads every layer. All that is wrong is told in one error of code `usage`. */
export function loadSettings({ tomlBytes, tomlFile, variables, flags, facts }: LoadParts): Loaded {
  const layers: Layer[] = [variableLayer(variables, facts.platform), flagLayer(flags)];
  if (tomlBytes !== undefined) {
    const name = pathsOf(facts).basename(tomlFile);
    layers.unshift(fileLayer(parseToml(tomlBytes, name, tomlFile)));
  }
  const checked = layers.flatMap(({ given }) => given).map((given) => check(given, facts));
  const problems = [...layers, ...checked].flatMap((part) => part.problems);
  if (problems.length > 0) throw settingsError(problems, tomlFile);

  const loaded = assemble(checked, facts);
  const misfits = checkWhole(loaded, checked, facts);
  if (misfits.length > 0) throw settingsError(misfits, tomlFile);
  return loaded;
}

const DEFAULT = 'default';

interface Checked {
  given: Given;
  value: unknown;
  problems: SettingProblem[];
}

function check(given: Given, facts: Facts): Checked {
  const result = rowOf(given.key)?.row.schema(facts).safeParse(given.value);
  if (result?.success) return { given, value: result.data, problems: [] };
  const issues = result?.error.issues ?? [];
  const problems = issues
    .flatMap((issue) => issueProblems(issue, given.value))
    .map(({ path, reason }) => {
      const where = given.where(path);
      const wanted = wantedIn(given.key, given.value, path);
      const file = given.inFile ? where : undefined;
      return { where, file, field: fieldBelow(given.key, path), reason, wanted };
    });
  return { given, value: undefined, problems };
}

function assemble(checked: readonly Checked[], facts: Facts): Loaded {
  const settings: Record<string, Record<string, unknown>> = Object.fromEntries(
    SECTIONS.map((name) => [name, {}]),
  );
  const sources: Record<string, string> = {};
  const known: Known = { ...facts, queueId: undefined };
  for (const { section, name, key, row } of ROWS) {
    const set = checked.filter(({ given }) => given.key === key);
    const last = set.at(-1);
    const fallback: unknown =
      typeof row.default === 'function' ? row.default(known) : structuredClone(row.default);
    const value = row.form === 'table' ? merged(fallback, set) : (last?.value ?? fallback);
    settings[section] = { ...settings[section], [name]: value };
    // the place of a line is looked for only when somebody asks
    Object.defineProperty(sources, key, { get: () => last?.given.where([]) ?? DEFAULT, enumerable: true });
    if (row.form === 'table') Object.assign(sources, entrySources(key, fallback, set));
    // the folders of a queue are named after it: its row stands before theirs
    if (key === 'queue.id') known.queueId = value as string | undefined;
  }
  return { settings, sources } as unknown as Loaded;
}

/** Tables are merged entry by entry, so that a file that adds an interpreter keeps the others. */
function merged(fallback: unknown, set: readonly Checked[]): unknown {
  return Object.assign({}, fallback, ...set.map(({ value }) => value));
}

function entrySources(key: string, fallback: unknown, set: readonly Checked[]): Record<string, string> {
  const named = (table: unknown, where: (name: string) => string) =>
    Object.keys(table as object).map((name) => [`${key}.${name}`, where(name)] as const);
  return Object.fromEntries([
    ...named(fallback, () => DEFAULT),
    ...set.flatMap(({ value, given }) => named(value, (name) => given.where([name]))),
  ]);
}

/** What can be wrong although each value by itself is right. */
function checkWhole(
  { settings, sources }: Loaded,
  checked: readonly Checked[],
  facts: Facts,
): SettingProblem[] {
  const { id, default_interpreter, interpreters } = settings.runner;
  const ownId: Given = { key: 'runner.id', value: id, where: () => sources['runner.id'], inFile: false };
  // the id may be made from a host name that cannot be one
  const problems = check(ownId, facts).problems;
  if (!Object.hasOwn(interpreters, default_interpreter)) {
    const key = 'runner.default_interpreter';
    const where = sources[key];
    const inFile = checked.some(
      ({ given }) => given.key === key && given.inFile && given.where([]) === where,
    );
    const reason = `"${default_interpreter}" is none of runner.interpreters (${Object.keys(interpreters).join(', ')})`;
    problems.push({ where, file: inFile ? where : undefined, field: key, reason });
  }
  return [...problems, ...misnamed(settings, checked)];
}

/** Names of targets that are none, each at the place that counts: that of the last layer that has the entry. */
function misnamed({ notify }: Settings, checked: readonly Checked[]): SettingProblem[] {
  return misnamedTargets(notify).map(({ key, path, reason, wanted }) => {
    const has = ({ value }: Given) => path.every((entry) => Object.hasOwn(value as object, entry));
    const given = checked.map((part) => part.given).findLast((part) => part.key === key && has(part));
    const where = given?.where(path) ?? DEFAULT;
    return { where, file: given?.inFile ? where : undefined, field: fieldBelow(key, path), reason, wanted };
  });
}
