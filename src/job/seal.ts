// The text of a seal: `SHA256SUMS`, which `sha256sum -c` reads. What is on the disk is for `store` to see.
import { caseClashes, foldCase, pathProblem } from './portable-path.ts';

export const SEAL = 'SHA256SUMS';
export const SEAL_SIGNATURE = 'SHA256SUMS.sig';
export const JOB_JSON = 'job.json';
export const STDOUT_LOG = 'stdout.log';

const SEAL_FILES: ReadonlySet<string> = new Set([SEAL, SEAL_SIGNATURE].map(foldCase));

/** The names at the top of a directory that the seal does not name. */
export function isSealFile(path: string): boolean {
  return SEAL_FILES.has(foldCase(path));
}

/** One file that a seal names. */
export interface SealEntry {
  path: string;
  sha256: string;
}

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

/** The seal's text: sorted by path, one line each, ended by a line feed. */
export function formatSeal(entries: readonly SealEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  return sorted.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** Reads a seal; a text cut short or naming what cannot be is a problem, never half a seal. */
export function parseSeal(text: string): { entries: SealEntry[] } | { problem: string } {
  if (!text.endsWith('\n')) return { problem: 'does not end with a line feed' };
  const entries: SealEntry[] = [];
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    const match = LINE.exec(line);
    const [, sha256, path] = match ?? [];
    if (!sha256 || !path) return { problem: `line ${index + 1} is not "<sha256>  <path>"` };
    const problem = isSealFile(path) ? 'names the seal itself' : pathProblem(path);
    if (problem) return { problem: `line ${index + 1}: the path "${path}" ${problem}` };
    entries.push({ path, sha256 });
  }
  const [clash] = caseClashes(entries.map((entry) => entry.path));
  if (clash) return { problem: `names ${clash.join(' and ')}, which are one file where case does not count` };
  if (!entries.some((entry) => entry.path === JOB_JSON)) return { problem: 'does not name job.json' };
  return { entries };
}
