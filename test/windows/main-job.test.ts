// The runner on a real Windows node.exe: on Windows itself, elsewhere where WINNODE names a program that runs one.
// The Linux side of the same queue is this machine's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pythonWith, ROOT, readJson } from '../integration/queue.ts';

const isWindows = process.platform === 'win32';
const windowsNode = isWindows ? process.execPath : process.env['WINNODE'];
const PROGRAM = path.join(ROOT, 'bin', 'jobq.js');

/** The path as Windows programs see it: the whole Linux file system is drive Z: there. */
function windowsPath(file: string): string {
  return isWindows ? file : `Z:${file.replaceAll('/', '\\')}`;
}

let home = '';
const queue = () => path.join(home, 'q');

function environment() {
  return {
    ...process.env,
    JOBQ_RUNNER_ID: 'station',
    JOBQ_RUNNER_STATE_DIR: windowsPath(path.join(home, 'state')),
    JOBQ_LOG_DIR: windowsPath(path.join(home, 'log')),
    JOBQ_RUNNER_WORK_ROOT: windowsPath(path.join(home, 'work')),
    JOBQ_RUNNER_GRACE_S: '1',
    WINNODE_S: '100',
  };
}

function onWindows(...args: string[]) {
  const done = spawnSync(windowsNode ?? '', [windowsPath(PROGRAM), ...args, '--json'], {
    encoding: 'utf8',
    env: environment(),
  });
  return {
    status: done.status,
    value: JSON.parse(done.stdout || '{}') as Record<string, unknown>,
    stderr: done.stderr,
  };
}

function onLinux(...args: string[]) {
  const done = spawnSync(process.execPath, [PROGRAM, ...args, '--queue', queue(), '--json'], {
    encoding: 'utf8',
  });
  return JSON.parse(done.stdout || '{}') as Record<string, unknown>;
}

function submit(name: string, ...args: string[]): string {
  const study = path.join(ROOT, 'fixtures', 'studies', 'parabola');
  return onLinux('submit', study, '--name', name, '--run-on', 'station', '--arg=--start', ...args)[
    'job_id'
  ] as string;
}

const runOnce = () => onWindows('runner', '--once', '--queue', windowsPath(queue()));

/** Ends one Windows process, as the Task Manager would, by the id that Windows knows it by. */
function kill(pid: number): void {
  const args = ['/PID', String(pid), '/F'];
  if (isWindows) spawnSync('taskkill', args);
  else spawnSync(windowsNode ?? '', args, { env: { ...environment(), WINEXE: 'taskkill.exe' } });
}

function needsWindows(context: TestContext): void {
  if (!windowsNode) context.skip('needs a Windows node.exe: set WINNODE to a program that runs one');
}

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'jobq-win-'));
  spawnSync(process.execPath, [PROGRAM, 'init', queue(), '--queue-id', 'q-windows']);
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

describe('the runner on Windows', () => {
  test('runs a whole order and publishes a sealed record that the watcher archives', (context) => {
    needsWindows(context);
    if (!pythonWith('import sqlite3')) context.skip('needs Python 3');
    const job = submit('main', '--arg=--trials', '--arg=3', '--expect', '3_results/history.csv');
    expect(runOnce()).toMatchObject({ status: 0, value: { ended: [{ job_id: job, outcome: 'completed' }] } });
    const record = readJson(path.join(queue(), 'inbox', job, 'job.json'));
    expect(record).toMatchObject({
      state: 'completed',
      attempt: 1,
      runner: { id: 'station' },
      progress: { trial: 3 },
    });
    onLinux('watcher', '--once');
    const archived = path.join(queue(), 'archive', readdirSync(path.join(queue(), 'archive'))[0] ?? '');
    expect(spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: archived }).status).toBe(0);
    runOnce();
    expect(existsSync(path.join(queue(), 'inbox', job))).toBe(false);
  });

  test('ends a script that runs over its time, with everything below it', (context) => {
    needsWindows(context);
    const job = submit('long', '--timeout', '1', '--arg=--trials', '--arg=900', '--arg=--sleep', '--arg=0.2');
    expect(runOnce()).toMatchObject({ value: { ended: [{ job_id: job, outcome: 'timed-out' }] } });
    const { log_tail } = readJson(path.join(queue(), 'inbox', job, 'job.json'))['outcome'] as {
      log_tail: string[];
    };
    expect(log_tail.join('\n')).toContain('jobq_trial');
    expect(spawnSync('pgrep', ['-f', path.join(home, 'work', job)]).status).not.toBe(0);
  });

  test('refuses a second runner while one lives, and takes over the lock of one that was killed', async (context) => {
    needsWindows(context);
    const daemon = spawn(
      windowsNode ?? '',
      [windowsPath(PROGRAM), 'runner', '--queue', windowsPath(queue())],
      {
        env: environment(),
        stdio: 'ignore',
        detached: true,
      },
    );
    const presence = path.join(queue(), 'runners', 'station.json');
    try {
      for (let waited = 0; !existsSync(presence) && waited < 30_000; waited += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(readFileSync(presence, 'utf8')).toContain('"runner_id": "station"');
      expect(runOnce()).toMatchObject({ status: 10, value: { error: { code: 'conflict' } } });
    } finally {
      kill(readJson(presence)['pid'] as number);
    }
    await new Promise((resolve) =>
      daemon.exitCode === null ? daemon.once('exit', resolve) : resolve(undefined),
    );
    const job = submit('after', '--arg=--trials', '--arg=2');
    expect(runOnce()).toMatchObject({ status: 0, value: { ended: [{ job_id: job }] } });
    expect(readJson(path.join(queue(), 'inbox', job, 'job.json'))).toMatchObject({ state: 'completed' });
  });
});
