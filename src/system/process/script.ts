// The script of an attempt as a process tree: start it with its output in a file, ask it to stop, end all of it.
// One file each for what the platforms do differently.
import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../errors.ts';
import type { ProcessTree } from './process-tree.ts';
import { thisTree } from './this-tree.ts';

export interface ScriptCommand {
  /** The program and its arguments; never given to a shell. */
  command: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  path_prepend: readonly string[];
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
  /** Ends the whole tree. True when it is confirmed that nothing of it is left. */
  kill(): Promise<boolean>;
}

export type StartScript = (command: ScriptCommand) => Script;

/** Ends every process that has this entry (`NAME=value`) in its environment. */
export type EndMarked = ProcessTree['endMarked'];

/** The runner's own settings are not the script's: a jobq that the script calls must not take them for its own. */
function withoutOwnVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^JOBQ_/i.test(name)));
}

/** The environment with directories put before PATH, whatever its name's case (Windows: `Path`). */
function withPath(
  env: Record<string, string | undefined>,
  prepend: readonly string[],
): Record<string, string | undefined> {
  if (prepend.length === 0) return env;
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...env, [key]: [...prepend, env[key] ?? ''].filter(Boolean).join(path.delimiter) };
}

export const endMarked: EndMarked = (mark) => thisTree.endMarked(mark);

export const startScript: StartScript = (command) => {
  const log = openSync(command.logFile, 'a');
  try {
    return started(command, log);
  } catch (error) {
    // what cannot even be tried (a NUL in an argument, a directory that is a file) throws at once
    closeSync(log);
    const problem = `${command.command[0] ?? ''}: ${messageOf(error)}`;
    const ended = Promise.resolve({ exit_code: null, signal: null, problem });
    return { pid: undefined, ended, ask: () => {}, kill: () => Promise.resolve(true) };
  }
};

function started({ command, cwd, env, path_prepend }: ScriptCommand, log: number): Script {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd,
    env: withPath({ ...withoutOwnVariables(process.env), ...env }, path_prepend),
    stdio: ['ignore', log, log],
    detached: thisTree.detached,
    windowsHide: true,
    shell: false,
  });
  const ended = new Promise<ScriptEnd>((resolve) => {
    child.once('error', (error) =>
      resolve({ exit_code: null, signal: null, problem: `${program}: ${messageOf(error)}` }),
    );
    child.once('exit', (exit_code, signal) => resolve({ exit_code, signal }));
  }).finally(() => {
    try {
      fsyncSync(log);
    } catch {
      // a disk that cannot take the last lines does not change how the script ended
    }
    closeSync(log);
  });
  const { pid } = child;
  return {
    pid,
    ended,
    ask: () => pid !== undefined && thisTree.ask(pid),
    kill: async () => pid === undefined || (await thisTree.kill(pid)),
  };
}
