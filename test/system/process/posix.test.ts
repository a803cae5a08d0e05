// The processes of an attempt on Linux are found wherever they went: real ones.
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { posixTree as tree } from '../../../src/system/process/posix.ts';
import { until } from '../temp-dir.ts';
import {
  BARE,
  hasMark,
  killScript,
  LOST,
  listed,
  nameOf,
  onlyOnLinux,
  parentOf,
  sorted,
  start,
  stateOf,
} from './linux-attempt.ts';

beforeEach(onlyOnLinux);

test('below the script, with who they are and what they use', async () => {
  const program = 'sleep 300 & echo child $! >> $TOLD; echo script $$ >> $TOLD; wait';
  const { attempt, pids } = await start(program, ['child', 'script']);
  const { script, child } = pids();
  await until('sleep is sleep', () => nameOf(child) === 'sleep');
  const seen = await tree.list(attempt);
  expect(Object.fromEntries(seen.map(({ pid, name }) => [pid, name]))).toEqual({
    [String(script)]: 'sh',
    [String(child)]: 'sleep',
  });
  expect(seen).toHaveLength(2);
  for (const one of seen) {
    expect(one.memory_mb).toBeGreaterThan(0);
    expect(one.cpu_s).toBeGreaterThanOrEqual(0);
    expect(await tree.identify(one.pid)).toMatchObject({ pid: one.pid, started: one.started });
  }
});

test('in sessions of their own when all above them has ended: by their mark', async () => {
  const program = `setsid sh -c 'setsid sh -c "echo deep \\$\\$ >> $TOLD; exec sleep 300" & exit' & exit`;
  const { child, attempt, pids } = await start(program, ['deep']);
  await until('the script is over', () => child.exitCode === 0);
  await expect.poll(() => listed(attempt)).toEqual(sorted(pids()));
});

test('without a mark when the script has ended: by its session', async () => {
  const program = `${BARE} sleep 300 & echo bare $! >> $TOLD; exit`;
  const { child, attempt, pids } = await start(program, ['bare']);
  await until('the script is over, the mark gone', () => child.exitCode === 0 && !hasMark(pids()['bare']));
  expect(await listed(attempt)).toEqual(sorted(pids()));
});

test('without a mark and in a session of their own: by their parent', async () => {
  const { attempt, pids } = await start(`echo script $$ >> $TOLD; ${LOST} & wait`, ['lost', 'script']);
  expect(hasMark(pids()['lost'])).toBe(false);
  expect(await listed(attempt)).toEqual(sorted(pids()));
});

test('with no mark, session or parent that tells: because they were seen before', async () => {
  const run = await start(`${LOST} & wait`, ['lost']);
  const { lost = 0 } = run.pids();
  const before = { ...run.attempt, known: [...run.attempt.known] };
  run.attempt.known.push(...(await tree.list(run.attempt)));
  await killScript(run);
  await until('somebody else is its parent', () => parentOf(lost) !== run.child.pid);
  expect(await listed(before)).toEqual([]);
  expect(await listed(run.attempt)).toEqual([lost]);
});

test('but not those that have ended and that nobody has looked at yet', async () => {
  // the shell becomes a sleep, which never looks at its child; that waits for it to be so
  const child = `while grep -q sh /proc/$$/comm; do :; done`;
  const program = `(${child}) & echo dead $! >> $TOLD; echo script $$ >> $TOLD; exec sleep 300`;
  const { attempt, pids } = await start(program, ['dead', 'script']);
  const { dead, script } = pids();
  await until('the child is dead', () => stateOf(dead) === 'Z');
  expect(await listed(attempt)).toEqual([script]);
});

test('and never the caller', async () => {
  const self = await tree.identify(process.pid);
  expect(self?.pid).toBe(process.pid);
  expect(await tree.list({ mark: `NONE=${randomUUID()}`, known: self ? [self] : [] })).toEqual([]);
});

test('a script that is over is still who it was', async () => {
  const { child, attempt } = await start('exit', []);
  await until('it is over', () => child.exitCode === 0);
  expect(await tree.identify(child.pid ?? 0)).toEqual({ pid: child.pid, started: attempt.known[0]?.started });
  expect(await tree.list(attempt)).toEqual([]);
});

test('nobody is told where there is no such process', async () => {
  expect(await tree.identify(2 ** 30)).toBeUndefined();
});

test('the processor time of those that live counts, and of children they have looked at', async () => {
  // the one that is busy is over before anybody asks
  const busy = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
  const { attempt } = await start(`sh -c '${busy}'; echo done $$ >> $TOLD; exec sleep 300`, ['done']);
  expect(await tree.cpuSeconds(attempt)).toBeGreaterThan(0.05);
  const [script] = await tree.list(attempt);
  expect(script?.cpu_s).toBeLessThan(0.05);
});
