// Compares one source file with the tables of the architecture. Pure: a path and a text in, breaches out.
import { posix } from 'node:path';
import { maskSource } from './mask-source.ts';
import type { SourceImport } from './source-imports.ts';
import { computedPath, importsOf, lineAt } from './source-imports.ts';

export type Breach = { path: string; line: number; rule: string };
type FolderRule = { values: readonly string[]; types?: readonly string[] };
export type Tables = {
  /** Which folders of src a folder may import, as values and as types only. */
  folders: Readonly<Record<string, FolderRule>>;
  /** Types that anyone may import. */
  typesForAll: readonly string[];
  /** The folders and files (`src/x/` or `src/x/y.ts`) that may import a package. */
  packages: Readonly<Record<string, readonly string[]>>;
  /** The same for Node's own modules; `otherBuiltins` for those not named. */
  builtins: Readonly<Record<string, readonly string[]>>;
  otherBuiltins: readonly string[];
  /** Calls that only `outside` may make. */
  forbiddenCode: readonly { name: string; pattern: RegExp }[];
  outside: readonly string[];
  forbiddenFolders: readonly string[];
  maxLines: number;
};

/** `src/store/seal.ts` is in `store`, `src/errors.ts` in `errors`, `bin/main.mts` in `bin`. */
function folderOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second.replace(/\.ts$/, '') : top;
}

const lies = (path: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));

const listed = (names: readonly string[]) => (names.length === 0 ? 'nothing' : names.join(', '));

function fileRule(path: string, { specifier, isType }: SourceImport, tables: Tables): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (!/\.m?ts$/.test(target)) return `${specifier}: an import of a file ends in .ts`;
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === 'bin' || from === to) return undefined;
  if (!target.startsWith('src/')) return `${specifier}: src imports nothing outside src`;
  const rule = tables.folders[from];
  if (!rule) return undefined;
  const types = [...new Set([...rule.values, ...(rule.types ?? []), ...tables.typesForAll])];
  if (isType && !types.includes(to))
    return `${from} may not import from ${to}, not even types (only ${listed(types)})`;
  if (isType || rule.values.includes(to)) return undefined;
  const hint = types.includes(to) ? 'only `import type`' : `values only from ${listed(rule.values)}`;
  return `${from} may not import values from ${to} (${hint})`;
}

function packageRule(path: string, { specifier }: SourceImport, tables: Tables): string | undefined {
  const parts = specifier.split('/');
  const isBuiltin = specifier.startsWith('node:');
  const name = isBuiltin ? specifier : parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const places = isBuiltin ? (tables.builtins[name] ?? tables.otherBuiltins) : tables.packages[name];
  if (!places) return `the package ${name} is not in the table of packages`;
  return lies(path, places) ? undefined : `${name} may be imported only in ${listed(places)}`;
}

function importRule(path: string, found: SourceImport, tables: Tables): string | undefined {
  if (found.specifier === computedPath) return 'the path of a dynamic import is written out';
  const check = found.specifier.startsWith('.') ? fileRule : packageRule;
  return check(path, found, tables);
}

function codeBreaches(path: string, text: string, tables: Tables): Breach[] {
  if (!path.startsWith('src/') || lies(path, tables.outside)) return [];
  const { codeOnly } = maskSource(text);
  return tables.forbiddenCode.flatMap(({ name, pattern }) =>
    [...codeOnly.matchAll(pattern)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      rule: `${name} only in ${listed(tables.outside)}`,
    })),
  );
}

function shapeBreaches(path: string, text: string, tables: Tables): Breach[] {
  if (!path.startsWith('src/')) return [];
  const lines = text.replace(/\n$/, '').split('\n').length;
  const drawer = path.split('/').find((part) => tables.forbiddenFolders.includes(part.replace(/\.ts$/, '')));
  const folder = folderOf(path);
  return [
    ...(lines > tables.maxLines
      ? [{ path, line: lines, rule: `${lines} lines, at most ${tables.maxLines}` }]
      : []),
    ...(drawer ? [{ path, line: 1, rule: `${drawer} is a drawer: name it after what it owns` }] : []),
    ...(tables.folders[folder]
      ? []
      : [{ path, line: 1, rule: `src/${folder} is not in the table of folders` }]),
  ];
}

export function breachesOf(path: string, text: string, tables: Tables): Breach[] {
  const imports = importsOf(text).flatMap((found) => {
    const rule = importRule(path, found, tables);
    return rule ? [{ path, line: found.line, rule }] : [];
  });
  return [...shapeBreaches(path, text, tables), ...imports, ...codeBreaches(path, text, tables)];
}

export const describeBreach = ({ path, line, rule }: Breach) => `${path}:${line}: ${rule}`;
