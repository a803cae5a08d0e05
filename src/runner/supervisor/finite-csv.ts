// Are the numbers of CSV files finite? An optimization that diverged ends with exit code 0 and writes nan.
import { messageOf } from '../../errors.ts';
import type { Disk } from '../../store/disk.ts';
import { pathMatcher } from '../../store/matching.ts';
import { joinPortable } from '../../store/portable.ts';
import { listTree } from '../../store/tree.ts';
import type { CsvRow } from './csv-rows.ts';
import { csvReader } from './csv-rows.ts';
import { linePieces } from './text-pieces.ts';

/** A row that is longer is no row of numbers that people look at. */
const ROW_MAX = 1 << 20;
/** The name of a column is told as far as it can be read at a glance. */
const NAME_MAX = 80;
const READ_TRIES = 10;
const READ_PAUSE_MS = 1000;

/** What Python, numpy, C and Fortran write for a number that is none. */
const NOT_FINITE = /^[+-]?(?:nan(?:\([^)]*\))?|inf(?:inity)?|1\.#\w+)$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[ed][+-]?\d+)?$/i;

/** The first place in the files that fit the patterns where a number is not finite, in words. */
export async function firstNotFinite(
  disk: Disk,
  dir: string,
  patterns: readonly string[],
): Promise<string | undefined> {
  if (patterns.length === 0) return undefined;
  const files = listTree(disk.files, dir).files.map((file) => file.path);
  for (const pattern of patterns) {
    const chosen = files.filter(pathMatcher([pattern]));
    if (chosen.length === 0) return `no file fits ${pattern}`;
    for (const file of chosen) {
      const breach = await patiently(disk, () => breachIn(disk, joinPortable(dir, file)));
      if (breach !== undefined) return file + breach;
    }
  }
  return undefined;
}

/** Somebody who looks at a file may hold it for a moment. */
async function patiently(
  { clock }: Disk,
  look: () => Promise<string | undefined>,
): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await look();
    } catch (error) {
      if (tries === READ_TRIES) return ` cannot be read (${messageOf(error)})`;
      await clock.sleep(READ_PAUSE_MS);
    }
  }
}

async function breachIn(disk: Disk, file: string): Promise<string | undefined> {
  const reader = csvReader();
  let header: CsvRow | undefined;
  const firstOf = (rows: readonly CsvRow[]): string | undefined => {
    for (const row of rows) {
      header ??= isHeader(row) ? row : { line: 0, cells: [] };
      const column = row.cells.findIndex(isBreach);
      if (column >= 0) return place(row, column, header);
    }
    return undefined;
  };
  for await (const lines of linePieces(disk, file, ROW_MAX)) {
    const breach = firstOf(reader.push(lines));
    if (breach !== undefined) return breach;
  }
  return firstOf(reader.end());
}

function isHeader({ cells }: CsvRow): boolean {
  return !cells.some((cell) => NUMBER.test(cell) || NOT_FINITE.test(cell));
}

function isBreach(cell: string): boolean {
  if (NOT_FINITE.test(cell)) return true;
  return NUMBER.test(cell) && !Number.isFinite(Number(cell.replace(/d/i, 'e')));
}

function place({ line, cells }: CsvRow, column: number, header: CsvRow): string {
  const name = header.cells[column]?.slice(0, NAME_MAX) || String(column + 1);
  return `, line ${line}: column ${name} is ${cells[column]}`;
}
