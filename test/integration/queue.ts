// A queue in a fresh folder with the built program, both roles on one machine, for tests with real processes.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { View } from '../../src/job/view.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = path.join(ROOT, 'bin', 'jobq.js');

export interface Answer {
  value: Record<string, unknown> & { error?: { code: string; message: string; remedy: string } };
  status: number | null;
  stderr: string;
}

export interface Daemon {
  child: ChildProcess;
  output(): string;
  /** Ends the daemon with this signal and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface TestQueue {
  home: string;
  root: string;
  jobq(...args: string[]): Answer;
  view(job: string): View;
  daemon(role: 'runner' | 'watcher'): Daemon;
  study(name: string): string;
  /** Waits for a fact, with a limit. */
  until<T>(what: string, look: () => T | undefined | false, limitMs?: number): Promise<T>;
  /** Ends every daemon and removes everything. */
  close(): Promise<void>;
}

export function pythonWith(imports: string): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    (name) => spawnSync(name, ['-c', imports], { stdio: 'ignore' }).status === 0,
  );
}

function settingsText(home: string, python: string, extra: string): string {
  return `[queue]
id = "q-test"
[runner]
id = "workstation"
progress_interval_s = 0.2
poll_interval_s = 0.3
grace_s = 2
state_dir = ${JSON.stringify(path.join(home, 'runner'))}
work_root = ${JSON.stringify(path.join(home, 'work'))}
[runner.interpreters.python]
path = ${JSON.stringify(python)}
[watcher]
unsealed_quiet_s = 1
second_look_s = 0.5
poll_interval_s = 0.3
${extra}
[log]
dir = ${JSON.stringify(path.join(home, 'log'))}
[syncthing]
link = "local"
`;
}

function startDaemon(root: string, role: string): Daemon {
  const child = spawn(process.execPath, [PROGRAM, role, '--queue', root], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (text: Buffer) => {
    output += String(text);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    output: () => output,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await gone;
    },
  };
}

export function testQueue(python: string, watcherSettings = ''): TestQueue {
  const home = mkdtempSync(path.join(tmpdir(), 'jobq-test-'));
  const root = path.join(home, 'job-queue');
  const daemons: Daemon[] = [];
  const jobq = (...args: string[]): Answer => {
    const done = spawnSync(process.execPath, [PROGRAM, ...args, '--json'], {
      encoding: 'utf8',
      cwd: root,
      maxBuffer: 1 << 26,
    });
    const value = done.stdout ? (JSON.parse(done.stdout) as Answer['value']) : {};
    return { value, status: done.status, stderr: done.stderr };
  };
  const made = spawnSync(process.execPath, [PROGRAM, 'init', root, '--queue-id', 'q-test'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`init failed: ${made.stderr}`);
  writeFileSync(path.join(root, 'jobq.toml'), settingsText(home, python, watcherSettings));
  return {
    home,
    root,
    jobq,
    view: (job) => jobq('status', job).value as unknown as View,
    daemon: (role) => {
      const daemon = startDaemon(root, role);
      daemons.push(daemon);
      return daemon;
    },
    study: (name) => {
      const copy = path.join(home, `study-${name}`);
      if (!existsSync(copy)) cpSync(path.join(ROOT, 'fixtures', 'studies', name), copy, { recursive: true });
      return copy;
    },
    until: (what, look, limitMs = 60_000) => until(what, look, limitMs, daemons),
    close: async () => {
      const alive = daemons.filter(({ child }) => child.exitCode === null && child.signalCode === null);
      await Promise.all(alive.map((daemon) => daemon.stop('SIGKILL')));
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function until<T>(
  what: string,
  look: () => T | undefined | false,
  limitMs: number,
  daemons: readonly Daemon[],
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) {
      throw new Error(
        `not within ${limitMs} ms: ${what}\n${daemons.map((daemon) => daemon.output()).join('\n---\n')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}
