// The main job with real processes and a real study: submit, run, collect, verify, post-process, archive.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Daemon, TestQueue } from './queue.ts';
import { pythonWith, readJson, testQueue } from './queue.ts';

let queue: TestQueue | undefined;
afterEach(async () => {
  await queue?.close();
  queue = undefined;
});

function open(settings = '', imports = 'import sqlite3'): TestQueue {
  const python = pythonWith(imports);
  if (!python) throw new Error(`no Python that can ${imports}`);
  queue = testQueue(python, settings);
  return queue;
}

function bothDaemons(q: TestQueue): { runner: Daemon; watcher: Daemon } {
  return { runner: q.daemon('runner'), watcher: q.daemon('watcher') };
}

function submit(q: TestQueue, study: string, ...args: string[]): string {
  const answer = q.jobq('submit', q.study(study), '--run-on', 'workstation', ...args);
  expect(answer.value.error).toBeUndefined();
  return answer.value['job_id'] as string;
}

/** Waits until a job has come to rest in the archive and nothing of it is left in the queue. */
async function archived(q: TestQueue, job: string, limitMs?: number): Promise<string> {
  const left = () => ['outbox', 'inbox', 'requests'].some((tree) => existsSync(path.join(q.root, tree, job)));
  const name = () => readdirSync(path.join(q.root, 'archive')).find((entry) => entry.startsWith(`${job}_`));
  const found = await q.until(`${job} is archived`, () => !left() && name(), limitMs);
  return path.join(q.root, 'archive', found as string);
}

function sumsHold(dir: string): void {
  const checked = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: dir, encoding: 'utf8' });
  expect(checked.stderr).toBe('');
  expect(checked.status).toBe(0);
}

