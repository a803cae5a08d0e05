// A program in a session of its own, with all it starts: it can be stopped, killed and ended as a whole, and it does not
// outlive whoever started it, however that one ends. It knows no Syncthing and no queue.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Group {
  /** Of the first process, and of the group. */
  pid: number;
  child: ChildProcess;
  isAlive(): boolean;
  /** To all of them. False when there is none left. */
  signal(signal: NodeJS.Signals): boolean;
  /** Asks all to end, kills what is left after the limit, and waits until none is left. */
  end(limitMs?: number): Promise<void>;
}

/** Waits for the end of the one that holds its standard input, then kills the group. Stopped processes die of it, too. */
const GUARD = 'cat >/dev/null; kill -s KILL -- "-$1"';

function guard(pid: number): ChildProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.stdin?.on('error', () => undefined);
  child.unref();
  return child;
}

/** The guarded group is gone: nothing is left to be killed. */
function dismiss({ pid, stdin }: ChildProcess): void {
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  stdin?.destroy();
}

const started = new Set<Group>();
let isWatchingExit = false;

/** A test that is broken off must not leave anything behind either. */
function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.on('exit', () => {
    for (const group of started) group.signal('SIGKILL');
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Standard output and errors go to this file. */
export function startGroup(
  command: string,
  args: readonly string[],
  { env, log, cwd }: { env?: NodeJS.ProcessEnv; log: string; cwd?: string },
): Group {
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', output, output],
    detached: true,
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const guardian = guard(pid);
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      isGone = true;
      resolve();
    });
  });
  const signal = (name: NodeJS.Signals) => signalGroup(pid, name);
  const isAlive = () => !isGone || signalGroup(pid, 0);
  const group: Group = {
    pid,
    child,
    isAlive,
    signal,
    end: async (limitMs = 5_000) => {
      // a stopped process takes no other signal but the last one
      signal('SIGCONT');
      signal('SIGTERM');
      if (!(await ends(isAlive, limitMs))) signal('SIGKILL');
      if (!(await ends(isAlive, 5_000))) throw new Error(`${command} (group ${pid}) cannot be ended`);
      await gone;
      dismiss(guardian);
      started.delete(group);
    },
  };
  started.add(group);
  watchExit();
  return group;
}

async function ends(isAlive: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isAlive()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
