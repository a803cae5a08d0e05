// The supervisor with real scripts, real files and real locks.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Exit } from '../../src/job/outcome.ts';
import { supervise } from '../../src/runner/supervisor.ts';
import type { AttemptCommand } from '../../src/store/work-dir.ts';
import {
  ATTEMPT,
  attemptLock,
  hasAttemptFile,
  readCommand,
  readExit,
  readProcesses,
  readSupervisor,
  writeAttemptFile,
} from '../../src/store/work-dir.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemFiles } from '../../src/system/files.ts';
import { systemLocks } from '../../src/system/lock.ts';
import { findLine } from '../../src/system/patterns.ts';
import { startScript, thisTree } from '../../src/system/process/script.ts';
import { lives, tempDir, until } from '../system/temp-dir.ts';

const disk = { files: systemFiles, clock: systemClock };
const node = (program: string) => [process.execPath, '--input-type=module', '--eval', program];

/** Stops when asked; Windows cannot ask with a signal, so it also looks for the file. */
const POLITE = `import { existsSync } from 'node:fs';
  const stop = () => { console.log('stopping'); process.exit(3); };
  process.on('SIGTERM', stop);
  setInterval(() => existsSync(process.env.JOBQ_CANCEL_FILE) && stop(), 20);
  console.log('ready', process.pid);`;
const STUBBORN = `process.on('SIGTERM', () => console.log('no'));
  setInterval(() => {}, 1000);
  console.log('ready', process.pid);`;

const STARTED = '2026-02-10T14:30:22Z';

async function attempt(command: readonly string[], limits: Partial<AttemptCommand> = {}) {
  const dir = tempDir();
  let starts = 0;
  const parts = {
    disk,
    locks: systemLocks,
    startScript: (given: Parameters<typeof startScript>[0]) => {
      starts += 1;
      return startScript(given);
    },
    tree: thisTree,
    keepAwake: () => Promise.resolve({ problem: 'this is a test' }),
    findLine,
    pid: process.pid,
    bootId: 'boot',
  };
  await writeAttemptFile(disk, dir, 'command', {
    job_id: 'job-1',
    attempt: 1,
    command,
    cwd: dir,
    env: { JOBQ_CANCEL_FILE: path.join(dir, ATTEMPT.cancel) },
    env_inherit: ['*'],
    path_prepend: [],
    timeout_s: 0,
    stall_timeout_s: 0,
    grace_s: 30,
    linger_s: 0,
    fail_patterns: [],
    licence_patterns: [],
    finite_csv: [],
    keep_awake: false,
    ...limits,
  });
  const log = () =>
    hasAttemptFile(systemFiles, dir, 'log') ? readFileSync(path.join(dir, ATTEMPT.log), 'utf8') : '';
  return {
    dir,
    log,
    starts: () => starts,
    run: () => supervise(parts, dir),
    ready: () => until('the script runs', () => log().includes('ready')),
    cancel: (more: object) => writeAttemptFile(disk, dir, 'cancel', more),
    exit: (): Partial<Exit> | undefined => readExit(systemFiles, dir),
    /** The process of the script, from what it wrote. */
    pid: () => Number(/ready (\d+)/.exec(log())?.[1]),
  };
}

describe('an attempt', () => {
  test('leaves exit code, output and who ran it', async () => {
    const { dir, run, exit, log } = await attempt(
      node("console.log('out'); console.error('err'); process.exitCode = 4"),
    );
    await run();
    expect(exit()).toMatchObject({ exit_code: 4, signal: null, ended_by: 'itself' });
    expect(exit()).not.toHaveProperty('message');
    expect(exit()).not.toHaveProperty('killed');
    expect(log()).toBe('out\nerr\n');
    expect(readSupervisor(systemFiles, dir)).toMatchObject({
      pid: process.pid,
      boot_id: 'boot',
      started_at: exit()?.started_at,
      contained: { by: expect.any(String) as string },
    });
    expect(readProcesses(systemFiles, dir)?.script).toMatchObject({ pid: expect.any(Number) as number });
    expect(Date.parse(exit()?.finished_at ?? '')).toBeGreaterThanOrEqual(
      Date.parse(exit()?.started_at ?? ''),
    );
  });

  test('names the signal that ended the script', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('Windows has no signals');
    const { run, exit } = await attempt(
      node("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)"),
    );
    await run();
    expect(exit()).toMatchObject({ exit_code: null, signal: 'SIGKILL', ended_by: 'itself' });
  });

  test('says why the script could not be started', async () => {
    const { run, exit } = await attempt(['no-such-program-anywhere']);
    await run();
    expect(exit()).toMatchObject({ exit_code: null, ended_by: 'spawn-error' });
    expect(exit()?.message).toContain('no-such-program-anywhere');
  });

  test('says so also when the system refuses at once', async () => {
    const { run, exit } = await attempt([...node(''), 'a\0b']);
    await run();
    expect(exit()).toMatchObject({
      exit_code: null,
      ended_by: 'spawn-error',
      message: expect.any(String) as string,
    });
  });

  test('is not begun without its command', async () => {
    const { dir, run, starts } = await attempt(node(''));
    await systemFiles.removeFile(path.join(dir, ATTEMPT.command));
    await run();
    expect(starts()).toBe(0);
    expect(hasAttemptFile(systemFiles, dir, 'supervisor')).toBe(false);
  });
});

