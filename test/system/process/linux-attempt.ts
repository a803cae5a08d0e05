// Real processes of an attempt on Linux, for tests: started by a shell, found again by what it told of them.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { onTestFinished } from 'vitest';
import type { ProcessId } from '../../../src/job/outcome.ts';
import { posixTree as tree } from '../../../src/system/process/posix.ts';
import type { Attempt } from '../../../src/system/process/process-tree.ts';
import { tempDir, until } from '../temp-dir.ts';

export function onlyOnLinux(ctx: TestContext): void {
  if (process.platform !== 'linux') ctx.skip('these are processes of Linux');
}

export interface Started {
  child: ChildProcess;
  attempt: { mark: string; known: ProcessId[] };
  /** What the program told of itself: `name pid`, a line each. */
  pids(): Record<string, number>;
}

/** Runs a shell program that tells the ids of its processes in the file $TOLD, as an attempt of its own. */
export async function start(
  program: string,
  told: string[],
  env: Record<string, string> = {},
): Promise<Started> {
  const file = path.join(tempDir(), 'told');
  const mark = `JOBQ_TEST_MARK=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const child = spawn('/bin/sh', ['-c', program], {
    env: { PATH: process.env['PATH'], TOLD: file, [name]: value, ...env },
    stdio: 'ignore',
    detached: true,
  });
  tree.begun(child.pid ?? 0);
  const script = await tree.identify(child.pid ?? 0);
  const attempt = { mark, known: script ? [script] : [] };
  onTestFinished(async () => void (await tree.end(attempt)));
  const pids = () =>
    Object.fromEntries([...read(file).matchAll(/^(\w+) (\d+)$/gm)].map((m) => [m[1], Number(m[2])]));
  await until(`${told.join(', ')} are there`, () => told.every((one) => pids()[one] !== undefined));
  return { child, attempt, pids };
}

export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** A dead process that its parent has not looked at does not run. */
export function runs(pid: number | undefined): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z';
}

export async function listed(attempt: Attempt): Promise<number[]> {
  return (await tree.list(attempt)).map(({ pid }) => pid).sort((a, b) => a - b);
}

export async function killScript({ child }: Started): Promise<void> {
  child.kill('SIGKILL');
  await until('the script is over', () => child.signalCode !== null || child.exitCode !== null);
}

export const sorted = (pids: Record<string, number>) => Object.values(pids).sort((a, b) => a - b);
export const BARE = 'env -i PATH="$PATH"'; // no mark any more
/** What it runs has no mark, a session of its own and, once the shell between has ended, no parent. */
export const LOST = `setsid ${BARE} sh -c 'echo lost $$ >> '"$TOLD"'; exec sleep 300'`;

export const hasMark = (pid: number | undefined) => read(`/proc/${pid}/environ`).includes('JOBQ_TEST_MARK');
export const parentOf = (pid: number) => Number(/^.*\) \w (\d+)/s.exec(read(`/proc/${pid}/stat`))?.[1]);
export const stateOf = (pid: number | undefined) => /^.*\) (\w)/s.exec(read(`/proc/${pid}/stat`))?.[1];
export const nameOf = (pid: number | undefined) => read(`/proc/${pid}/comm`).trim();
