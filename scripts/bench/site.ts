// Where a case measures: a folder of its own, the program, and processor time. It knows no case.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pair, Row } from './row.ts';

export interface Site {
  /** Fresh, and deleted only when everything has been measured: creating files is slow after deletions. */
  dir: string;
  /** As asked for, else the case's own. */
  rounds(usual: number): number;
  /** A folder with BullMQ in its node_modules, as asked for. */
  bullmq: string | undefined;
  say(line: string): void;
}

export interface BenchCase {
  /** What `--only` calls it. */
  name: string;
  /** What its rows are about. */
  about: string;
  measure(site: Site): Promise<readonly Row[]> | readonly Row[];
}

/** The launcher of the built program: what a user starts. */
export const JOBQ = fileURLToPath(new URL('../../bin/jobq.js', import.meta.url));

/** A new folder below the case's. */
export function folder(site: Site, ...parts: string[]): string {
  const dir = path.join(site.dir, ...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Ours and the other in turn, and who goes first in turn too; one unmeasured round of both before. */
export async function inTurn(
  rounds: number,
  ours: () => number | Promise<number>,
  beside: () => number | Promise<number>,
): Promise<Pair[]> {
  await ours();
  await beside();
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = round % 2 === 0 ? await ours() : await beside();
    const second = round % 2 === 0 ? await beside() : await ours();
    pairs.push(round % 2 === 0 ? { ours: first, beside: second } : { ours: second, beside: first });
  }
  return pairs;
}

export interface Call {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** How often it is run for one figure. */
  times?: number;
}

const TIMED = `TIMEFORMAT='%3U %3S'
time for ((i = 0; i < BENCH_TIMES; i++)); do "$@" >/dev/null 2>"$BENCH_ERRORS" || exit 1; done`;

/** Processor time of one run, user and system, of the process and all it waited for; in milliseconds. */
export function processorMs(site: Site, command: readonly string[], call: Call = {}): number {
  const { cwd = site.dir, env = process.env, times = 1 } = call;
  const errors = path.join(site.dir, '.errors.txt');
  const done = spawnSync('bash', ['-c', TIMED, 'bash', ...command], {
    cwd,
    env: { ...env, LC_ALL: 'C', BENCH_TIMES: String(times), BENCH_ERRORS: errors },
    encoding: 'utf8',
  });
  if (done.error) throw new Error(`processor time is measured by bash: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${command.join(' ')} failed: ${readFileSync(errors, 'utf8')}`);
  const [user = Number.NaN, system = Number.NaN] = done.stderr.trim().split(' ').map(Number);
  return ((user + system) * 1000) / times;
}

/** The same, of jobq. */
export function jobqMs(site: Site, args: readonly string[], call?: Call): number {
  return processorMs(site, [process.execPath, JOBQ, ...args], call);
}

/** The floor of every command: a Node process that does nothing. */
export function bareNodeMs(site: Site, call?: Call): number {
  return processorMs(site, [process.execPath, '-e', '0'], call);
}
