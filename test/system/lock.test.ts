import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestContext } from 'vitest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemLocks } from '../../src/system/lock.ts';
import { takeSocket } from '../../src/system/lock-socket.ts';
import { tempDir, until } from './temp-dir.ts';

const SOURCE = fileURLToPath(new URL('../../src/system/', import.meta.url));

/** Takes the lock in a process of its own and goes on until it is killed. */
async function holder(dir: string, lockFile: string, around: readonly string[] = []): Promise<ChildProcess> {
  const program = path.join(dir, 'holder.mjs');
  const contents = `import { systemLocks } from './lock.ts';
    const lock = await systemLocks.take(process.argv[2], process.argv[3] === 'everywhere');
    process.stdout.write(lock ? 'held' : 'refused');
    if (lock) setInterval(() => {}, 1000);`;
  await build({
    stdin: { contents, resolveDir: SOURCE, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
  const how = around.length > 0 ? 'everywhere' : '';
  const [command, ...args] = [...around, process.execPath, program, lockFile, how];
  const child = spawn(command ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let told = '';
  child.stdout.on('data', (data: Buffer) => {
    told += String(data);
  });
  await until('the other process holds the lock', () => told === 'held');
  return child;
}

test('a lock is refused while it is held, and free again after that', async () => {
  const file = path.join(tempDir(), 'state', 'a.lock');
  const lock = await systemLocks.take(file);
  expect(lock).toBeDefined();
  expect(await systemLocks.take(file)).toBeUndefined();
  expect(await systemLocks.isHeld(file)).toBe(true);
  await lock?.release();
  expect(await systemLocks.isHeld(file)).toBe(false);
  const again = await systemLocks.take(file);
  expect(again).toBeDefined();
  await again?.release();
});

test('locks of two names have nothing to do with each other', async () => {
  const dir = tempDir();
  const locks = await Promise.all(['a', 'b'].map((name) => systemLocks.take(path.join(dir, name))));
  expect(locks.every((lock) => lock !== undefined)).toBe(true);
  for (const lock of locks) await lock?.release();
});

test('one lock has one name, however its path is written', async () => {
  const dir = tempDir();
  const lock = await systemLocks.take(path.join(dir, 'a.lock'));
  expect(await systemLocks.take(`${dir}/sub/../a.lock`)).toBeUndefined();
  await lock?.release();
});

test('only one of many who take a lock at once gets it', async () => {
  const file = path.join(tempDir(), 'a.lock');
  const locks = await Promise.all(Array.from({ length: 20 }, () => systemLocks.take(file)));
  const held = locks.filter((lock) => lock !== undefined);
  expect(held).toHaveLength(1);
  await held[0]?.release();
});

test('a lock that another process holds is refused, and free once that process is killed', async () => {
  const dir = tempDir();
  const file = path.join(dir, 'a.lock');
  const child = await holder(dir, file);
  expect(await systemLocks.take(file)).toBeUndefined();
  child.kill('SIGKILL');
  await until('the other process is gone', () => child.exitCode !== null || child.signalCode !== null);
  const lock = await systemLocks.take(file);
  expect(lock).toBeDefined();
  await lock?.release();
});

test('a link to the directory is no second lock', async (ctx) => {
  if (process.platform === 'win32') ctx.skip('links need a privilege there');
  const dir = tempDir();
  const real = path.join(dir, 'queue');
  mkdirSync(real);
  symlinkSync(real, path.join(dir, 'link'));
  const lock = await systemLocks.take(path.join(real, 'a.lock'));
  expect(await systemLocks.take(path.join(dir, 'link', 'a.lock'))).toBeUndefined();
  await lock?.release();
});

describe('a lock that counts everywhere', () => {
  const linuxOnly = (ctx: TestContext) => {
    if (process.platform !== 'linux') ctx.skip('only Linux has network namespaces');
  };
  const ALONE = ['unshare', '--net'];

  test('is refused while another network namespace holds it, and free once that process is killed', async (ctx) => {
    linuxOnly(ctx);
    if (spawnSync('unshare', ['--net', 'true']).status !== 0) ctx.skip('no namespace can be made here');
    const dir = path.join(tempDir(), 'x'.repeat(120));
    mkdirSync(dir);
    const file = path.join(dir, 'a.lock');
    const child = await holder(dir, file, ALONE);
    expect(await systemLocks.take(file, true)).toBeUndefined();
    expect(await systemLocks.take(file, true)).toBeUndefined();
    child.kill('SIGKILL');
    await until('the other process is gone', () => child.exitCode !== null || child.signalCode !== null);
    expect(readdirSync(dir)).toHaveLength(2); // what is left of it
    const lock = await systemLocks.take(file, true);
    expect(lock).toBeDefined();
    await lock?.release();
    expect(readdirSync(dir)).toEqual(['holder.mjs']);
  });

  test('is one of many, leaves nothing, and is no other than the plain one', async (ctx) => {
    linuxOnly(ctx);
    const dir = tempDir();
    const file = path.join(dir, 'a.lock');
    writeFileSync(`${file}.old.sock`, 'nobody answers here');
    const locks = await Promise.all(Array.from({ length: 20 }, () => systemLocks.take(file, true)));
    const held = locks.filter((lock) => lock !== undefined);
    expect(held).toHaveLength(1);
    expect(await systemLocks.take(file)).toBeUndefined();
    await held[0]?.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('is never taken by two, however many come at once', async (ctx) => {
    linuxOnly(ctx);
    const dir = tempDir();
    const file = path.join(dir, 'a.lock');
    for (let round = 0; round < 20; round++) {
      writeFileSync(`${file}.old.sock`, 'nobody answers here');
      const taken = await Promise.all(Array.from({ length: 5 }, () => takeSocket(file)));
      const held = taken.flatMap((each) => (each === 'held' ? [] : [each]));
      expect(held.length).toBeLessThanOrEqual(1);
      for (const each of held) await each?.release();
      const one = await takeSocket(file);
      expect(one).not.toBe('held');
      expect(await takeSocket(file)).toBe('held');
      if (one !== 'held') await one?.release();
      expect(readdirSync(dir)).toEqual([]);
    }
  });

  test('is the plain one where no socket can be made', async (ctx) => {
    linuxOnly(ctx);
    const lock = await systemLocks.take(path.join(tempDir(), 'nowhere', 'a.lock'), true);
    expect(lock).toBeDefined();
    await lock?.release();
  });
});
