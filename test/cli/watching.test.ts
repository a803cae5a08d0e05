// status at a glance: its tables; and status --watch.
import { expect, test } from 'vitest';
import { cutLine, frame } from '../../src/cli/render/screen.ts';
import { errorShape, glanceShape } from '../../src/cli/shapes.ts';
import type { World } from './world.ts';
import { archive, end, queueWorld, RUNNING, report, seen, submitted } from './world.ts';

const RED = '\u001b[31m';
const PLAIN = '\u001b[39m';

/** Without the commands to the screen, of one letter each. */
const plain = (text: string) =>
  text
    .split('\u001b[')
    .map((piece, at) => (at === 0 ? piece : piece.replace(/^\d*[A-Za-z]/, '')))
    .join('');

async function busyWorld(): Promise<World> {
  const world = await queueWorld();
  await submitted(world, 'waits', '--priority', 'high');
  const runs = await submitted(world, 'runs');
  await seen(world, 'station', [runs]);
  await report(world, runs, { ...RUNNING, progress: { percent: 50, trial: 5, trials: 10, eta_s: 600 } });
  const done = await submitted(world, 'done');
  await end(world, done, 'completed');
  await archive(world, done);
  await end(world, await submitted(world, 'broken'), 'failed');
  return world;
}

test('at a glance: progress and time left, what is waited for, and where results are', async () => {
  const { stdout } = await (await busyWorld()).run('status');
  expect(stdout).toMatch(/-runs +station +\[######------\] +10 min +50\.0 %, trial 5\/10\n/);
  expect(stdout).toMatch(/-waits +high +2026-02-10 14:31 +assignment\n/);
  expect(stdout).toMatch(/-done +completed +2026-02-10 15:40 +\S+-done_20260210-160000\n/);
  expect(stdout).toMatch(
    /-broken +failed +2026-02-10 15:40 +\S+-broken\n {2}the script ended with exit code 3/,
  );
});

test('a link that is not good says since when', async () => {
  const world = await busyWorld();
  const liveness = (link: string) => ({
    schema_version: 1,
    at: new Date(world.disk.clock.now()).toISOString(),
    link,
    link_since: '2026-02-10T14:00:00Z',
    runners: [],
    jobs: {},
  });
  await world.write(world.layout.judgement, JSON.stringify(liveness('half-open')));
  expect((await world.run('status')).stdout).toContain('link half-open since 2026-02-10 14:00:00 UTC');
  await world.write(world.layout.judgement, JSON.stringify(liveness('up')));
  expect((await world.run('status')).stdout).toMatch(/link up\n/);
});

function terminal(world: World, columns: number, rows?: number): void {
  const variables = { NO_COLOR: '1' };
  world.environment = { ...world.environment, stdoutIsTerminal: true, columns, rows, variables };
}

test('--watch draws again until it is interrupted, within the width, and sees what changes', async () => {
  const world = await busyWorld();
  terminal(world, 60);
  const waits: number[] = [];
  let before = world.disk.clock.monotonic();
  world.onSleep = async (nth) => {
    waits.push(world.disk.clock.monotonic() - before);
    before = world.disk.clock.monotonic();
    if (nth === 1) await submitted(world, 'later');
    if (nth === 3) world.interrupt.abort();
  };
  const { code, stdout } = await world.run('status', '--watch', '7');
  expect(code).toBe(0);
  const pictures = stdout.split('\u001b[H').slice(1);
  expect(pictures).toHaveLength(3);
  expect(stdout.startsWith('\u001b[2J\u001b[H')).toBe(true);
  expect(pictures.map((each) => each.includes('-later'))).toEqual([false, true, true]);
  expect(waits.at(-1)).toBe(7000);
  const lines = pictures.flatMap((each) => plain(each).split('\n'));
  expect(Math.max(...lines.map((line) => line.length))).toBe(60);
});

test('--watch goes on while the queue is away, and says so', async () => {
  const world = await busyWorld();
  terminal(world, 100);
  world.environment.cwd = '/';
  world.onSleep = async (nth) => {
    if (nth === 1) await world.disk.files.rename('/home/ada/queue', '/home/ada/away');
    if (nth === 2) await world.disk.files.rename('/home/ada/away', '/home/ada/queue');
    if (nth === 3) world.interrupt.abort();
  };
  const { code, stdout } = await world.run('status', '--watch', '--queue', '/home/ada/queue');
  const pictures = stdout.split('\u001b[H').slice(1);
  expect(code).toBe(0);
  expect(pictures.map((each) => each.includes('which is no queue'))).toEqual([false, true, false]);
});

test('--watch with --json prints one value a line', async () => {
  const world = await busyWorld();
  world.onSleep = (nth) => {
    if (nth === 2) world.interrupt.abort();
  };
  const { code, stdout } = await world.run('status', '--json', '--watch');
  const lines = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(lines.map((line) => glanceShape.parse(JSON.parse(line)).running.length)).toEqual([1, 1]);
});

test('--watch of what is no terminal, or of no job, is refused at once', async () => {
  const world = await busyWorld();
  const refused = await world.run('status', '--watch');
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--watch') });
  terminal(world, 100);
  expect((await world.run('status', 'nobody', '--watch')).code).toBe(3);
  const zero = await world.json('status', '--watch', '0');
  expect(errorShape.parse(zero.json).error.code).toBe('usage');
});

test.each([
  { args: ['--watch', 'runs'], waitMs: 5000 },
  { args: ['--watch', '7', 'runs'], waitMs: 7000 },
  { args: ['runs', '--watch', '2.5'], waitMs: 2500 },
  { args: ['runs', '--watch=7'], waitMs: 7000 },
])('status $args watches one job', async ({ args, waitMs }) => {
  const world = await busyWorld();
  terminal(world, 100);
  const before = world.disk.clock.monotonic();
  world.onSleep = () => world.interrupt.abort();
  const { code, stdout } = await world.run('status', ...args);
  expect(code).toBe(0);
  expect(stdout).toContain('[############------------]');
  expect(world.disk.clock.monotonic() - before).toBe(waitMs);
});

test('--watch of two jobs, or of one that is not there, is refused', async () => {
  const world = await busyWorld();
  terminal(world, 100);
  const two = await world.json('status', '--watch', 'runs', 'waits');
  expect(errorShape.parse(two.json).error).toMatchObject({ code: 'usage', field: '--watch' });
  expect((await world.run('status', '--watch', 'nobody')).code).toBe(3);
});

test('--watch of one job draws its card', async () => {
  const world = await busyWorld();
  terminal(world, 100);
  world.onSleep = () => world.interrupt.abort();
  expect((await world.run('status', 'runs', '--watch')).stdout).toContain('[############------------]');
});

test.each([
  { line: 'abcdef', width: 6, cut: 'abcdef' },
  { line: 'abcdefg', width: 6, cut: 'abcdef' },
  { line: `ab${RED}cd${PLAIN}ef`, width: 6, cut: `ab${RED}cd${PLAIN}ef` },
  { line: `ab${RED}cdef${PLAIN}g`, width: 3, cut: `ab${RED}c\u001b[0m` },
  { line: '😀😀😀', width: 2, cut: '😀😀' },
])('cuts $line at $width', ({ line, width, cut }) => {
  expect(cutLine(line, width)).toBe(cut);
});

test.each([
  { rows: undefined, shown: ['1', '2', '3', '4'] },
  { rows: 5, shown: ['1', '2', '3', '4'] },
  { rows: 4, shown: ['1', '2', '…'] },
])('a picture on $rows rows leaves the last one free', ({ rows, shown }) => {
  const drawn = frame('1\n2\n3\n4', { columns: 10, rows }, false);
  expect(plain(drawn).trimEnd().split('\n')).toEqual(shown);
});
