// Commands of the settings, run for real.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemRun } from '../../../src/system/process/run.ts';
import { lives, tempDir, until } from '../temp-dir.ts';

async function run(program: string, timeoutMs = 20_000, input = '') {
  const cwd = tempDir();
  const outputFile = path.join(cwd, 'output.log');
  const command = [process.execPath, '--eval', program];
  const end = await systemRun({ command, cwd, env: { GREETING: 'hello' }, input, timeoutMs, outputFile });
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
