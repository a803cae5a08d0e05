// Runs a command of the settings to its end: no shell, a time limit for its whole tree, its output in a file.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import type { EndedBy } from './run-limits.ts';
import { endTree, limited } from './run-limits.ts';
import { scriptEnvironment, withPath } from './script-environment.ts';
import { thisTree } from './this-tree.ts';

export interface Inherited {
  /** Names of variables; `*` stands for any letters. Settings of jobq (`JOBQ_…`) are never among them. */
  names: readonly string[];
  /** Variables that hold secrets: not inherited, whatever the names say. */
  withheld: readonly string[];
}

export interface RunRequest {
  command: readonly string[];
  cwd: string;
  /** Set on top of what it inherits. */
  env: Readonly<Record<string, string>>;
  /** What it inherits of this process's own environment; all of it unless said. */
  inherit?: Inherited;
  /** Directories to look in before those of PATH. */
  path_prepend?: readonly string[];
  /** Given on standard input. */
  input: string;
  timeoutMs: number;
  outputFile: string;
  /** So much it may add to that; it is ended when that is more. */
  outputMaxBytes?: number;
  /** Ended so long after the signal fires: nobody waits for it any more. */
  stop?: { signal: AbortSignal; graceMs: number };
  /**
   * Tells all that it starts from all else, also to another process of jobq later (`endRun`). What it leaves running is
   * ended with it then; without it, it lives on.
   */
  mark?: string;
}

export interface RunEnd {
  exit_code: number | null;
  signal: string | null;
  timed_out: boolean;
  /** Why it could not be started, or what ended it. */
  problem?: string;
  /** It was ended because `stop` fired: how it ended says nothing about it. */
  stopped?: true;
}

export type Run = (request: RunRequest) => Promise<RunEnd>;

export const systemRun: Run = (request) => {
  // a descriptor and no pipe: what the command leaves running must not keep anybody waiting for its output to end
  const output = openSync(request.outputFile, 'a');
  return ended(request, output).finally(() => closeSync(output));
};

/** What every process that such a command starts has in its environment, and no other. */
const MARK = 'JOBQ_RUN_ID';

/** Ends all that commands of this mark have left, whoever ran them. Answers whether nothing of it is left. */
export type EndRun = (mark: string) => Promise<boolean>;

export const systemEndRun: EndRun = (mark) => endTree(undefined, `${MARK}=${mark}`);

function ended(request: RunRequest, output: number): Promise<RunEnd> {
  const [program = '', ...args] = request.command;
  const { timeoutMs, stop, outputMaxBytes: maxBytes } = request;
  return new Promise((resolve) => {
    const failed = (problem: string, more: Partial<RunEnd> = {}) =>
      resolve({
        exit_code: null,
        signal: null,
        timed_out: false,
        ...more,
        problem: `${program}: ${problem}`,
      });
    try {
      const id = request.mark ?? randomUUID();
      const mark = `${MARK}=${id}`;
      const child = spawn(program, args, {
        cwd: request.cwd,
        env: { ...environmentOf(request), [MARK]: id },
        stdio: ['pipe', output, output],
        detached: thisTree.detached,
        windowsHide: true,
      });
      const limits = {
        timeoutMs,
        stop,
        output: maxBytes === undefined ? undefined : { fd: output, maxBytes },
      };
      const limit = limited(child.pid, mark, limits, (by) =>
        failed(`${WHY[by]}, and it could not be ended`, markOf(by)),
      );
      child.once('error', (error) => void limit.over().then(() => failed(messageOf(error))));
      const isOver = async (exit_code: number | null, signal: string | null) => {
        await limit.over();
        const by = limit.endedBy();
        const left = request.mark === undefined || (await endTree(child.pid, mark)) ? undefined : LEFT;
        const problem = by === 'output' ? WHY.output : left;
        if (problem === undefined) resolve({ exit_code, signal, timed_out: false, ...markOf(by) });
        else failed(problem, { exit_code, signal, ...markOf(by) });
      };
      child.once('exit', (exit_code, signal) => void isOver(exit_code, signal));
      child.stdin?.on('error', () => {}); // a command need not read what it is given
      child.stdin?.end(request.input);
    } catch (error) {
      failed(messageOf(error));
    }
  });
}

const WHY: Readonly<Record<EndedBy, string>> = {
  timeout: 'its time is over',
  output: 'it printed more than is kept',
  stop: 'it is not waited for',
};
const LEFT = 'what it started could not be ended';

function markOf(by: EndedBy | undefined): Partial<RunEnd> {
  return { ...(by === 'timeout' && { timed_out: true }), ...(by === 'stop' && { stopped: true as const }) };
}

function environmentOf({ env, inherit, path_prepend = [] }: RunRequest): Record<string, string | undefined> {
  if (inherit === undefined) return withPath({ ...process.env, ...env }, path_prepend);
  const { names: env_inherit, withheld } = inherit;
  return scriptEnvironment({ env_inherit, withheld, env, path_prepend }, process.env, process.platform);
}
