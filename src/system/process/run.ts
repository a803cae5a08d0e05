// Runs a command of the settings to its end: no shell, a time limit, its output in a file.
import { execa } from 'execa';

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

export const systemRun: Run = async ({ command, cwd, env, input, timeoutMs, outputFile }) => {
  const [program = '', ...args] = command;
  const output = { file: outputFile, append: true } as const;
  const end = await execa(program, args, {
    cwd,
    env: { ...env },
    input,
    stdout: output,
    stderr: output,
    timeout: timeoutMs,
    reject: false,
    windowsHide: true,
  });
  return {
    exit_code: end.exitCode ?? null,
    signal: end.signal ?? null,
    timed_out: end.timedOut,
    ...(end.failed && end.exitCode === undefined && { problem: end.shortMessage }),
  };
};
