// One line of the bench's table: a figure of ours, what stands beside it, and what is to be reached.
// It measures nothing; medians are quoted, and ratios are taken pair by pair.

/** Ours and the floor's or peer's, measured one after the other. */
export interface Pair {
  ours: number;
  beside: number;
}

export type Reach =
  /** Not more than so many times what stands beside it. */
  | { atMost: number }
  /** Not less than this part of what stands beside it: 0.85 is 85 %. */
  | { atLeast: number }
  /** Not more than this, whatever stands beside it. */
  | { limit: number }
  /** Only to be seen. */
  | 'nothing';

export interface Row {
  what: string;
  /** `ms`, `s`, `MB`, `jobs/s` ... */
  unit: string;
  /** What it is measured beside: `node -e 0`. */
  beside: string;
  reach: Reach;
  /** None where it could not be measured. */
  pairs: readonly Pair[];
  /** Why it could not be measured, or what else is to be known. */
  note?: string;
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export interface Judged {
  ours: number;
  beside: number;
  /** The median of the pairs' ratios. */
  ratio: number;
  /** Undefined where nothing was measured or nothing is to be reached. */
  reached: boolean | undefined;
}

export function judge({ pairs, reach }: Row): Judged {
  const ours = median(pairs.map((pair) => pair.ours));
  const beside = median(pairs.map((pair) => pair.beside));
  const ratio = median(pairs.map((pair) => pair.ours / pair.beside));
  return { ours, beside, ratio, reached: pairs.length === 0 ? undefined : isReached(reach, ours, ratio) };
}

function isReached(reach: Reach, ours: number, ratio: number): boolean | undefined {
  if (reach === 'nothing') return undefined;
  if ('limit' in reach) return ours <= reach.limit;
  return 'atMost' in reach ? ratio <= reach.atMost : ratio >= reach.atLeast;
}
