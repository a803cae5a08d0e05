// Keeps the machine from going to sleep while somebody wants it awake: best effort, told and never thrown. It knows
// nothing of jobs.
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { messageOf } from '../../errors.ts';
import { windowsApi } from './windows-api.ts';

export type Awake = { how: string; release(): void } | { problem: string };

/** Until it is released, or this process ends in whatever way. */
export type KeepAwake = (why: string) => Promise<Awake>;

export interface InhibitParts {
  program: string;
  /** Where it is looked for. */
  env: Readonly<Record<string, string | undefined>>;
  /** How long it may take to answer. */
  limitMs: number;
}

const ANSWER_LIMIT_MS = 10_000;
const MAX_COMPLAINT = 300;

export const systemKeepAwake: KeepAwake = (why) =>
  process.platform === 'win32'
    ? awakeOnWindows()
    : newInhibit({ program: 'systemd-inhibit', env: process.env, limitMs: ANSWER_LIMIT_MS })(why);

/** Who wants this machine awake. Windows keeps one answer for the whole thread. */
let wanting = 0;

async function awakeOnWindows(): Promise<Awake> {
  const api = await windowsApi();
  if ('problem' in api) return api;
  try {
    if (!api.stayAwake(true)) return { problem: 'SetThreadExecutionState failed' };
  } catch (error) {
    return { problem: messageOf(error) };
  }
  wanting += 1;
  let released = false;
  return {
    how: 'SetThreadExecutionState',
    release: () => {
      if (released) return;
      released = true;
      wanting -= 1;
      if (wanting === 0) api.stayAwake(false);
    },
  };
}

/**
 * systemd-inhibit holds its lock as long as the program below it runs: `cat`, which ends when the other end of its
 * standard input is closed, and that is so when this process is gone. What it repeats shows that the lock is held.
 */
export function newInhibit(parts: InhibitParts): KeepAwake {
  return (why) =>
    new Promise((resolve) => {
      try {
        inhibit(parts, why, resolve);
      } catch (error) {
        resolve({ problem: `${parts.program}: ${messageOf(error)}` });
      }
    });
}

function inhibit({ program, env, limitMs }: InhibitParts, why: string, tell: (answer: Awake) => void): void {
  const child = spawn(
    program,
    ['--what=sleep:idle', '--who=jobq', `--why=${why}`, '--mode=block', 'cat'],
    // a session of its own: Ctrl+C in a terminal is not meant for it, and there is nobody it could ask for a password
    { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  const streams = [child.stdin, child.stdout, child.stderr];
  const release = () => {
    for (const stream of streams) stream.destroy();
  };
  const fail = (problem: string) => {
    clearTimeout(timer);
    release();
    tell({ problem: `${program}: ${problem}` });
  };
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    fail('it does not answer');
  }, limitMs);
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(0, MAX_COMPLAINT);
  });
  child.stdin.on('error', () => {}); // it ended without reading
  child.once('error', (error) => fail(messageOf(error)));
  child.once('close', (code) => fail(complaint.trim() || `it ended with exit code ${code}`));
  child.stdout.once('data', () => {
    clearTimeout(timer);
    // it lasts as long as this process, and does not make it last
    child.unref();
    for (const stream of streams) (stream as Socket).unref();
    tell({ how: program, release });
  });
  child.stdin.write('awake\n');
}
