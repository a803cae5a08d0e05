// The script of an attempt: started with its output in a file, and asked to stop. Ending it is its tree's affair, which
// is known here by `thisTree` alone.
import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import type { ScriptEnvironment } from './script-environment.ts';
import { scriptEnvironment } from './script-environment.ts';
import { thisTree } from './this-tree.ts';

export { thisTree };

export interface ScriptCommand extends ScriptEnvironment {
  /** The program and its arguments; never given to a shell. */
  command: readonly string[];
  cwd: string;
  /** Standard output and error go here, in the order in which they are written. */
  logFile: string;
}

export interface ScriptEnd {
  exit_code: number | null;
  signal: string | null;
  /** Why it could not be started at all. */
  problem?: string;
}

export interface Script {
  pid: number | undefined;
  ended: Promise<ScriptEnd>;
  /** Tells the tree to stop, as far as the platform can. */
  ask(): void;
}

export type StartScript = (command: ScriptCommand) => Script;

export const startScript: StartScript = (command) => {
  const log = openSync(command.logFile, 'a');
  try {
    return started(command, log);
  } catch (error) {
    // what cannot even be tried (a NUL in an argument, a directory that is a file) throws at once
    closeSync(log);
    const problem = `${command.command[0] ?? ''}: ${messageOf(error)}`;
    return {
      pid: undefined,
      ended: Promise.resolve({ exit_code: null, signal: null, problem }),
      ask: () => {},
    };
  }
};

function started(given: ScriptCommand, log: number): Script {
  const [program = '', ...args] = given.command;
  const child = spawn(program, args, {
    cwd: given.cwd,
    env: scriptEnvironment(given, process.env, process.platform),
    stdio: ['ignore', log, log],
    detached: thisTree.detached,
    windowsHide: true,
    shell: false,
  });
  const { pid } = child;
  if (pid !== undefined) thisTree.begun(pid);
  const ended = new Promise<ScriptEnd>((resolve) => {
    child.once('error', (error) =>
      resolve({ exit_code: null, signal: null, problem: `${program}: ${messageOf(error)}` }),
    );
    child.once('exit', (exit_code, signal) => {
      if (pid !== undefined) thisTree.over(pid);
      resolve({ exit_code, signal });
    });
  }).finally(() => {
    try {
      fsyncSync(log);
    } catch {
      // a disk that cannot take the last lines does not change how the script ended
    }
    closeSync(log);
  });
  return { pid, ended, ask: () => pid !== undefined && thisTree.ask(pid) };
}
