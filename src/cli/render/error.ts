// An error as people read it, and as the value that `--json` prints.
import type { EXIT_CODES } from '../../errors.ts';
import { JobqError, messageOf } from '../../errors.ts';
import type { Style } from './style.ts';

/** One of several things wrong with a study. */
interface ErrorProblem {
  file: string;
  line?: number;
  message: string;
  why: string;
  remedy: string;
}

/** What stands under `error`. */
export interface ErrorValue {
  code: string;
  message: string;
  file?: string;
  field?: string;
  remedy: string;
  problems?: readonly ErrorProblem[];
  warnings?: readonly ErrorProblem[];
}

export function errorOf(error: unknown): ErrorValue {
  if (error instanceof JobqError) return error.toJSON() as ErrorValue;
  const place =
    error instanceof Error && error.stack?.split('\n').find((line) => line.trim().startsWith('at '));
  return {
    code: 'internal' satisfies keyof typeof EXIT_CODES,
    message: `${messageOf(error)}${place ? ` (${place.trim()})` : ''}`,
    remedy: 'jobq did not foresee this: please report it with the command that led to it',
  };
}

export function errorText(error: ErrorValue, { colors }: Style): string {
  const { message, file, field, remedy, problems = [] } = error;
  const head = colors.red('jobq:');
  if (problems.length > 0)
    return [`${head} ${message.split('\n', 1)[0]}`, ...problemLines(problems)].join('\n');
  return [
    `${head} ${message}`,
    ...(file && !message.includes(file) ? [`  file: ${file}`] : []),
    ...(field && !message.includes(field) ? [`  field: ${field}`] : []),
    `  what to do: ${remedy}`,
  ].join('\n');
}

/** Problems with one and the same remedy in a row share it. */
export function problemLines(problems: readonly ErrorProblem[]): string[] {
  return problems.flatMap(({ file, line, message, why, remedy }, index) => {
    const said = `  ${line === undefined ? file : `${file}:${line}`}: ${message}`;
    if (problems[index + 1]?.remedy === remedy) return [said];
    return [said, `    why: ${why}`, `    what to do: ${remedy}`];
  });
}
