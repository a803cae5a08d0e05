// The kinds of values that settings have: how each is checked, and how each is read from a text.
// Knows no key.
import path from 'node:path';
import * as z from 'zod/mini';
import { jobIdProblem, SHORT_NAME } from '../job/job-id.ts';
import { logPatternProblem } from '../job/log-pattern.ts';
import { RUN_ON_AUTO } from '../job/order.ts';
import { pathPatternProblem } from '../job/path-pattern.ts';
import { partProblem, pathProblem } from '../job/portable-path.ts';
import { windowProblem } from '../job/schedule.ts';

/** What is known of this machine before any setting is read. */
export interface Facts {
  host: string;
  platform: string;
  /** Where this user's programs keep data that is not mirrored. */
  dataDir: string;
  user: string;
}

/** How a value is written in an environment variable or behind a flag. */
export type Form = 'text' | 'number' | 'boolean' | 'list' | 'table';

/** The longest a timer can wait: 2^31 milliseconds, nearly 25 days. More would fire at once. */
export const MAX_TIMER_S = 2_147_483;

export function pathsOf(facts: Pick<Facts, 'platform'>): path.PlatformPath {
  return facts.platform === 'win32' ? path.win32 : path.posix;
}

function told(problemOf: (text: string) => string | undefined) {
  return z.string().check(
    z.superRefine<string>((text, ctx) => {
      const problem = problemOf(text);
      if (problem) ctx.addIssue({ code: 'custom', message: `${problem}: ${JSON.stringify(text)}` });
    }),
  );
}

function pathTextProblem(text: string): string | undefined {
  // "C:\new" in double quotes is valid TOML and holds a line feed
  return /\p{Cc}/u.test(text) ? 'has a control character: write paths in single quotes' : undefined;
}

function absoluteProblem(text: string, facts: Facts): string | undefined {
  if (pathTextProblem(text)) return pathTextProblem(text);
  if (pathsOf(facts).isAbsolute(text)) return undefined;
  return `should be an absolute path${text.startsWith('~') ? ' ("~" is not expanded)' : ''}, but is`;
}

/** An absolute path of this machine. */
export function absolutePath(facts: Facts) {
  return told((text) => absoluteProblem(text, facts));
}

function programProblem(text: string, facts: Facts): string | undefined {
  if (text === '') return 'is empty';
  return /[/\\]/.test(text) ? absoluteProblem(text, facts) : pathTextProblem(text);
}

/** A program: a bare name that is looked up in PATH, or an absolute path. */
export function programPath(facts: Facts) {
  return told((text) => programProblem(text, facts));
}

/** A program and its arguments, or nothing. */
export function command(facts: Facts) {
  return z.array(z.string()).check(
    z.superRefine<string[]>(([program], ctx) => {
      const problem = program === undefined ? undefined : programProblem(program, facts);
      if (problem)
        ctx.addIssue({ code: 'custom', message: `${problem}: ${JSON.stringify(program)}`, path: [0] });
    }),
  );
}

export const anyText = told((text) => (text === '' ? 'is empty' : undefined));
/** One part of a path that both Windows and Linux can hold: it names a folder. */
export const folderName = told(jobIdProblem);
export const variableName = told((text) =>
  /^[^=\0]+$/.test(text) ? undefined : 'is not the name of a variable',
);
export const shortName = told(shortNameProblem);
export const regularExpression = told(logPatternProblem);
export const pathPattern = told(pathPatternProblem);
export const scheduleWindow = told(windowProblem);
/** A path below a job's directory. */
export const portable = told(pathProblem);

/** What may stand in braces in `runner.work_path`. */
const PLACES = ['project', 'job_id'];

function workPathProblem(text: string, facts: Facts): string | undefined {
  const strange = [...text.matchAll(/\{(.*?)\}/g)].find(([, name = '']) => !PLACES.includes(name));
  if (strange) return `${strange[0]} stands for nothing (only {project} and {job_id} do)`;
  return absoluteProblem(text, facts);
}

/** An absolute path with place-holders. */
export function workPath(facts: Facts) {
  return told((text) => workPathProblem(text, facts));
}
/** A runner's id also names its presence file, and may not be the word for "whichever runner". */
export const runnerId = told((text) => {
  if (text === RUN_ON_AUTO) return 'stands for no runner in particular and cannot be a name';
  return shortNameProblem(text) ?? partProblem(text);
});

function shortNameProblem(text: string): string | undefined {
  return SHORT_NAME.test(text) ? undefined : 'should be letters, digits, - and _ (at most 63)';
}

function addressProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'should be an address such as http://127.0.0.1:8384, but is';
  const { protocol, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '') return 'should be an address without user name and password';
  if (protocol !== 'http:' && protocol !== 'https:') return 'should begin with http:// or https://, but is';
  return search === '' && hash === '' ? undefined : 'should have nothing behind its path, but is';
}

/** An address of http or https to which paths are added. */
export const webAddress = z.string().check(
  z.superRefine<string>((text, ctx) => {
    const problem = addressProblem(text);
    if (problem === undefined) return;
    const message = problem.endsWith('is') ? `${problem}: ${JSON.stringify(text)}` : problem;
    ctx.addIssue({ code: 'custom', message });
  }),
);

/** What goes into a header. No message may repeat it. */
export const secretWord = z.custom<string>(
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
  'should be one word of plain characters',
);

export interface Limits {
  min?: number;
  max?: number;
}

export function numberWithin({ min = 0, max = Number.MAX_SAFE_INTEGER }: Limits) {
  return z.number().check(z.minimum(min), z.maximum(max));
}

export function wholeNumberWithin({ min = 0, max = Number.MAX_SAFE_INTEGER }: Limits) {
  return z.int().check(z.minimum(min), z.maximum(max));
}

/** The value a text stands for. A text that is none of this form comes back as it is, for the check to refuse. */
export function valueOfText(form: Form, text: string): unknown {
  switch (form) {
    case 'text':
      return text;
    case 'number':
      return /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'list':
      return /^\s*\[/.test(text) ? jsonOrText(text) : listOf(text);
    case 'table':
      return jsonOrText(text);
  }
}

function listOf(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((part) => part.trim());
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
