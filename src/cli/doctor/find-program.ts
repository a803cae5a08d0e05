// Finds the program that a command would start, by looking and not by running.
import { pathsOf } from '../../settings/kinds.ts';
import type { Environment } from '../../system/environment.ts';
import type { Files } from '../../system/files.ts';

export type Found =
  | { file: string }
  /** Only a batch file is there: without a shell Windows does not start it. */
  | { batch: string }
  | undefined;

const STARTED = ['', '.exe', '.com'];
const BATCH = ['.cmd', '.bat'];

/** `prepend` are folders that come before PATH. */
export function findProgram(
  files: Files,
  environment: Pick<Environment, 'platform' | 'variables'>,
  program: string,
  prepend: readonly string[] = [],
): Found {
  const { platform } = environment;
  const paths = pathsOf(environment);
  const isWindows = platform === 'win32';
  const dirs = /[/\\]/.test(program) ? [''] : [...prepend, ...searchPath(environment, paths.delimiter)];
  const isFile = (file: string) => isFileAt(files, file);
  const first = (endings: readonly string[]) =>
    dirs
      .flatMap((dir) => endings.map((ending) => paths.join(dir, program + ending)))
      .find((file) => isFile(file));
  const file = first(isWindows ? STARTED : ['']);
  if (file !== undefined) return /\.(cmd|bat)$/i.test(file) && isWindows ? { batch: file } : { file };
  const batch = isWindows ? first(BATCH) : undefined;
  return batch === undefined ? undefined : { batch };
}

/** A folder of PATH that may not be looked into holds nothing for us. */
function isFileAt(files: Files, file: string): boolean {
  try {
    const real = files.realPath(file);
    return real !== undefined && files.facts(real)?.kind === 'file';
  } catch {
    return false;
  }
}

function searchPath(
  { variables, platform }: Pick<Environment, 'platform' | 'variables'>,
  delimiter: string,
): string[] {
  const name = Object.keys(variables).find((each) =>
    platform === 'win32' ? each.toUpperCase() === 'PATH' : each === 'PATH',
  );
  return (name === undefined ? '' : (variables[name] ?? '')).split(delimiter).filter((dir) => dir !== '');
}
