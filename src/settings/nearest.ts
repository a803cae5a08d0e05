// The known name that a misspelled one most likely stands for.

/** Damerau-Levenshtein distance (optimal alignment): insert, delete, replace, swap two neighbours. */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** As far as the whole keys are apart; a right key in the wrong section counts as one step. */
function keyDistance(written: string, known: string): number {
  const [a, b] = [written.toLowerCase(), known.toLowerCase()];
  return Math.min(distance(a, b), distance(lastPart(a), lastPart(b)) + 1);
}

/** The nearest of the known names, or undefined when none is near enough to be meant. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const { length } = lastPart(written);
  // any two names of three letters are nearly two steps apart
  const limit = length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
  let best: { name: string; steps: number } | undefined;
  for (const name of known) {
    const steps = keyDistance(written, name);
    if (steps <= limit && (!best || steps < best.steps)) best = { name, steps };
  }
  return best?.name;
}

/** ` (did you mean runner.slots?)`, or nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  const name = nearest(written, known);
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}
