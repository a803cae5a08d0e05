// Services with a real systemd, and stopping daemons through a file: the built program and real processes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { serviceShape, serviceStatusShape, stopShape } from '../../src/cli/shapes.ts';
import type { Presence } from '../../src/job/presence.ts';
import { lives } from '../system/temp-dir.ts';
import type { TestQueue } from './queue.ts';
import { pythonWith, ROOT, readJson, testQueue } from './queue.ts';
import type { Systemd } from './systemd.ts';
import { noSystemd, startSystemd } from './systemd.ts';

let queue: TestQueue | undefined;
let systemd: Systemd | undefined;
afterEach(async () => {
  await systemd?.close();
  await queue?.close();
  systemd = undefined;
  queue = undefined;
});

function open(): TestQueue {
  const python = pythonWith('import time');
  if (!python) throw new Error('no Python');
  queue = testQueue(python);
  return queue;
}

/** A study that writes its process id and goes on until it finds a file `go`. */
function waitingStudy({ home }: TestQueue): string {
  const dir = path.join(home, 'waiting');
  mkdirSync(dir, { recursive: true });
  const script = [
    'import os, time',
    'open("pid", "w").write(str(os.getpid()))',
    'while not os.path.exists("go"):',
    '    time.sleep(0.05)',
    'print("went")',
  ];
  writeFileSync(path.join(dir, 'run_optimization.py'), `${script.join('\n')}\n`);
  writeFileSync(path.join(dir, 'README.md'), '# Waits\n');
  return dir;
}

function jobqWith(q: TestQueue, env: Systemd['env']) {
  return (...args: string[]): unknown => {
    const program = path.join(ROOT, 'bin', 'jobq.js');
    const done = spawnSync(process.execPath, [program, ...args, '--queue', q.root, '--json'], {
      encoding: 'utf8',
      env,
    });
    const value = JSON.parse(done.stdout || '{}') as { error?: object };
    if (value.error) throw new Error(`jobq ${args.join(' ')}: ${JSON.stringify(value.error)}`);
    return value;
  };
}

const presenceOf = (q: TestQueue) => {
  const file = path.join(q.root, 'runners', 'workstation.json');
  return existsSync(file) ? (readJson(file) as unknown as Presence) : undefined;
};

test('a real systemd keeps the runner, and a running script outlives every restart of it', async (ctx) => {
  const reason = noSystemd();
  if (reason !== undefined) return ctx.skip(reason);
  const q = open();
  const own = await startSystemd(q.home);
  systemd = own;
  const jobq = jobqWith(q, own.env);
  const unit = 'jobq-runner-q-test.service';
  const show = (name: string) => own.systemctl('show', unit, `--property=${name}`, '--value').trim();
  const runsAs = (notAs: string) => {
    const pid = show('MainPID');
    return pid !== '0' && pid !== notAs && presenceOf(q)?.pid === Number(pid) && pid;
  };

  const installed = serviceShape.parse(jobq('service', 'install', '--role', 'runner'));
  expect(installed.commands.map(({ ran }) => ran)).toEqual([true, true, true, true]);
  const first = await q.until('the runner gives a sign of life', () => runsAs('0'));
  const again = serviceShape.parse(jobq('service', 'install', '--role', 'runner'));
  expect(again.changed).toBe(false);

  const { job_id: job } = jobq('submit', waitingStudy(q), '--run-on', 'workstation') as { job_id: string };
  const inWork = (name: string) => path.join(q.home, 'work', job, name);
  await q.until('the script runs', () => existsSync(inWork('pid')) && readFileSync(inWork('pid'), 'utf8'));
  const script = Number(readFileSync(inWork('pid'), 'utf8'));

  own.systemctl('restart', unit);
  const second = await q.until('a restarted runner', () => runsAs(first));
  expect(lives(script)).toBe(true);
  process.kill(Number(second), 'SIGKILL');
  await q.until('a runner after a crash', () => runsAs(second));
  expect(lives(script)).toBe(true);
  expect(serviceStatusShape.parse(jobq('service', 'status', '--role', 'runner'))).toMatchObject({
    installed: true,
    enabled: true,
    running: true,
    current: true,
    daemon_runs: true,
    sign_is_fresh: true,
  });

  writeFileSync(inWork('go'), '');
  const view = await q.until('the job ends', () => {
    const seen = q.view(job);
    return seen.results_sealed && seen;
  });
  expect(view).toMatchObject({ state: 'completed', attempt: 1 });

  // a setting that is wrong is not tried again and again
  const settings = path.join(q.root, 'jobq.toml');
  const right = readFileSync(settings, 'utf8');
  writeFileSync(settings, 'nonsense = true\n');
  own.systemctl('restart', unit);
  await q.until('the runner refuses its settings', () => show('ActiveState') === 'failed');
  expect(show('SubState')).toBe('failed');
  expect(show('ExecMainStatus')).toBe('2');
  writeFileSync(settings, right);

  jobq('service', 'uninstall', '--role', 'runner');
  expect(show('LoadState')).toBe('not-found');
});

test('a watcher that is asked to stop stops, and its service does not start it again', async (ctx) => {
  const reason = noSystemd();
  if (reason !== undefined) return ctx.skip(reason);
  const q = open();
  const own = await startSystemd(q.home);
  systemd = own;
  const jobq = jobqWith(q, own.env);
  const unit = 'jobq-watcher-q-test.service';
  const show = (name: string) => own.systemctl('show', unit, `--property=${name}`, '--value').trim();
  jobq('service', 'install', '--role', 'watcher');
  const log = path.join(q.home, 'log', 'watcher.log');
  await q.until(
    'the watcher is up',
    () => existsSync(log) && readFileSync(log, 'utf8').includes('watcher is up'),
  );
  expect(stopShape.parse(jobq('watcher', 'stop'))).toMatchObject({ daemon: 'watcher', was_running: true });
  await q.until('its end is seen', () => show('ActiveState') === 'inactive');
  expect({ state: show('SubState'), exit: show('ExecMainStatus') }).toEqual({ state: 'dead', exit: '0' });
  jobq('service', 'uninstall', '--role', 'watcher');
});

test('a daemon stops through its file, keeps its log in a file, and shares it with nobody', async () => {
  const q = open();
  const log = path.join(q.home, 'log', 'watcher.log');
  const stopFile = path.join(q.root, '.jobq-staging', 'watcher.stop');
  // it was meant for a daemon that is gone
  writeFileSync(stopFile, '{"requested_at": "2026-01-01T00:00:00Z"}');
  const watcher = q.daemon('watcher');
  await q.until(
    'the watcher is up',
    () => existsSync(log) && readFileSync(log, 'utf8').includes('watcher is up'),
  );
  await q.until('the old request is gone', () => !existsSync(stopFile));
  expect(watcher.child.exitCode).toBeNull();
  const stopped = q.jobq('watcher', 'stop', '--timeout', '20');
  expect(stopShape.parse(stopped.value)).toMatchObject({ was_running: true });
  await q.until('the process is gone', () => watcher.child.exitCode !== null);
  expect(watcher.child.exitCode).toBe(0);
  expect(existsSync(stopFile)).toBe(false);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages).toContain('asked to stop by its stop file');
  expect(messages.at(-1)).toBe('watcher has stopped');
  expect(watcher.output()).toContain('watcher is up');
  const nothing = q.jobq('watcher', 'stop');
  expect(nothing).toMatchObject({ status: 0, value: { was_running: false } });
});
