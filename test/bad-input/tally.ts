// Counts the inputs that were tried, by kind of file, and prints them when a test file is over.
import { afterAll } from 'vitest';

const tried = new Map<string, number>();

export function tally(kind: string, inputs = 1): void {
  tried.set(kind, (tried.get(kind) ?? 0) + inputs);
}

/** To be called once by a test file. */
export function printTally(what: string): void {
  afterAll(() => {
    const all = [...tried.values()].reduce((sum, inputs) => sum + inputs, 0);
    const lines = [...tried].map(([kind, inputs]) => `  ${String(inputs).padStart(7)}  ${kind}`);
    console.info([`bad input, ${what}: ${all} inputs tried`, ...lines].join('\n'));
  });
}
