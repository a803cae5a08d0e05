// Patterns that a line of the log is held against: JavaScript's regular expressions, one line at a time.

/** Longer ones are no patterns people write. */
const LENGTH_MAX = 500;

/** What is wrong with a pattern, or undefined. */
export function logPatternProblem(text: string): string | undefined {
  if (text === '') return 'is empty and would fit every line';
  if (text.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`;
  try {
    return new RegExp(text).test('') ? 'fits an empty line, and so every line' : undefined;
  } catch (error) {
    return `is no regular expression (${(error as Error).message.replace(/^.*: /, '')})`;
  }
}
