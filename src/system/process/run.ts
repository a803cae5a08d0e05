// Runs a command of the settings to its end: no shell, a time limit for its whole tree, its output in a file.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { thisTree } from './this-tree.ts';

export interface RunRequest {
  command: readonly string[];
  cwd: string;
  /** Set on top of this process's own environment. */
  env: Readonly<Record<string, string>>;
  /** Given on standard input. */
  input: string;
  timeoutMs: number;
  outputFile: string;
}

export interface RunEnd {
  exit_code: number | null;
  signal: string | null;
  timed_out: boolean;
  /** Why it could not be started, or what ended it. */
  problem?: string;
}

export type Run = (request: RunRequest) => Promise<RunEnd>;

export const systemRun: Run = (request) => {
  // a descriptor and no pipe: what the command leaves running must not keep anybody waiting for its output to end
  const output = openSync(request.outputFile, 'a');
  return ended(request, output).finally(() => closeSync(output));
};

function ended({ command, cwd, env, input, timeoutMs }: RunRequest, output: number): Promise<RunEnd> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const fail = (error: unknown) =>
      resolve({
        exit_code: null,
        signal: null,
        timed_out: false,
        problem: `${program}: ${messageOf(error)}`,
      });
    try {
      const child = spawn(program, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ['pipe', output, output],
        detached: thisTree.detached,
        windowsHide: true,
      });
      let timed_out = false;
      const timer = setTimeout(() => {
        timed_out = true;
        if (child.pid !== undefined) void thisTree.kill(child.pid);
      }, timeoutMs);
      child.once('error', fail);
      child.once('exit', (exit_code, signal) => {
        clearTimeout(timer);
        resolve({ exit_code, signal, timed_out });
      });
      child.stdin?.on('error', () => {}); // a command need not read what it is given
      child.stdin?.end(input);
    } catch (error) {
      fail(error);
    }
  });
}
