// A table without lines that fits the terminal: the last column gives way first. The only import of cli-table3.
import Table from 'cli-table3';
import type { Style } from './style.ts';

const GAP = 2;
/** Less than this of the last column tells nobody anything. */
const LAST_MIN = 12;
/** And of any other. */
const COLUMN_MIN = 8;

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/** The length without the escape sequences of colours. */
function lengthOf(cell: string): number {
  const [plain = '', ...coloured] = cell.split('\u001b[');
  return plain.length + coloured.reduce((sum, piece) => sum + piece.length - piece.indexOf('m') - 1, 0);
}

function widthsOf({ width }: Style, rows: readonly (readonly string[])[]): number[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...rows.map((row) => lengthOf(row[column] ?? ''))),
  );
  const others = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP, 0);
  const last = widths.at(-1) ?? 0;
  return fitted([...widths.slice(0, -1), Math.min(last, Math.max(LAST_MIN, width - others))], width);
}

/** Where the last column alone cannot give way enough, the widest of the others do; never the first, which names the row. */
function fitted(widths: number[], width: number): number[] {
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1);
  for (let over = total() - width; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths.slice(1)), 1);
    if (widest < 1 || (widths[widest] ?? 0) <= COLUMN_MIN) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Cells hold one line each, and may be coloured. */
export function table(style: Style, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const flat = rows.map((row) => row.map((cell) => cell.replace(/\s*\n\s*/g, ' ')));
  const made = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths: widthsOf(style, [head, ...flat]),
  });
  made.push(
    head.map((cell) => style.colors.dim(cell)),
    ...flat,
  );
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
