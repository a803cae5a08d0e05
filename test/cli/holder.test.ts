// One daemon a lock: whoever comes second is told who was first.
import { expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { openContext } from '../../src/cli/context.ts';
import { whileLocked } from '../../src/cli/daemon.ts';
import type { World } from './world.ts';
import { partsOf, queueWorld } from './world.ts';

/** A world whose locks are held by whoever takes them. */
async function lockedWorld(): Promise<{ world: World; context: Context; holderFile: string }> {
  const world = await queueWorld();
  const held = new Set<string>();
  const parts = partsOf(world, { stdout: '', stderr: '' });
  parts.locks = {
    isHeld: (file) => Promise.resolve(held.has(file)),
    take: (file) => {
      if (held.has(file)) return Promise.resolve(undefined);
      held.add(file);
      return Promise.resolve({ release: () => Promise.resolve(void held.delete(file)) });
    },
  };
  const context = await openContext(parts, {});
  return { world, context, holderFile: context.layout.holder(context.layout.watcherLock) };
}

const hold = <T>(context: Context, work: () => Promise<T>) =>
  whileLocked(context, context.layout.watcherLock, 'the watcher', work);

test('the second is told who holds the lock, and waits no longer than a moment', async () => {
  const { world, context } = await lockedWorld();
  const startMs = world.disk.clock.monotonic();
  await hold(context, async () => {
    await expect(hold(context, () => Promise.resolve())).rejects.toMatchObject({
      code: 'conflict',
      exitCode: 10,
      message:
        'the watcher runs already for the queue /home/ada/queue (pid 42 of ada on desk, since 2026-02-10 14:30:22 UTC)',
    });
  });
  const tookMs = world.disk.clock.monotonic() - startMs;
  expect(tookMs).toBeGreaterThan(0);
  expect(tookMs).toBeLessThanOrEqual(1000);
});

test('the note is gone after a clean end, and after work that fails', async () => {
  const { world, context, holderFile } = await lockedWorld();
  const seen = () => world.disk.files.facts(holderFile) !== undefined;
  await hold(context, () => {
    expect(seen()).toBe(true);
    return Promise.resolve();
  });
  expect(seen()).toBe(false);
  await expect(hold(context, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(seen()).toBe(false);
});

test('what a killed process left keeps nobody out, and is replaced', async () => {
  const { world, context, holderFile } = await lockedWorld();
  const left = { pid: 1, host: 'old', user: 'eve', since: '2026-01-01T00:00:00Z' };
  await world.write(holderFile, JSON.stringify(left));
  await hold(context, () => {
    expect(JSON.parse(String(world.disk.files.read(holderFile)))).toMatchObject({ pid: 42, host: 'desk' });
    return Promise.resolve();
  });
});

test('a holder that cannot be noted or read keeps nothing from working', async () => {
  const { world, context, holderFile } = await lockedWorld();
  const { openNew } = world.disk.files;
  world.disk.files.openNew = () => {
    throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
  };
  expect(await hold(context, () => Promise.resolve('done'))).toBe('done');
  world.disk.files.openNew = openNew;
  await hold(context, async () => {
    await world.write(holderFile, '{"pid": 1');
    await expect(hold(context, () => Promise.resolve())).rejects.toThrow(/for the queue \/home\/ada\/queue$/);
  });
});

test('a lock that is held for a moment only is waited for', async () => {
  const { world, context } = await lockedWorld();
  const lock = await context.parts.locks.take(context.layout.watcherLock);
  world.onSleep = async () => lock?.release();
  expect(await hold(context, () => Promise.resolve('done'))).toBe('done');
});

test('a second runner of the same id is told the same', async () => {
  const { world, context } = await lockedWorld();
  const lock = context.layout.runnerLock('station');
  await whileLocked(context, lock, 'runner station', async () => {
    const second = whileLocked(context, lock, 'runner station', () => Promise.resolve());
    await expect(second).rejects.toThrow(
      'runner station runs already for the queue /home/ada/queue (pid 42 of ada on desk, since ',
    );
  });
  expect(world.disk.files.facts(context.layout.holder(lock))).toBeUndefined();
});
