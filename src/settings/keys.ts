// The keys by their full names, and the type of the whole, both made from the table.
import type * as z from 'zod/mini';
import type { Row } from './row.ts';
import { TABLE } from './table.ts';

type Table = typeof TABLE;
export type Section = keyof Table;
export type SettingKey = { [S in Section]: `${S}.${keyof Table[S] & string}` }[Section];

type DefaultOf<R extends Row> = R['default'] extends (...args: never[]) => infer D ? D : R['default'];
type ValueOf<R extends Row> = z.infer<ReturnType<R['schema']>> | Extract<DefaultOf<R>, undefined>;

/** All settings of this machine. Only what has no default may be undefined. */
export type Settings = {
  [S in Section]: { [K in keyof Table[S]]: Table[S][K] extends Row ? ValueOf<Table[S][K]> : never };
};

export interface KeyedRow {
  section: Section;
  /** The name within its section. */
  name: string;
  key: SettingKey;
  row: Row;
}

export const SECTIONS = Object.keys(TABLE) as Section[];

/** Every row, in the order of the table. */
export const ROWS: readonly KeyedRow[] = SECTIONS.flatMap((section) =>
  Object.entries<Row>(TABLE[section]).map(([name, row]) => ({
    section,
    name,
    key: `${section}.${name}` as SettingKey,
    row,
  })),
);

export const SETTING_KEYS: readonly SettingKey[] = ROWS.map(({ key }) => key);

const byKey = new Map<string, KeyedRow>(ROWS.map((keyed) => [keyed.key, keyed]));

export function rowOf(key: string): KeyedRow | undefined {
  return byKey.get(key);
}

/** The environment variable of a key: `JOBQ_RUNNER_SLOTS`. */
export function variableOf(key: SettingKey): string {
  return `JOBQ_${key.replace('.', '_').toUpperCase()}`;
}