describe('a study goes from submit to the archive', () => {
  test('the cantilever, solved by CalculiX and optimised by Optuna', async (context) => {
    const python = pythonWith('import optuna');
    if (!python || ![0, 201].includes(spawnSync('ccx', ['-v']).status ?? -1)) {
      return context.skip('needs CalculiX (ccx) and Optuna: apt-get install calculix-ccx python3-optuna');
    }
    const script =
      'import shutil, sys; shutil.copy("3_results/history.csv", "copy.csv"); print(sys.stdin.read()[:20])';
    const q = open(
      `post_command = [${JSON.stringify(python)}, "-c", ${JSON.stringify(script)}]`,
      'import optuna',
    );
    bothDaemons(q);
    const job = submit(
      q,
      'cantilever',
      '--arg=--start',
      '--arg=--trials',
      '--arg=6',
      '--expect',
      '3_results/study.db',
    );
    expect(q.jobq('wait', job, '--timeout', '100').status).toBe(0);
    const dir = await archived(q, job);
    sumsHold(dir);
    sumsHold(path.join(dir, 'order'));
    const study = optunaStudy(python, path.join(dir, '3_results', 'study.db'));
    expect(study.trials).toBe(6);
    const record = readJson(path.join(dir, 'job.json')) as {
      progress: { trial: number; best: number };
      heartbeat_seq: number;
    };
    expect(record.progress.trial).toBe(6);
    expect(record.progress.best).toBeCloseTo(study.best, 2);
    expect(record.heartbeat_seq).toBeGreaterThan(1);
    expect(existsSync(path.join(dir, '1_setup'))).toBe(false);
    expect(readJson(path.join(dir, 'post', 'result.json'))).toMatchObject({
      status: 'completed',
      files: ['copy.csv'],
    });
    expect(readFileSync(path.join(dir, 'post', 'output.log'), 'utf8')).toContain('job_id');
    expect(q.view(job)).toMatchObject({
      state: 'completed',
      status: 'completed',
      archived_as: path.basename(dir),
      results_dir: dir,
    });
  });

  test('an order made by hand as SYS_19 says, with a BOM, CRLF and a field nobody knows, keeps that field', async () => {
    const q = open();
    const job = 'job-20260210-143022-by-hand';
    const staged = path.join(q.home, job);
    spawnSync('cp', ['-r', q.study('parabola'), staged]);
    const fields = {
      job_id: job,
      created_at: '2026-02-10T14:30:22Z',
      created_by: 'study-builder',
      project: 'p',
      channel: '#p',
      type: 'optimization',
    };
    const order = {
      ...fields,
      script: 'run_optimization.py',
      args: ['--start', '--trials', '3'],
      status: 'submitted',
      notify: { on_complete: true },
      house_rule: { keep: 'me' },
    };
    writeFileSync(
      path.join(staged, 'job.json'),
      `\uFEFF${JSON.stringify(order, null, 2).replaceAll('\n', '\r\n')}\r\n`,
    );
    bothDaemons(q);
    await q.until('the runner is known', () => existsSync(path.join(q.root, 'runners', 'workstation.json')));
    spawnSync('cp', ['-r', staged, path.join(q.root, 'outbox', job)]);
    const dir = await archived(q, job);
    expect(readJson(path.join(dir, 'job.json'))).toMatchObject({
      state: 'completed',
      house_rule: { keep: 'me' },
      sealed_by: expect.stringContaining('watcher') as string,
    });
    expect(readJson(path.join(dir, 'order', 'job.json'))).toMatchObject({
      house_rule: { keep: 'me' },
      args: order.args,
    });
    sumsHold(dir);
  });

  test('with --once on both sides, turn by turn, and by hand with jobq run', async () => {
    const q = open();
    const job = submit(q, 'parabola', '--arg=--start', '--arg=--trials', '--arg=3');
    const byHand = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=2',
      '--name',
      'by-hand',
      '--hold',
    );
    expect(q.jobq('runner', '--once').value).toMatchObject({
      ended: [{ job_id: job, outcome: 'completed' }],
    });
    expect(q.view(byHand)).toMatchObject({ state: 'queued', waiting_for: 'release' });
    const ran = q.jobq('run', path.join(q.root, 'outbox', byHand));
    expect(ran).toMatchObject({
      status: 0,
      value: { job_id: byHand, state: 'completed', results_sealed: true },
    });
    expect(q.jobq('run', byHand).status).toBe(10);
    expect((q.jobq('watcher', '--once').value['archived'] as string[]).length).toBe(2);
    q.jobq('runner', '--once');
    q.jobq('watcher', '--once');
    sumsHold(await archived(q, job));
    sumsHold(await archived(q, byHand));
    expect(q.jobq('runner', '--once').value).toMatchObject({ ended: [] });
  });
});

describe('what people ask for is done', () => {
  test('a running job is cancelled, keeps what it made, and its processes are gone', async () => {
    const q = open();
    bothDaemons(q);
    const job = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=500',
      '--arg=--sleep',
      '--arg=0.2',
    );
    expect(q.jobq('wait', job, '--until', 'running', '--timeout', '30').status).toBe(0);
    await q.until('it makes progress', () => (q.view(job).progress?.trial ?? 0) > 1);
    expect(q.jobq('cancel', job, '--reason', 'wrong model').status).toBe(0);
    expect(q.jobq('wait', job, '--timeout', '60').status).toBe(8);
    const dir = await archived(q, job);
    expect(readJson(path.join(dir, 'job.json'))).toMatchObject({
      state: 'cancelled',
      status: 'failed',
      outcome: { kind: 'cancelled', message: expect.stringContaining('wrong model') as string },
    });
    expect(existsSync(path.join(dir, '3_results', 'history.csv'))).toBe(true);
    expect(spawnSync('pgrep', ['-f', path.join(q.home, 'work', job)]).status).toBe(1);
  });

  test('orders on hold and orders that depend on others wait, and a failed dependency cancels', async () => {
    const q = open();
    const held = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=2',
      '--hold',
      '--name',
      'held',
    );
    const after = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=2',
      '--depends-on',
      held,
      '--name',
      'after',
    );
    const bad = submit(q, 'parabola', '--arg=--start', '--arg=--fail-at', '--arg=1', '--name', 'bad');
    const never = submit(q, 'parabola', '--arg=--start', '--depends-on', bad, '--name', 'never');
    bothDaemons(q);
    await q.until(
      'they wait',
      () => q.view(held).waiting_for === 'release' && q.view(after).waiting_for === `dependency ${held}`,
    );
    expect(q.jobq('release', held).status).toBe(0);
    expect(q.jobq('wait', held, after, '--timeout', '60').status).toBe(0);
    expect(q.jobq('wait', bad, '--timeout', '60').status).toBe(5);
    expect(q.jobq('wait', never, '--timeout', '60').status).toBe(8);
    const times = [held, after].map((job) => q.view(job));
    expect(Date.parse(times[1]?.started_at ?? '')).toBeGreaterThanOrEqual(
      Date.parse(times[0]?.finished_at ?? ''),
    );
  });

  test('a job over its time is ended and says so', async () => {
    const q = open();
    bothDaemons(q);
    const job = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=500',
      '--arg=--sleep',
      '--arg=0.2',
      '--timeout',
      '1',
    );
    expect(q.jobq('wait', job, '--timeout', '60').status).toBe(5);
    expect(q.view(job).outcome).toMatchObject({ kind: 'timed-out', error_class: 'timeout' });
  });
});