test('an attempt is held though somebody deletes its directory, until its script has ended', async () => {
  const home = tempDir();
  const dir = path.join(home, '.jobq-attempts', 'job-1', '1');
  systemFiles.makeDir(dir);
  const lock = await systemLocks.take(attemptLock(dir));
  await systemFiles.removeTree(path.dirname(dir));
  expect(await systemLocks.take(attemptLock(dir))).toBeUndefined();
  systemFiles.makeDir(dir);
  expect(await systemLocks.take(attemptLock(dir))).toBeUndefined();
  await lock?.release();
  const again = await systemLocks.take(attemptLock(dir));
  expect(again).toBeDefined();
  await again?.release();
});

test('a script is told by the file in its work directory, too', async () => {
  const cwd = tempDir();
  const told = path.join(cwd, '.jobq-cancel-job-1-1.json');
  const { run, ready, cancel, exit, log } = await attempt(node(POLITE.replaceAll('SIGTERM', 'SIGUSR2')), {
    cwd,
    env: { JOBQ_CANCEL_FILE: told },
  });
  const over = run();
  await ready();
  await cancel({ reason: 'enough', grace_s: 20, deadline: '2026-02-10T14:30:00.000Z' });
  await over;
  expect(exit()).toMatchObject({ ended_by: 'cancel' });
  expect(JSON.parse(readFileSync(told, 'utf8'))).toMatchObject({
    reason: 'enough',
    deadline: expect.any(String) as string,
  });
  expect(log()).toContain('ready');
});

test('a supervisor whose directory is deleted ends with its script', async () => {
  const { dir, run, ready } = await attempt(
    node(
      "import { existsSync } from 'node:fs'; console.log('ready', process.pid); setInterval(() => existsSync('end') && process.exit(0), 20)",
    ),
    { cwd: tempDir() },
  );
  const { cwd } = readCommand(systemFiles, dir) ?? { cwd: '' };
  const over = run();
  await ready();
  await systemFiles.removeTree(dir);
  writeFileSync(path.join(cwd, 'end'), '');
  await over;
  expect(systemFiles.facts(dir)).toBeUndefined();
});

describe('a cancel', () => {
  test('gives the script time to end itself', async () => {
    const { run, ready, cancel, exit, log, pid } = await attempt(node(POLITE));
    const running = run();
    await ready();
    await cancel({ reason: 'wrong mesh' });
    await running;
    expect(exit()).toMatchObject({
      exit_code: 3,
      ended_by: 'cancel',
      message: 'cancelled: wrong mesh; the script ended itself when asked',
    });
    expect(log()).toContain('stopping');
    expect(lives(pid())).toBe(false);
  });

  test('ends a script that does not listen, after the time of grace it gives', async () => {
    const { run, ready, cancel, exit, log, pid } = await attempt(node(STUBBORN), { grace_s: 600 });
    const running = run();
    await ready();
    const before = systemClock.monotonic();
    await cancel({ grace_s: 0.5 });
    await running;
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(500);
    expect(exit()).toMatchObject({ exit_code: process.platform === 'win32' ? 1 : null, ended_by: 'cancel' });
    expect(exit()?.message).toBe('cancelled; the script was ended after 0.5 s of grace');
    expect(log().includes('no\n')).toBe(process.platform !== 'win32');
    expect(lives(pid())).toBe(false);
  });

  test('that comes before the script keeps it from starting', async () => {
    const { run, cancel, exit, starts } = await attempt(node(POLITE));
    await cancel({ reason: 'never mind' });
    await run();
    expect(starts()).toBe(0);
    expect(exit()).toMatchObject({
      exit_code: null,
      ended_by: 'cancel',
      message: 'cancelled before the script was started: never mind',
    });
  });
});

