// Figures of the bench as one table. It measures nothing.

/** Milliseconds, one a round. */
export type Samples = readonly number[];

export interface Row {
  /** What was done. */
  mode: string;
  samples: Samples;
}

interface Stats {
  min: number;
  median: number;
  max: number;
  rounds: number;
}

function statsOf(samples: Samples): Stats {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1), rounds: sorted.length };
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);
const times = (ratio: number) => `${ratio.toFixed(ratio < 10 ? 2 : 1)} x`;

const HEADS = ['', 'min s', 'median s', 'max s', 'of the floor', 'faster than defaults'];

/** One block: the ratios are of medians, to the floor and to Syncthing's defaults in the same run. */
export function tableOf(title: string, rows: readonly Row[], floor: string, defaults: string): string {
  const medianOf = (mode: string) => statsOf(rows.find((row) => row.mode === mode)?.samples ?? []).median;
  const lines = rows.map(({ mode, samples }) => {
    const { min, median, max } = statsOf(samples);
    const ratios = [median / medianOf(floor), medianOf(defaults) / median];
    return [mode, seconds(min), seconds(median), seconds(max), ...ratios.map(times)];
  });
  const all = [[title, ...HEADS.slice(1)], ...lines];
  return aligned(all, { right: HEADS.map((_, column) => column).slice(1) });
}

/** Lines of cells in columns; `right` are the columns of figures. */
export function aligned(
  lines: readonly (readonly string[])[],
  { right = [] }: { right?: readonly number[] } = {},
): string {
  const columns = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const cellIn = (cell: string, column: number) =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => line.map(cellIn).join('  ').trimEnd()).join('\n');
}