describe('daemons that die', () => {
  test('a runner killed while a script runs takes the run up again', async () => {
    const q = open();
    const { runner } = bothDaemons(q);
    const job = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=25',
      '--arg=--sleep',
      '--arg=0.1',
    );
    await q.until('it runs', () => (q.view(job).progress?.trial ?? 0) > 1);
    await runner.stop('SIGKILL');
    q.daemon('runner');
    expect(q.jobq('wait', job, '--timeout', '60').status).toBe(0);
    const dir = await archived(q, job);
    expect(readJson(path.join(dir, 'job.json'))).toMatchObject({
      state: 'completed',
      attempt: 1,
      progress: { trial: 25 },
    });
    expect(readFileSync(path.join(dir, 'stdout.log'), 'utf8').match(/jobq_trial: 25\/25/g)).toHaveLength(1);
  });

  test('a supervisor that is killed leaves no script behind, and its job says that it was interrupted', async () => {
    const q = open();
    bothDaemons(q);
    const job = submit(
      q,
      'parabola',
      '--arg=--start',
      '--arg=--trials',
      '--arg=500',
      '--arg=--sleep',
      '--arg=0.2',
    );
    await q.until('it runs', () => (q.view(job).progress?.trial ?? 0) > 0);
    const attempt = path.join(q.home, 'work', '.jobq-attempts', job, '1');
    process.kill(readJson(path.join(attempt, 'supervisor.json'))['pid'] as number, 'SIGKILL');
    expect(q.jobq('wait', job, '--timeout', '90').status).toBe(5);
    expect(q.view(job).outcome).toMatchObject({ kind: 'interrupted' });
    expect(spawnSync('pgrep', ['-f', path.join(q.home, 'work', job)]).status).toBe(1);
  });

  test('a second runner and a second watcher are refused and say why', async () => {
    const q = open();
    const { runner, watcher } = bothDaemons(q);
    await q.until(
      'both are up',
      () => runner.output().includes('is up') && watcher.output().includes('is up'),
    );
    for (const role of ['runner', 'watcher']) {
      expect(q.jobq(role, '--once')).toMatchObject({ status: 10, value: { error: { code: 'conflict' } } });
    }
    await runner.stop('SIGKILL');
    expect(q.jobq('runner', '--once').status).toBe(0);
  });
});

/** What Optuna itself says of a study: how many trials, and the best that keeps all constraints. */
function optunaStudy(python: string, file: string): { trials: number; best: number } {
  const script = `
import json, optuna, sys
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = "sqlite:///" + sys.argv[1]
study = optuna.load_study(study_name=None, storage=storage)
feasible = [t.value for t in study.trials if all(c <= 0 for c in t.system_attrs["constraints"])]
print(json.dumps({"trials": len(study.trials), "best": min(feasible)}))`;
  const { stdout, stderr } = spawnSync(python, ['-c', script, file], { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as { trials: number; best: number };
}
