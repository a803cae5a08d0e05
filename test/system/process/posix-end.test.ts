// All processes of an attempt on Linux are ended, whatever they do about it, and nobody else's: real ones.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { posixTree as tree } from '../../../src/system/process/posix.ts';
import { until } from '../temp-dir.ts';
import {
  killScript,
  LOST,
  listed,
  onlyOnLinux,
  parentOf,
  read,
  runs,
  sorted,
  start,
  stateOf,
} from './linux-attempt.ts';

beforeEach(onlyOnLinux);

/** Somebody else's process, a leader of its own. */
function bystander(env: Record<string, string> = {}): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['300'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

/** The processes with this command line. */
function pidsOf(commandLine: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && read(`/proc/${pid}/cmdline`) === commandLine);
}

const nothing = { killed: [], confirmed: true };

test('a family that does not care to be asked is ended, each by its name, and once', async () => {
  const program = `trap '' TERM; echo script $$ >> $TOLD;
    sh -c "trap '' TERM; echo middle \\$\\$ >> $TOLD; sleep 300 & echo child \\$! >> $TOLD; wait" & wait`;
  const { attempt, pids } = await start(program, ['script', 'middle', 'child']);
  const { killed, confirmed } = await tree.end(attempt);
  expect(confirmed).toBe(true);
  expect(killed.map(({ pid }) => pid).sort((a, b) => a - b)).toEqual(sorted(pids()));
  expect(killed.map(({ name }) => name).sort()).toEqual(['sh', 'sh', 'sleep']);
  expect(Object.values(pids()).filter(runs)).toEqual([]);
  expect(await tree.end(attempt)).toEqual(nothing);
});

test('one that stands still is ended, too', async () => {
  const { attempt, pids } = await start('echo script $$ >> $TOLD; kill -STOP $$; sleep 300', ['script']);
  const { script } = pids();
  await until('it stands still', () => stateOf(script) === 'T');
  expect(await tree.end(attempt)).toMatchObject({ killed: [{ pid: script }], confirmed: true });
  expect(runs(script)).toBe(false);
});

test('a middle that is dead keeps nobody alive', async () => {
  const run = await start(`sh -c 'echo middle $$ >> $TOLD; ${LOST.replaceAll("'", `'\\''`)} & wait' & wait`, [
    'middle',
    'lost',
  ]);
  const { middle = 0, lost = 0 } = run.pids();
  run.attempt.known.push(...(await tree.list(run.attempt)));
  process.kill(middle, 'SIGKILL');
  await killScript(run);
  await until('somebody else is its parent', () => parentOf(lost) !== middle);
  expect(await tree.end(run.attempt)).toMatchObject({ killed: [{ pid: lost }], confirmed: true });
  expect(runs(lost)).toBe(false);
});

test('nobody starts another while all are ended', async () => {
  // without mark or session of the script: once it is gone, nothing tells that they were its children
  const length = `300.${String(Math.random()).slice(2, 12)}`;
  const program = `echo script $$ >> $TOLD; while :; do setsid env -i PATH="$PATH" sleep ${length} & done`;
  const ofThem = () => pidsOf(`sleep\0${length}\0`);
  onTestFinished(() => {
    for (const pid of ofThem()) process.kill(pid, 'SIGKILL');
  });
  const { attempt } = await start(program, ['script']);
  await until('there are some', () => ofThem().length > 10);
  expect(await tree.end(attempt)).toMatchObject({ confirmed: true });
  expect(ofThem().filter(runs)).toEqual([]);
});

test('a process that has got the id of a known one is not touched', async () => {
  const other = bystander();
  const id = await tree.identify(other.pid);
  const [born = '', boot = ''] = id?.started.split('@') ?? [];
  for (const started of [
    `${Number(born) - 1}@${boot}`,
    `${Number(born) + 1}@${boot}`,
    `${born}@another-start`,
  ]) {
    const attempt = { mark: `NONE=${randomUUID()}`, known: [{ pid: other.pid, started }] };
    expect(await tree.list(attempt)).toEqual([]);
    expect(await tree.end(attempt)).toEqual(nothing);
  }
  expect(runs(other.pid)).toBe(true);
});

test('a mark is a whole entry of the environment', async () => {
  const value = randomUUID();
  const others = [{ MARK: `${value}0` }, { XMARK: value }, { OTHER: `MARK=${value}` }].map((env) =>
    bystander(env),
  );
  const { pid } = bystander({ MARK: value });
  await expect.poll(() => listed({ mark: `MARK=${value}`, known: [] })).toEqual([pid]);
  expect(await tree.end({ mark: `MARK=${value}`, known: [] })).toMatchObject({ killed: [{ pid }] });
  expect(others.every((other) => runs(other.pid))).toBe(true);
});

test('the session of a first process that somebody else started counts only while that lives', async () => {
  // its number may be a stranger's by now: only who has started it has seen that it is not
  const program = `setsid sh -c 'echo leader $$ >> $TOLD; env -i sleep 300 & echo bare $! >> $TOLD; wait' & wait`;
  const { pids, attempt } = await start(program, ['leader', 'bare']);
  const { leader = 0, bare = 0 } = pids();
  const id = await tree.identify(leader);
  attempt.known.push(...(await tree.list(attempt)));
  const other = { mark: `NONE=${randomUUID()}`, known: id ? [id] : [] };
  expect(await listed(other)).toEqual([leader, bare].sort((a, b) => a - b));
  process.kill(leader, 'SIGKILL');
  await until('the leader is gone', () => stateOf(leader) === undefined);
  expect(await listed(other)).toEqual([]);
  expect(runs(bare)).toBe(true);
});

test('only the group of a first process of our own is asked', async () => {
  const other = bystander();
  tree.ask(other.pid);
  const { child, attempt } = await start('sleep 300 & echo child $! >> $TOLD; wait', ['child']);
  tree.ask(child.pid ?? 0);
  await until('it has obeyed', () => child.signalCode === 'SIGTERM');
  await expect.poll(() => tree.list(attempt)).toEqual([]);
  tree.ask(child.pid ?? 0); // nobody is there any more
  expect(runs(other.pid)).toBe(true);
});
