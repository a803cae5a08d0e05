// The table of settings as people read it: the commented file, the Markdown table, the rows of `jobq settings`.
import type { KeyedRow } from './keys.ts';
import { ROWS, SECTIONS, variableOf } from './keys.ts';
import type { Loaded } from './load.ts';

const HEADER = [
  '# Settings of jobq on this machine. This file stays local: it is not mirrored.',
  '# Each key is shown with its default, or with an example where the default is not a fixed value.',
  '# Remove the "# " before a key to change it. An environment variable such as JOBQ_RUNNER_SLOTS overrules the file.',
  '# A section such as [notify.targets.team] may be added at the end; keys with their full names stand above all sections.',
];

/** The default in words. */
function defaultOf({ row }: KeyedRow): string {
  if (row.shown !== undefined) return row.shown;
  return row.default === undefined ? 'unset' : `\`${JSON.stringify(row.default)}\``;
}

function commentedRow(keyed: KeyedRow, queueId: string): string[] {
  const { section, key, name, row } = keyed;
  const told = [`# ${row.meaning}`, `# (${row.unit}; default: ${defaultOf(keyed).replaceAll('`', '')})`];
  if (key === 'queue.id') return [...told, `${key} = ${JSON.stringify(queueId)}`, ''];
  const lines = row.examples ?? [`${name} = ${JSON.stringify(row.default)}`];
  return [...told, ...lines.map((line) => `# ${section}.${line}`), ''];
}

/**
 * The settings file that `jobq init` writes: everything but the queue's id is commented out. Keys have their full names and
 * no section has a header, so that any section can be added below: TOML allows each header once.
 */
export function commentedSettings(queueId: string): string {
  const sections = SECTIONS.flatMap((section) => [
    `# ---- ${section} ----`,
    '',
    ...ROWS.filter((keyed) => keyed.section === section).flatMap((keyed) => commentedRow(keyed, queueId)),
  ]);
  return `${[...HEADER, '', ...sections].join('\n').trimEnd()}\n`;
}

/** The table of settings in Markdown. */
export function settingsTable(): string {
  const cells = ROWS.map((keyed) => {
    const { key, row } = keyed;
    return [`\`${key}\``, defaultOf(keyed), row.unit, row.meaning, row.source];
  });
  const lines = [
    ['Key', 'Default', 'Unit', 'Meaning', 'Where the figure is from'],
    Array(5).fill('---'),
    ...cells,
  ];
  return `${lines.map((line) => `| ${line.map(asCell).join(' | ')} |`).join('\n')}\n`;
}

/** A place-holder such as `<queue id>` would be taken for HTML, were it not code. */
function asCell(text: string): string {
  return text.replace(/[\w/]*<.*>[\w/]*/, (place) => `\`${place}\``);
}

/** What `jobq settings` shows of one setting. */
export interface SettingRow {
  key: string;
  value: unknown;
  /** `default`, `jobq.toml:3`, a variable or a flag. */
  source: string;
  variable: string;
  unit: string;
  meaning: string;
}

const SECRET = '***';

/** One row a key, and one for each entry of a table. An unset value is null. */
export function settingRows({ settings, sources }: Loaded): SettingRow[] {
  return ROWS.flatMap(({ section, name, key, row }) => {
    const value = (settings[section] as Record<string, unknown>)[name];
    const shared = { variable: variableOf(key), unit: row.unit, meaning: row.meaning };
    const entries: [string, unknown][] =
      row.form === 'table'
        ? Object.entries(value as object).map(([entry, part]) => [`${key}.${entry}`, part])
        : [[key, value]];
    return entries.map(([entry, part]) => ({
      key: entry,
      value: row.secret && part !== undefined ? SECRET : (part ?? null),
      source: sources[entry] ?? sources[key],
      ...shared,
    }));
  });
}
