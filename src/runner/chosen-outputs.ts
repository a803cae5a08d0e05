// Which outputs are published at the end, by the order's patterns and the settings; and the notes on what is not.
import type { Order } from '../job/order.ts';
import { foldCase } from '../job/portable-path.ts';
import type { OutputNote } from '../job/record.ts';
import { pathMatcher } from '../store/matching.ts';
import type { TreeFile } from '../store/tree.ts';

/** The pattern that keeps a path from being published; undefined: it is published. */
export type LeftOutBy = (path: string) => Pattern | undefined;

export interface Pattern {
  /** As it was written; several where a path fits none of them. */
  pattern: string;
  /** What the files have to do with it, in words after "fits". */
  relation: string;
}

export const EVERYTHING: LeftOutBy = () => undefined;

export function chosenOutputs(
  order: Pick<Order, 'expect' | 'publish'> | undefined,
  settings: { results_exclude: readonly string[] },
): LeftOutBy {
  const { include, exclude } = order?.publish ?? {};
  const isExpected = expectation(order?.expect ?? []);
  const isIncluded = include ? pathMatcher(include) : () => true;
  const notIncluded = { pattern: include?.join(', ') || '**', relation: 'no pattern of publish.include' };
  const excluding = (exclude ?? settings.results_exclude).map((pattern) => ({
    fits: pathMatcher([pattern]),
    found: { pattern, relation: `this pattern of ${exclude ? 'publish.exclude' : 'results_exclude'}` },
  }));
  return (path) => {
    if (isExpected(path)) return undefined;
    return isIncluded(path) ? excluding.find(({ fits }) => fits(path))?.found : notIncluded;
  };
}

/** What an order expects is published, and all below a directory that it expects. */
function expectation(expect: readonly string[]): (path: string) => boolean {
  const expected = expect.map(foldCase);
  return (path) => {
    const folded = foldCase(path);
    return expected.some((one) => folded === one || folded.startsWith(`${one}/`));
  };
}

export interface LeftOut {
  add(by: Pattern, file: TreeFile): void;
  /** One for each pattern; `stay` says in words where the files are. */
  notes(stay: string): OutputNote[];
}

/** Counts what is left out. */
export function newLeftOut(): LeftOut {
  const counts = new Map<Pattern, { files: number; bytes: number }>();
  return {
    add: (by, file) => {
      const { files, bytes } = counts.get(by) ?? { files: 0, bytes: 0 };
      counts.set(by, { files: files + 1, bytes: bytes + file.facts.size });
    },
    notes: (stay) =>
      [...counts].map(([{ pattern, relation }, { files, bytes }]) => ({
        path: pattern,
        reason: `${files === 1 ? '1 file' : `${files} files`}, ${bytes} bytes, ${files === 1 ? 'fits' : 'fit'} ${relation}: not published; ${stay}`,
      })),
  };
}
