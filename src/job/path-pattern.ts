// Patterns of paths below a job's directory, such as `3_results/*.csv` or `2_iterations/**/*.op2`.
// How one is held against a path is not known here.

/** More of them take for ever to be held against a long name. */
const STARS_MAX = 3;

/** What is wrong with a pattern, or undefined. */
export function pathPatternProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.includes('\\')) return 'has a backslash: the parts of a path are separated by /';
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text))
    return 'should be relative to the directory of the job';
  if (text.split('/').includes('..')) return 'leaves the directory of the job';
  const crowded = text.split('/').find((part) => part !== '**' && part.split('*').length > STARS_MAX + 1);
  if (crowded) return `has more than ${STARS_MAX} stars in "${crowded}"`;
  if (text.split('/').filter((part) => part === '**').length > STARS_MAX)
    return `has ** more than ${STARS_MAX} times`;
  return /\p{Cc}/u.test(text) ? 'has a control character' : undefined;
}
