// Commands of the settings, run for real.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunRequest } from '../../../src/system/process/run.ts';
import { systemEndRun, systemRun } from '../../../src/system/process/run.ts';
import { lives, tempDir, until } from '../temp-dir.ts';

async function run(program: string, timeoutMs = 20_000, input = '', more: Partial<RunRequest> = {}) {
  const cwd = tempDir();
  const outputFile = path.join(cwd, 'output.log');
  const command = [process.execPath, '--eval', program];
  const end = await systemRun({
    command,
    cwd,
    env: { GREETING: 'hello' },
    input,
    timeoutMs,
    outputFile,
    ...more,
  });
  return { end, output: readFileSync(outputFile, 'utf8') };
}

test('a command gets its input and environment, and leaves output and exit code', async () => {
  const { end, output } = await run(
    'process.stdin.on("data", (text) => { console.log(process.env.GREETING, String(text)); process.exitCode = 3; })',
    20_000,
    'world',
  );
  expect(end).toEqual({ exit_code: 3, signal: null, timed_out: false });
  expect(output).toBe('hello world\n');
});

test('a command over its time is ended, and all it has started', async () => {
  const { end, output } = await run(
    `const spawn = require('node:child_process').spawn;
     const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
     child.unref(); console.log(child.pid); setInterval(() => {}, 1000)`,
    5000,
  );
  expect(end).toMatchObject({ timed_out: true });
  expect(end.signal ?? end.exit_code).toBe(process.platform === 'win32' ? 1 : 'SIGKILL');
  expect(output).toMatch(/^\d+\n$/);
  await until('it is looked at', () => !lives(Number(output)));
});

test('each command can be told from all others by its environment', async () => {
  const program = 'console.log(process.env.JOBQ_RUN_ID)';
  const [one, other] = [await run(program), await run(program)];
  expect(one.output).toMatch(/^[\w-]{36}\n$/);
  expect(other.output).not.toBe(one.output);
});

test('what a command leaves running keeps nobody waiting', async () => {
  const child = 'console.log(process.pid); setTimeout(() => {}, 60000)';
  const { end, output } = await run(
    `const child = require('node:child_process').spawn(process.execPath, ['--eval', ${JSON.stringify(child)}], { stdio: 'inherit' });
     child.unref(); setTimeout(() => process.exit(0), 300);`,
  );
  expect(end).toMatchObject({ exit_code: 0, timed_out: false });
  process.kill(Number(output), 'SIGKILL');
});

test('a command that is not there is told, not thrown', async () => {
  const cwd = tempDir();
  const end = await systemRun({
    command: ['no-such-program'],
    cwd,
    env: {},
    input: '',
    timeoutMs: 1000,
    outputFile: path.join(cwd, 'o'),
  });
  expect(end.problem).toContain('no-such-program');
});

/** Starts a process that leaves its family and never ends, and prints its id. */
const LEAVES = `const child = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
  child.unref(); console.log(child.pid);`;

test('what a marked command leaves running is ended with it', async () => {
  const { end, output } = await run(LEAVES, 20_000, '', { mark: 'run-test-left' });
  expect(end).toEqual({ exit_code: 0, signal: null, timed_out: false });
  expect(output).toMatch(/^\d+\n$/);
  await until('it is ended', () => !lives(Number(output)));
});

test('what another process ran under a mark can be ended', async (ctx) => {
  if (process.platform === 'win32') ctx.skip('Windows shows nobody the environment of another process');
  const cwd = tempDir();
  const outputFile = path.join(cwd, 'output.log');
  const command = [process.execPath, '--eval', `${LEAVES} setInterval(() => {}, 1000)`];
  const ended = systemRun({
    command,
    cwd,
    env: {},
    input: '',
    timeoutMs: 60_000,
    outputFile,
    mark: 'run-test-old',
  });
  await until('it has begun', () => readFileSync(outputFile, 'utf8').endsWith('\n'));
  expect(await systemEndRun('run-test-other')).toBe(true);
  expect(lives(Number(readFileSync(outputFile, 'utf8')))).toBe(true);
  expect(await systemEndRun('run-test-old')).toBe(true);
  expect(await ended).toMatchObject({ signal: 'SIGKILL', timed_out: false });
  await until('it is ended', () => !lives(Number(readFileSync(outputFile, 'utf8'))));
});

test('a command that is not waited for any more is ended, and says so', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const stop = { signal: stopping.signal, graceMs: 300 };
  const { end } = await run('setInterval(() => {}, 1000)', 60_000, '', { stop });
  expect(end).toMatchObject({ stopped: true, timed_out: false });
  const quick = await run('', 60_000, '', { stop: { ...stop, graceMs: 60_000 } });
  expect(quick.end).toEqual({ exit_code: 0, signal: null, timed_out: false });
});

test('a command that prints without an end is ended, and what it printed is cut', async () => {
  const { end, output } = await run(
    `const line = 'x'.repeat(9999) + '\\n'; const more = () => process.stdout.write(line, more); more();`,
    60_000,
    '',
    { outputMaxBytes: 100_000 },
  );
  expect(end.problem).toContain('it printed more than is kept');
  expect(output).toHaveLength(100_000);
});
