// How a job is named: `job-YYYYMMDD-HHMMSS-<name>`, in UTC. Readers accept any portable name.
import { partProblem } from './portable-path.ts';

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NAME_MAX = 60;

/** A name for a job id made from free text, such as a folder's name; `job` when nothing of it can be used. */
export function slug(text: string): string {
  const clean = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_MAX)
    .replace(/^-+|-+$/g, '');
  return clean || 'job';
}

/** Is this a name that may stand at the end of a job id (`[a-z0-9]+(-[a-z0-9]+)*`, at most 60 characters)? */
export function isJobName(name: string): boolean {
  return NAME.test(name) && name.length <= NAME_MAX;
}

/** The id of a job made at this moment (milliseconds since 1970). */
export function makeJobId(atMs: number, name: string, clash = 1): string {
  return `job-${compactTime(atMs)}-${name}${clash > 1 ? `-${clash}` : ''}`;
}

/** `YYYYMMDD-HHMMSS` in UTC: the time stamp in ids and in the names of archived jobs. */
export function compactTime(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '')}-${iso.slice(11, 19).replaceAll(':', '')}`;
}

/** Why a text cannot be a job id at all, or undefined when a reader accepts it. */
export function jobIdProblem(id: string): string | undefined {
  if (id === NO_KEY) return 'is a name that no JSON object can have as a key';
  return id.includes('/') ? 'has a slash' : partProblem(id);
}

/** JSON that is parsed loses it, and JavaScript takes it for something else. */
const NO_KEY = '__proto__';

/** Runner ids and interpreter names: short, portable, no dots. */
export const SHORT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
