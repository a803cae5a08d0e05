// Runs a command of the settings to its end: no shell, a time limit for its whole tree, its output in a file.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { withPath } from './script-environment.ts';
import { thisTree } from './this-tree.ts';

export interface RunRequest {
  command: readonly string[];
  cwd: string;
  /** Set on top of this process's own environment. */
  env: Readonly<Record<string, string>>;
  /** Directories to look in before those of PATH. */
  path_prepend?: readonly string[];
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

/** What every process that such a command starts has in its environment, and no other. */
const MARK = 'JOBQ_RUN_ID';

function ended(request: RunRequest, output: number): Promise<RunEnd> {
  const [program = '', ...args] = request.command;
  return new Promise((resolve) => {
    const failed = (problem: string, timed_out = false) =>
      resolve({ exit_code: null, signal: null, timed_out, problem: `${program}: ${problem}` });
    try {
      const id = randomUUID();
      const child = spawn(program, args, {
        cwd: request.cwd,
        env: withPath({ ...process.env, ...request.env, [MARK]: id }, request.path_prepend ?? []),
        stdio: ['pipe', output, output],
        detached: thisTree.detached,
        windowsHide: true,
      });
      const limit = limited(child.pid, `${MARK}=${id}`, request.timeoutMs, () =>
        failed('its time is over, and it could not be ended', true),
      );
      child.once('error', (error) => void limit.over().then(() => failed(messageOf(error))));
      child.once('exit', (exit_code, signal) => {
        void limit.over().then(() => resolve({ exit_code, signal, timed_out: limit.timedOut() }));
      });
      child.stdin?.on('error', () => {}); // a command need not read what it is given
      child.stdin?.end(request.input);
    } catch (error) {
      failed(messageOf(error));
    }
  });
}

interface Limit {
  timedOut(): boolean;
  /** The command is over; resolves when all below it is, where its time was over before. */
  over(): Promise<void>;
}

/** Ends all that a command has started once its time is over. */
function limited(pid: number | undefined, mark: string, timeoutMs: number, unended: () => void): Limit {
  if (pid !== undefined) thisTree.begun(pid);
  let ending: Promise<void> | undefined;
  const timer = setTimeout(() => {
    ending = endTree(pid, mark).then((confirmed) => {
      if (!confirmed) unended();
    });
  }, timeoutMs);
  return {
    timedOut: () => ending !== undefined,
    over: async () => {
      clearTimeout(timer);
      if (pid !== undefined) thisTree.over(pid);
      await ending;
    },
  };
}

async function endTree(pid: number | undefined, mark: string): Promise<boolean> {
  try {
    const first = pid === undefined ? undefined : await thisTree.identify(pid);
    return (await thisTree.end({ mark, known: first ? [first] : [] })).confirmed;
  } catch {
    return false;
  }
}
