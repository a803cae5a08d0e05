// The programs of Windows that stand in where koffi is missing: PowerShell lists processes, taskkill ends them.
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { WindowsProcess } from './windows-process.ts';
import { LIST_COMMAND, parseProcesses } from './windows-process.ts';

/** A PowerShell that hangs must not keep anybody. */
const LIST_LIMIT_MS = 20_000;
const KILL_LIMIT_MS = 20_000;

export interface ToolEnd {
  /** Null when it could not be started or took too long. */
  exit_code: number | null;
  output: string;
}

/** Runs a program to its end or to the limit; never fails. */
export function runTool(program: string, args: readonly string[], limitMs: number): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    const done = (exit_code: number | null) => {
      clearTimeout(timer);
      child.stdout.destroy(); // a child of the program may hold the other end
      resolve({ exit_code, output: Buffer.concat(chunks).toString('utf8') });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      done(null);
    }, limitMs);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', () => done(null));
    child.once('close', done);
  });
}

function inSystem32(...parts: string[]): string {
  return path.win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', ...parts);
}

/** Undefined where PowerShell is not there, is not allowed, or answers something else. */
export async function listByPowerShell(): Promise<WindowsProcess[] | undefined> {
  const program = inSystem32('WindowsPowerShell', 'v1.0', 'powershell.exe');
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', LIST_COMMAND];
  const { exit_code, output } = await runTool(program, args, LIST_LIMIT_MS);
  return exit_code === 0 ? parseProcesses(output) : undefined;
}

/** Answers taskkill's exit code. */
export async function taskkill(args: readonly string[]): Promise<number | null> {
  const { exit_code } = await runTool(inSystem32('taskkill.exe'), args, KILL_LIMIT_MS);
  return exit_code;
}
