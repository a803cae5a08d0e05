// Supervisors as real processes: a small program in their place says how it was told its attempt.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemLocks } from '../../../src/system/lock.ts';
import type { Launcher } from '../../../src/system/process/launch.ts';
import { systemLauncher } from '../../../src/system/process/launch.ts';
import { lives, tempDir, until } from '../temp-dir.ts';

/**
 * Says who it is as soon as it is up, and again, by another name, once it knows an attempt. The attempt is over at once;
 * with the one called `last` it ends.
 */
const IN_ITS_PLACE = `
const { writeFileSync, renameSync } = require('node:fs');
const path = require('node:path');
const say = (file) => { writeFileSync(file + '.new', String(process.pid)); renameSync(file + '.new', file); };
const [said, dir] = process.argv.slice(2);
if (said !== '--wait') say(path.join(path.dirname(said), path.basename(said) + '.direct'));
else {
  say(path.join(dir, 'waits-' + process.pid));
  say(path.join(dir, 'waits'));
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const told = JSON.parse(line);
    say(told + '.told');
    if (path.basename(told) === 'last') process.exit();
    process.stdout.write('\\n');
  });
}
`;

interface Station {
  dir: string;
  launcher: Launcher;
  launch(name: string): Promise<void>;
  pidIn(name: string): Promise<number>;
}

function station(): Station {
  const dir = tempDir();
  const program = path.join(dir, 'program.cjs');
  writeFileSync(program, IN_ITS_PLACE);
  const launcher = systemLauncher(process.execPath, program, systemLocks);
  const pidIn = async (name: string) => {
    await until(`${name} is there`, () => existsSync(path.join(dir, name)));
    return Number(readFileSync(path.join(dir, name), 'utf8'));
  };
  onTestFinished(async () => {
    // the next one comes up two seconds after a launch; what waits for it ends with this process at the latest
    for (const name of readdirSync(dir)) if (/^waits-\d+$/.test(name)) endIfThere(Number(name.slice(6)));
  });
  const launch = (name: string) =>
    new Promise<void>((resolve) => launcher.launch(path.join(dir, name), resolve));
  return { dir, launcher, launch, pidIn };
}

function endIfThere(pid: number): void {
  if (lives(pid)) process.kill(pid);
}

test('the one that waits is told its attempt, and when that is over the next one', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const waiting = await pidIn('waits');
  await launch('first');
  expect(await pidIn('first.told')).toBe(waiting);
  await launch('second');
  expect(await pidIn('second.told')).toBe(waiting);
  expect(existsSync(path.join(dir, 'first.direct'))).toBe(false);
});

test('one that ends with its attempt is not told another one', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const waiting = await pidIn('waits');
  await launch('last');
  expect(await pidIn('last.told')).toBe(waiting);
  expect(lives(waiting)).toBe(false);
  await launch('second');
  expect(await pidIn('second.told')).not.toBe(waiting);
});

test('of those whose attempts are over one goes on waiting', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  await pidIn('waits');
  const names = ['first', 'second', 'third'];
  await Promise.all(names.map(launch));
  const pids = await Promise.all(names.map((name) => pidIn(`${name}.told`)));
  expect(new Set(pids).size).toBe(3);
  await until('all but one have ended', () => pids.filter(lives).length === 1);
});

test('a second launch at once does not wait for the next one to be ready', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const waiting = await pidIn('waits');
  await Promise.all([launch('first'), launch('second')]);
  expect(await pidIn('first.told')).toBe(waiting);
  expect(await pidIn('second.told')).not.toBe(waiting);
});

test('after a launch another one is made ready', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const first = await pidIn('waits');
  await launch('last');
  await until('another one waits', () => readFileSync(path.join(dir, 'waits'), 'utf8') !== String(first));
  const second = await pidIn('waits');
  await launch('second');
  expect(await pidIn('second.told')).toBe(second);
});

test('one that died while it waited is not told: the launch starts its own', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const waiting = await pidIn('waits');
  process.kill(waiting, 'SIGKILL');
  await until('it is gone', () => !lives(waiting));
  await launch('first');
  expect(await pidIn('first.told')).not.toBe(waiting);
});

test('one that dies just as it is told has ended: whoever launched it hears so', async () => {
  const { dir, launcher, launch, pidIn } = station();
  launcher.keepReady?.(dir);
  const waiting = await pidIn('waits');
  process.kill(waiting, 'SIGSTOP');
  const ended = launch('first');
  process.kill(waiting, 'SIGKILL');
  await ended;
  expect(existsSync(path.join(dir, 'first.told'))).toBe(false);
});

test('nothing waits unless it is asked for', async () => {
  const { dir, launch, pidIn } = station();
  await launch('first');
  await pidIn('first.direct');
  expect(existsSync(path.join(dir, 'waits'))).toBe(false);
});

test('a program that cannot be started ends at once', async () => {
  const dir = tempDir();
  const launcher = systemLauncher(path.join(dir, 'no-node'), path.join(dir, 'program.cjs'), systemLocks);
  launcher.keepReady?.(dir);
  await new Promise<void>((resolve) => launcher.launch(path.join(dir, 'first'), resolve));
  expect(existsSync(path.join(dir, 'first.direct'))).toBe(false);
});
