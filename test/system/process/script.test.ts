// Scripts, run for real: their output, environment and end, and the end of all they started.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Script } from '../../../src/system/process/script.ts';
import { startScript, thisTree } from '../../../src/system/process/script.ts';
import { lives, tempDir, until } from '../temp-dir.ts';

interface Given {
  command: readonly string[];
  env?: Record<string, string>;
  env_inherit?: readonly string[];
  path_prepend?: readonly string[];
  cwd?: string;
}

function start({ command, env = {}, env_inherit = ['PATH', 'SystemRoot'], path_prepend = [], cwd }: Given) {
  const dir = tempDir();
  const logFile = path.join(dir, 'stdout.log');
  const [name, value] = ['JOBQ_CANCEL_FILE', randomUUID()];
  const script = startScript({
    command,
    cwd: cwd ?? dir,
    env: { ...env, [name]: value },
    env_inherit,
    path_prepend,
    logFile,
  });
  const end = async () => {
    const first = script.pid === undefined ? undefined : await thisTree.identify(script.pid);
    return thisTree.end({ mark: `${name}=${value}`, known: first ? [first] : [] });
  };
  onTestFinished(async () => void (await end()));
  return { dir, script, end, log: () => readFileSync(logFile, 'utf8') };
}

/** What libuv adds on Windows where it is missing. */
const SYSTEM_OWN = new Set(
  'HOMEDRIVE HOMEPATH LOGONSERVER SYSTEMDRIVE TEMP TMP USERDOMAIN USERNAME USERPROFILE WINDIR'.split(' '),
);

const node = (program: string) => [process.execPath, '--input-type=module', '--eval', program];

describe('a script', () => {
  test('writes output and errors into one file, in the order in which it wrote them', async () => {
    const program = `import { writeSync } from 'node:fs';
      for (let n = 0; n < 200; n++) writeSync(n % 2 ? 2 : 1, n + '\\n');`;
    const { script, log } = start({ command: node(program) });
    expect(await script.ended).toEqual({ exit_code: 0, signal: null });
    expect(log()).toBe(Array.from({ length: 200 }, (_, n) => `${n}\n`).join(''));
  });

  test.each([0, 1, 3, 200])('tells its exit code %i', async (code) => {
    const { script } = start({ command: node(`process.exit(${code})`) });
    expect(await script.ended).toEqual({ exit_code: code, signal: null });
  });

  test('gets its arguments untouched by any shell', async () => {
    const args = ['$HOME', '"two words"', '*', '; exit 9', "it's", '--', 'ä'];
    const { script, log } = start({
      command: [...node('console.log(JSON.stringify(process.argv.slice(1)))'), '--', ...args],
    });
    await script.ended;
    expect(JSON.parse(log())).toEqual(args);
  });

  test('runs where it is told to, with what it may inherit and its own on top, and nothing else', async () => {
    const { dir, script, log } = start({
      command: node('console.log(JSON.stringify([process.cwd(), process.env]))'),
      env: { JOBQ_JOB_ID: 'job-1' },
    });
    await script.ended;
    const [cwd, env] = JSON.parse(log()) as [string, Record<string, string>];
    expect(path.basename(cwd)).toBe(path.basename(dir));
    expect(env).toMatchObject({ JOBQ_JOB_ID: 'job-1' });
    const names = Object.keys(env).map((name) => name.toUpperCase());
    const ours = Object.keys(process.env).filter((name) => /^(PATH|SystemRoot)$/i.test(name));
    // what Windows gives every process, whoever starts it
    const theirs = names.filter((name) => process.platform !== 'win32' || !SYSTEM_OWN.has(name));
    expect(theirs.sort()).toEqual(
      ['JOBQ_CANCEL_FILE', 'JOBQ_JOB_ID', ...ours.map((name) => name.toUpperCase())].sort(),
    );
  });

  test('finds its programs in the directories put before PATH', async () => {
    const before = [path.join('/opt', 'a'), path.join('/opt', 'b')];
    const { script, log } = start({ command: node('console.log(process.env.PATH)'), path_prepend: before });
    await script.ended;
    expect(log().startsWith(`${before.join(path.delimiter)}${path.delimiter}`)).toBe(true);
  });

  test('has nothing to read on standard input', async () => {
    const { script, log } = start({
      command: node("process.stdin.on('end', () => console.log('at its end')).resume()"),
    });
    await script.ended;
    expect(log()).toBe('at its end\n');
  });
});

describe('a script that cannot be started', () => {
  test('says that there is no such program', async () => {
    const { script } = start({ command: ['no-such-program-anywhere'] });
    const end = await script.ended;
    expect(end).toMatchObject({ exit_code: null, signal: null });
    expect(end.problem).toMatch(/^no-such-program-anywhere: .*ENOENT/);
    expect(script.pid).toBeUndefined();
    script.ask();
  });

  test('says so when the path of its program goes through a file', async () => {
    const file = path.join(tempDir(), 'file');
    writeFileSync(file, '');
    const end = await start({ command: [path.join(file, 'python')] }).script.ended;
    expect(end).toMatchObject({
      exit_code: null,
      signal: null,
      problem: expect.stringContaining('python') as string,
    });
  });

  test('says so when the system cannot pass an argument', async () => {
    const end = await start({ command: [...node(''), 'a\0b'] }).script.ended;
    expect(end).toMatchObject({ exit_code: null, signal: null, problem: expect.any(String) as string });
  });
});

describe('all that a script has started', () => {
  /** A script with a child and a grandchild, none of which cares for SIGTERM, and their ids. */
  const family = async () => {
    const member = (depth: number): string => `import { spawn } from 'node:child_process';
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);
      console.log('pid ' + process.pid);
      ${depth > 0 ? `spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(member(depth - 1))}], { stdio: 'inherit' });` : ''}`;
    const { script, end, log } = start({ command: node(member(2)) });
    const pids = () => [...log().matchAll(/pid (\d+)\n/g)].map((match) => Number(match[1]));
    await until('the whole family lives', () => pids().length === 3);
    return { script, end, pids: pids() };
  };
  const endOf = async (script: Script) => {
    const { exit_code, signal } = await script.ended;
    return signal ?? exit_code;
  };

  test('is gone when its end is confirmed', async () => {
    const { script, end, pids } = await family();
    expect(pids.every(lives)).toBe(true);
    const { killed, confirmed } = await end();
    expect(confirmed).toBe(true);
    expect(new Set(killed.map(({ pid }) => pid))).toEqual(new Set(pids));
    await until('they are looked at', () => pids.filter(lives).length === 0);
    expect(await endOf(script)).toBe(process.platform === 'win32' ? 1 : 'SIGKILL');
    expect(await end()).toEqual({ killed: [], confirmed: true });
  });

  test('goes although its first process has ended before', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('test/windows shows it in a Job Object');
    const { script, end, pids } = await family();
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await script.ended;
    expect(pids.filter(lives)).toHaveLength(2);
    expect(await end()).toMatchObject({ confirmed: true });
    await until('they are looked at', () => pids.filter(lives).length === 0);
  });

  test('is asked to stop as a whole', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('Windows has no signal to ask with');
    const { script, log } = start({ command: ['/bin/sh', '-c', 'sleep 300 & echo child $!; wait'] });
    await until('the child lives', () => /child \d+/.test(log()));
    const child = Number(/child (\d+)/.exec(log())?.[1]);
    script.ask();
    expect(await script.ended).toEqual({ exit_code: null, signal: 'SIGTERM' });
    await until('the child is gone', () => !lives(child));
    script.ask();
  });
});