describe('a time limit', () => {
  test('ends the script as a cancel would, and tells it why', async () => {
    const { dir, run, exit, pid } = await attempt(node(STUBBORN), { timeout_s: 3, grace_s: 0.3 });
    await run();
    expect(exit()).toMatchObject({ ended_by: 'timeout' });
    expect(exit()?.message).toBe(
      'ran longer than timeout_s (3 s); the script was ended after 0.3 s of grace',
    );
    const told = JSON.parse(readFileSync(path.join(dir, ATTEMPT.cancel), 'utf8')) as object;
    expect(told).toMatchObject({ reason: 'timeout', grace_s: 0.3, deadline: expect.any(String) as string });
    expect(lives(pid())).toBe(false);
  });

  test('does nothing to a script that is faster', async () => {
    const { run, exit } = await attempt(node(''), { timeout_s: 60 });
    await run();
    expect(exit()).toMatchObject({ exit_code: 0, ended_by: 'itself' });
  });
});

describe('a second supervisor', () => {
  test('is turned away while the first one lives', async () => {
    const { run, ready, cancel, starts, exit } = await attempt(node(POLITE));
    const first = run();
    await ready();
    await run();
    expect(starts()).toBe(1);
    expect(exit()).toBeUndefined();
    await cancel({});
    await first;
    expect(starts()).toBe(1);
  });

  test('does not begin again what is over', async () => {
    const { run, starts, exit } = await attempt(node(''));
    await run();
    const before = exit();
    await run();
    expect(starts()).toBe(1);
    expect(exit()).toEqual(before);
  });

  test('does not begin again what a supervisor began that died', async () => {
    const { dir, run, starts, exit } = await attempt(node(''));
    await writeAttemptFile(disk, dir, 'supervisor', {
      pid: 1,
      boot_id: 'boot',
      started_at: '2026-02-10T15:00:00Z',
    });
    await run();
    expect(starts()).toBe(0);
    expect(exit()).toMatchObject({ ended_by: 'interrupted', started_at: '2026-02-10T15:00:00Z' });
  });

  test('ends what an older version began, which knew of fewer limits', async () => {
    const { dir, run, exit } = await attempt(node(''));
    const { job_id, command, cwd, env, path_prepend, timeout_s, grace_s } =
      readCommand(systemFiles, dir) ?? {};
    const older = { job_id, attempt: 1, command, cwd, env, path_prepend, timeout_s, grace_s };
    await writeAttemptFile(disk, dir, 'command', older);
    await writeAttemptFile(disk, dir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: STARTED });
    await run();
    expect(exit()).toMatchObject({ ended_by: 'interrupted' });
  });

  test('waits a moment for one who only looks whether the first one lives', async () => {
    const { dir, run, starts } = await attempt(node(''));
    const looking = await systemLocks.take(attemptLock(dir));
    const running = run();
    await systemClock.turn();
    expect(starts()).toBe(0);
    await looking?.release();
    await running;
    expect(starts()).toBe(1);
  });
});

test('the lock is free once the attempt is over', async () => {
  const { dir, run } = await attempt(node(''));
  await run();
  const lock = await systemLocks.take(attemptLock(dir));
  expect(lock).toBeDefined();
  await lock?.release();
});

/** What the system says of a process: Z is one that has ended and that nobody has asked about yet. */
function stateOf(pid: number): string {
  try {
    return /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return 'gone';
  }
}

