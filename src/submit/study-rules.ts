// What a study of NX and Optuna must hold, and what its texts must not say: the rules that look beyond names.
// Each takes the files that were found and adds to the findings.
import { decodeText, parseJson } from '../job/lenient-text.ts';
import { foldCase, pathProblem } from '../job/portable-path.ts';
import type { Files } from '../system/files.ts';
import { absolutePathIn, findAbsolutePaths } from './absolute-paths.ts';
import type { Findings } from './problems.ts';
import { problem } from './problems.ts';
import { isSourceText } from './source-text.ts';
import type { StudyFile } from './walk.ts';

export const DEFAULT_SCRIPT = 'run_optimization.py';
export const README = 'README.md';
const SPEC = 'atomizer_spec.json';
/** What an earlier run leaves in a study. */
const RESULT_DIRS = ['2_iterations', '3_results'];

/** Texts over this size are data. */
const TEXT_MAX_BYTES = 2_000_000;
/** A text full of paths, such as a list of files, is one mistake and not thousands. */
const PLACES_PER_FILE = 20;

export function checkScript(tree: readonly StudyFile[], script: string, found: Findings): void {
  const broken = pathProblem(script);
  if (broken) {
    found.errors.push(
      problem('script', script, `the script is no portable path inside the study: it ${broken}`),
    );
    return;
  }
  if (tree.some((file) => file.path === script)) return;
  const other = tree.find((file) => foldCase(file.path) === foldCase(script));
  const message = other
    ? `there is no such script, but there is ${other.path}`
    : 'there is no such script in the study';
  found.errors.push(problem('script', script, message));
}

export function hasReadme(tree: readonly StudyFile[]): boolean {
  return tree.some((file) => foldCase(file.path) === foldCase(README));
}

export function checkReadme(
  tree: readonly StudyFile[],
  description: string | undefined,
  found: Findings,
): void {
  if (hasReadme(tree) || description?.trim()) return;
  found.errors.push(problem('readme', README, 'is missing, and there is no description'));
}

export function checkExpected(expected: readonly string[], found: Findings): void {
  for (const file of expected) {
    const broken = pathProblem(file);
    if (broken)
      found.errors.push(problem('expect', file, `the expected output is no portable path: it ${broken}`));
  }
}

export function checkModel(tree: readonly StudyFile[], found: Findings): void {
  const ending = (suffix: string) => tree.filter((file) => foldCase(file.path).endsWith(suffix));
  const [simulation] = ending('.sim');
  if (!simulation) return;
  const missing = ['.fem', '.prt'].filter((suffix) => ending(suffix).length === 0);
  for (const suffix of missing) {
    found.errors.push(
      problem('nx-files', simulation.path, `is a simulation, but the study has no ${suffix} file`),
    );
  }
  if (missing.includes('.prt') || ending('_i.prt').length > 0) return;
  found.warnings.push(
    problem('nx-files', simulation.path, 'is a simulation, but no idealized part (*_i.prt) is there'),
  );
}

export function checkEarlierResults(tree: readonly StudyFile[], found: Findings): void {
  for (const dir of RESULT_DIRS) {
    const count = tree.filter((file) => file.path.startsWith(`${dir}/`)).length;
    if (count > 0)
      found.warnings.push(problem('earlier-results', dir, `holds ${count} files of an earlier run`));
  }
}

/** Reads every script, spec and text once: absolute paths in all of them, JSON that does not parse in the spec. */
export function checkTexts(
  files: Files,
  tree: readonly StudyFile[],
  allowPaths: boolean,
  found: Findings,
): void {
  for (const file of tree) {
    const isResult = RESULT_DIRS.some((dir) => file.path.startsWith(`${dir}/`));
    if (isResult || !isSourceText(file.path) || file.size > TEXT_MAX_BYTES) continue;
    const bytes = files.read(file.source);
    if (!bytes) continue; // gone since the folder was read: the copy will say so
    if (isSpec(file.path)) checkSpec(file.path, bytes, found);
    checkPaths(file.path, bytes, allowPaths, found);
  }
}

function isSpec(file: string): boolean {
  return foldCase(file.split('/').at(-1) ?? '') === SPEC;
}

function checkSpec(file: string, bytes: Uint8Array, found: Findings): void {
  const parsed = parseJson(bytes);
  if ('value' in parsed) return;
  const line = /\bline (\d+)/.exec(parsed.problem)?.[1];
  found.errors.push(problem('spec', file, parsed.problem, line === undefined ? undefined : Number(line)));
}

function checkPaths(file: string, bytes: Buffer, allowPaths: boolean, found: Findings): void {
  const decoded = decodeText(bytes);
  // an old code page: paths are ASCII in all of them
  const places = findAbsolutePaths(file, 'text' in decoded ? decoded.text : bytes.toString('latin1'));
  for (const { path, line, inCode } of places.slice(0, PLACES_PER_FILE)) {
    const list = inCode && !allowPaths ? found.errors : found.warnings;
    list.push(problem('absolute-path', file, `names the absolute path ${path}`, line));
  }
  const more = places.slice(PLACES_PER_FILE);
  if (more.length === 0) return;
  const list = !allowPaths && more.some((place) => place.inCode) ? found.errors : found.warnings;
  list.push(problem('absolute-path', file, `names ${more.length} more absolute paths`, more[0]?.line));
}

/** An argument may mean a path of the runner's machine: it is shown, not refused. */
export function checkArguments(field: string, args: readonly string[], found: Findings): void {
  for (const [index, arg] of args.entries()) {
    const path = absolutePathIn(arg);
    if (path)
      found.warnings.push(
        problem('absolute-path', 'job.json', `${field}[${index}] names the absolute path ${path}`),
      );
  }
}
