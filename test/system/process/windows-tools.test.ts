// Programs that are asked something, with a limit of time.
import { expect, onTestFinished, test } from 'vitest';
import { runTool } from '../../../src/system/process/windows-tools.ts';
import { lives, until } from '../temp-dir.ts';

const node = (program: string) => ['--eval', program];

test('a program answers with its output and exit code', async () => {
  const program =
    'process.stdout.write("x".repeat(300000) + "ä"); process.exitCode = 128; console.error("no")';
  expect(await runTool(process.execPath, node(program), 20_000)).toEqual({
    exit_code: 128,
    output: `${'x'.repeat(300_000)}ä`,
  });
});

test('one that is not there is told', async () => {
  expect(await runTool('/no/such/program', [], 20_000)).toEqual({ exit_code: null, output: '' });
});

test('one that hangs is ended, and nobody waits for what it has started', async () => {
  const program = `const c = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
    console.log(process.pid, c.pid); setInterval(() => {}, 1000)`;
  const { exit_code, output } = await runTool(process.execPath, node(program), 5000);
  const [pid = 0, child = 0] = output.split(' ').map(Number);
  onTestFinished(() => void process.kill(child, 'SIGKILL'));
  expect(exit_code).toBeNull();
  expect(lives(child)).toBe(true);
  await until('it is over', () => !lives(pid));
});