/** A process that nothing but its id and its time of birth tells from others. */
function unmarked() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('processes that would outlive their attempt', () => {
  test('are ended when their supervisor died, and the run is written down as interrupted', async (ctx) => {
    if (process.platform === 'win32') ctx.skip("Windows ends a supervisor's own child with it");
    const { dir, ready, run, exit, pid, starts } = await attempt(node(STUBBORN));
    const command = readCommand(systemFiles, dir);
    if (!command) throw new Error('no command');
    await writeAttemptFile(disk, dir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: STARTED });
    const orphan = startScript({ ...command, logFile: path.join(dir, ATTEMPT.log) });
    await ready();
    await run();
    expect(exit()).toMatchObject({ ended_by: 'interrupted', started_at: STARTED });
    expect(exit()?.message).toContain(`1 of its processes was alive and ended: node (${pid()})`);
    expect(exit()?.killed).toMatchObject([{ pid: pid() }]);
    expect((await orphan.ended).signal).toBe('SIGKILL');
    expect([lives(pid()), starts()]).toEqual([false, 0]);
  });

  test('are ended after the script although they left its group', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('Windows has no process groups to leave');
    const child = `setInterval(() => {}, 1000); console.log('ready', process.pid)`;
    const { run, exit, pid } = await attempt(
      node(`import { spawn } from 'node:child_process';
        const child = spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
        child.stdout.on('data', (text) => { process.stdout.write(text); process.exit(0); });`),
    );
    await run();
    expect(exit()).toMatchObject({
      ended_by: 'itself',
      exit_code: 0,
      killed: [{ pid: pid() }],
      lingered_s: 0,
    });
    expect(exit()?.message).toContain('1 process it left running was ended after linger_s (0 s)');
    expect(pid()).toBeGreaterThan(0);
    expect(stateOf(pid())).toMatch(/^(gone|Z)$/);
  });

  test('are waited for, and what became of them is written down', async () => {
    const { run, exit, log } = await attempt(
      node(`import { spawn } from 'node:child_process';
        const program = "setTimeout(() => { console.log('written'); }, 2500); console.log('ready', process.pid);";
        const child = spawn(process.execPath, ['-e', program], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
        child.once('spawn', () => process.exit(0));`),
      { linger_s: 60 },
    );
    await run();
    expect(exit()).toMatchObject({ ended_by: 'itself', exit_code: 0 });
    expect(exit()?.message).toMatch(/^1 process it left running ended by itself after \d+ s$/);
    expect(exit()?.lingered_s).toBeGreaterThan(1);
    expect(exit()).not.toHaveProperty('killed');
    expect(log()).toContain('written');
  });

  test('are known by id and time of birth where nothing else tells them', async () => {
    const { dir, run, exit, starts } = await attempt(node(''));
    await writeAttemptFile(disk, dir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: STARTED });
    const stranger = unmarked();
    const orphan = unmarked();
    const script = await thisTree.identify(orphan.pid ?? 0);
    const other = await thisTree.identify(stranger.pid ?? 0);
    // the id of the stranger was once that of a process of this attempt
    const seen = [{ pid: stranger.pid, started: 'long ago', name: 'node' }];
    await writeAttemptFile(disk, dir, 'processes', { script, seen });
    await run();
    expect(exit()).toMatchObject({ ended_by: 'interrupted', killed: [{ pid: orphan.pid }] });
    expect(exit()?.killed).toHaveLength(1);
    expect([starts(), await thisTree.identify(stranger.pid ?? 0)]).toEqual([0, other]);
  });

  test('are ended as a cancel would have, when that was under way', async () => {
    const { dir, run, cancel, exit } = await attempt(node(''));
    await writeAttemptFile(disk, dir, 'supervisor', { pid: 1, boot_id: 'boot', started_at: STARTED });
    await cancel({ reason: 'wrong mesh' });
    await run();
    expect(exit()).toMatchObject({ ended_by: 'cancel' });
    expect(exit()?.message).toMatch(/^cancelled: wrong mesh; the supervisor of the run ended without a word/);
  });
});

test('a cancel that follows an interruption is honoured at once', async () => {
  const { run, ready, cancel, exit, log, pid } = await attempt(node(STUBBORN));
  const running = run();
  await ready();
  await cancel({ interrupt: true, reason: 'the owner is back', grace_s: 600 });
  if (process.platform !== 'win32') await until('it was asked', () => log().includes('no\n'));
  await cancel({ reason: 'wrong mesh', grace_s: 0.2 });
  await running;
  expect(exit()).toMatchObject({
    ended_by: 'cancel',
    message: 'cancelled: wrong mesh; the script was ended after 0.2 s of grace',
    killed: [{ pid: pid() }],
  });
});

test('a run in which nothing moves is ended, and what was seen of it is kept', async () => {
  const { run, exit, pid } = await attempt(node(STUBBORN), { stall_timeout_s: 2, grace_s: 0.2 });
  await run();
  expect(exit()).toMatchObject({ ended_by: 'stall', evidence: { processes: [{ pid: pid() }] } });
  expect(exit()?.evidence?.quiet_s).toBeGreaterThanOrEqual(2);
});
