// Keeping the machine awake on Linux, with programs that stand in for systemd-inhibit.
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeEach, expect, test } from 'vitest';
import { newInhibit } from '../../../src/system/process/keep-awake.ts';
import { lives, tempDir, until } from '../temp-dir.ts';

const REAL_PATH = '/usr/bin:/bin';

beforeEach((ctx) => {
  if (process.platform === 'win32') ctx.skip('Windows has no systemd-inhibit');
});

/** A systemd-inhibit of its own, and what it writes beside itself. */
function fake(program: string) {
  const dir = tempDir();
  writeFileSync(path.join(dir, 'systemd-inhibit'), `#!/bin/sh\necho $$ > ${dir}/pid\n${program}\n`);
  chmodSync(path.join(dir, 'systemd-inhibit'), 0o755);
  const read = (name: string) => {
    try {
      return readFileSync(path.join(dir, name), 'utf8');
    } catch {
      return '';
    }
  };
  return { env: { PATH: `${dir}:${REAL_PATH}`, DIR: dir }, read, pid: () => Number(read('pid')) };
}

const RUNS =
  'for one in "$@"; do echo "$one" >> "$DIR/arguments"; done; while [ "$1" != cat ]; do shift; done; "$@"';

const ask = (env: Record<string, string>, limitMs = 20_000) =>
  newInhibit({ program: 'systemd-inhibit', env, limitMs });

test('the machine is kept awake until it is released, and it is told who wants it and why', async () => {
  const { env, read, pid } = fake(RUNS);
  const awake = await ask(env)('job "a" runs');
  if ('problem' in awake) throw new Error(awake.problem);
  expect(awake.how).toBe('systemd-inhibit');
  expect(read('arguments').split('\n')).toEqual([
    '--what=sleep:idle',
    '--who=jobq',
    '--why=job "a" runs',
    '--mode=block',
    'cat',
    '',
  ]);
  expect(lives(pid())).toBe(true);
  awake.release();
  awake.release();
  await until('it is over', () => !lives(pid()));
});

test('a process that is killed keeps the machine awake no longer, and does not wait for it', async () => {
  const { env, pid } = fake(RUNS);
  const module = fileURLToPath(new URL('../../../src/system/process/keep-awake.ts', import.meta.url));
  const bundle = path.join(tempDir(), 'keep-awake.mjs');
  await build({
    entryPoints: [module],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
  });
  const program = (then: string) => `import { newInhibit } from ${JSON.stringify(bundle)};
    const awake = await newInhibit({ program: 'systemd-inhibit', env: ${JSON.stringify(env)}, limitMs: 20000 })('a test');
    if (awake.how !== 'systemd-inhibit') process.exit(9);
    ${then}`;
  for (const then of ["process.kill(process.pid, 'SIGKILL');", '']) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program(then)], {
      stdio: 'inherit',
    });
    const [code, signal] = await new Promise<unknown[]>((resolve) =>
      child.once('exit', (...end) => resolve(end)),
    );
    expect(signal ?? code).toBe(then ? 'SIGKILL' : 0);
    await until('it is over', () => !lives(pid()));
  }
});

test.each([
  {
    name: 'it refuses',
    program: 'echo "Failed to inhibit: Access denied" >&2; exit 1',
    problem: /: Failed to inhibit: Access denied$/,
  },
  { name: 'it says nothing', program: 'exit 7', problem: /exit code 7$/ },
  { name: 'it ends without a lock', program: 'exit 0', problem: /exit code 0$/ },
  {
    name: 'it complains without end',
    program: 'yes complaint >&2 & sleep 0.3; kill $!; exit 1',
    problem: /^.{1,400}$/s,
  },
])('a problem is told when $name', async ({ program, problem }) => {
  const awake = await ask(fake(program).env)('a test');
  expect(awake).toEqual({ problem: expect.stringMatching(problem) as string });
});

test('one that hangs is given up and ended', async () => {
  const { env, pid } = fake('exec sleep 300');
  expect(await ask(env, 1500)('a test')).toEqual({ problem: 'systemd-inhibit: it does not answer' });
  await until('it is over', () => !lives(pid()));
});

test('a problem is told where there is none, and where it cannot be asked', async () => {
  expect(await ask({ PATH: tempDir() })('a test')).toEqual({
    problem: expect.stringContaining('ENOENT') as string,
  });
  expect(await ask(fake(RUNS).env)('a\0b')).toEqual({
    problem: expect.stringContaining('null bytes') as string,
  });
});
