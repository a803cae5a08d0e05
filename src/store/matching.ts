// Holds paths below a job's directory against patterns such as `3_results/*.csv`. The only import of picomatch.
// It knows no files.
import picomatch from 'picomatch/posix.js';

/**
 * What picomatch would hand on to a regular expression: a pattern such as `(a+)+b` must not keep the runner for hours,
 * and a file may be called `run (1).csv`. In brackets these characters are harmless.
 */
const REGULAR_EXPRESSIONS = /\[[^\]/]*\]|[()+|^$@!]/g;

/** Names that differ only in case are one name where jobs run. */
const OPTIONS = { dot: true, nocase: true, nonegate: true, noextglob: true } as const;

/** Tells whether one of the patterns fits a path; the parts of both are separated by `/`. */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => picomatch(escaped(pattern), OPTIONS));
  return (path) => tests.some((fits) => fits(path));
}

function escaped(pattern: string): string {
  return pattern.replace(REGULAR_EXPRESSIONS, (found) =>
    found.startsWith('[') ? found.replace('[!', '[^') : `\\${found}`,
  );
}
