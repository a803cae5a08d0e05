// Rows of comma-separated text from its lines, quotes and line ends in quotes included. Pure.

export interface CsvRow {
  /** The line it begins in, counted from 1. */
  line: number;
  /** Without the quotes and blanks around them. */
  cells: string[];
}

export interface CsvReader {
  /** The rows that are complete with these lines. */
  push(lines: readonly string[]): CsvRow[];
  /** What is left when no more lines come. */
  end(): CsvRow[];
}

const SEPARATORS = [',', ';', '\t'];
/** A quote that is not closed within so many lines was none: what follows it must not go unseen. */
const QUOTED_LINES_MAX = 1000;

export function csvReader(): CsvReader {
  let separator: string | undefined;
  let number = 0;
  let open: { line: number; text: string }[] = [];
  let inQuotes = false;
  const rowsOf = (lines: typeof open, separated: string): CsvRow[] =>
    lines.map(({ line, text }) => ({ line, cells: cellsOf(text, separated) }));
  const take = (text: string): CsvRow[] => {
    number += 1;
    separator ??= separatorOf(text);
    open.push({ line: number, text });
    if (hasOpenQuote(text)) inQuotes = !inQuotes;
    if (inQuotes && open.length < QUOTED_LINES_MAX) return [];
    const record = { line: open[0]?.line ?? number, text: open.map((part) => part.text).join('\n') };
    const lines = inQuotes ? open : [record];
    open = [];
    inQuotes = false;
    return rowsOf(lines, separator);
  };
  return {
    push: (lines) => lines.flatMap(take),
    end: () => rowsOf(open.splice(0), separator ?? ','),
  };
}

/** The separator that the first line holds most often outside quotes. */
function separatorOf(text: string): string {
  const line = text.replace(/"[^"]*"/g, '');
  const times = (separator: string) => line.split(separator).length;
  return SEPARATORS.reduce((best, next) => (times(next) > times(best) ? next : best));
}

function hasOpenQuote(record: string): boolean {
  return record.includes('"') && record.split('"').length % 2 === 0;
}

function cellsOf(record: string, separator: string): string[] {
  if (!record.includes('"')) return record.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  for (const part of record.split(separator)) {
    const before = cells.at(-1);
    // a separator in quotes divides nothing
    if (before !== undefined && hasOpenQuote(before)) cells[cells.length - 1] = before + separator + part;
    else cells.push(part);
  }
  return cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .trim(),
  );
}
