// Stopping a daemon through its file: what the daemon does when it finds it, and what who asks is told.
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { openContext } from '../../src/cli/context.ts';
import { errorShape, stopShape } from '../../src/cli/shapes.ts';
import { fileNameOf, requestStop } from '../../src/cli/stop.ts';
import { whileStoppable } from '../../src/cli/stop-file.ts';
import { jsonText } from '../../src/store/disk.ts';
import { silentLog } from '../../src/system/log.ts';
import type { World } from './world.ts';
import { partsOf, QUEUE, queueWorld } from './world.ts';

const WATCHER = `${QUEUE}/.jobq-staging/watcher.stop`;

async function contextOf(world: World): Promise<Context> {
  return openContext(partsOf(world, { stdout: '', stderr: '' }), {});
}

/** The daemon's work: until it is told to stop. */
const untilStopped = (stop: AbortSignal) =>
  new Promise<string>((resolve) => {
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'));
  });

const requestAt = (ms: number) => jsonText({ requested_at: new Date(ms).toISOString() });

describe('a daemon', () => {
  /** A daemon that works until it is stopped; `looks` are the times at which it has looked in vain. */
  async function daemon(world: World, onLook: (nth: number) => void | Promise<void>) {
    const context = await contextOf(world);
    const startedMs = world.disk.clock.now();
    world.onSleep = onLook;
    const stoppable = { daemon: 'watcher', startedMs, log: silentLog };
    return whileStoppable(context, stoppable, untilStopped);
  }

  test('stops when somebody writes its file, and removes it', async () => {
    const world = await queueWorld();
    const ended = await daemon(world, async (nth) => {
      if (nth === 3) await world.write(WATCHER, requestAt(world.disk.clock.now()));
      if (nth > 4) throw new Error('it does not look');
    });
    expect(ended).toBe('stopped');
    expect(world.disk.files.facts(WATCHER)).toBeUndefined();
  });

  test('takes an empty file of somebody’s hand by its own time', async () => {
    const world = await queueWorld();
    const ended = await daemon(world, async (nth) => {
      if (nth !== 2) return;
      await world.write(WATCHER, '');
      const now = world.disk.clock.now() / 1000;
      world.disk.volume.utimesSync(WATCHER, now, now);
    });
    expect(ended).toBe('stopped');
  });

  test('removes a request that is older than itself, and goes on', async () => {
    const world = await queueWorld();
    const old = world.disk.clock.now() - 1000;
    await world.write(WATCHER, requestAt(old));
    world.disk.volume.utimesSync(WATCHER, old / 1000, old / 1000);
    const left: boolean[] = [];
    await daemon(world, (nth) => {
      left.push(world.disk.files.facts(WATCHER) !== undefined);
      if (nth === 3) world.interrupt.abort();
    });
    expect(left).toEqual([false, false, false]);
  });

  test('is not disturbed by a queue that is away', async () => {
    const world = await queueWorld();
    const { facts } = world.disk.files;
    const ended = await daemon(world, async (nth) => {
      world.disk.files.facts = () => {
        throw new Error('the disk is away');
      };
      if (nth !== 3) return;
      world.disk.files.facts = facts;
      await world.write(WATCHER, requestAt(world.disk.clock.now()));
    });
    expect(ended).toBe('stopped');
  });

  test('stops at the interrupt, and looks no more when its work is over', async () => {
    const world = await queueWorld();
    let looks = 0;
    const ended = await daemon(world, () => {
      if (++looks === 2) world.interrupt.abort();
    });
    expect(ended).toBe('stopped');
    const context = await contextOf(await queueWorld());
    const stoppable = { daemon: 'watcher', startedMs: 0, log: silentLog };
    await expect(
      whileStoppable(context, stoppable, () => Promise.reject(new Error('no disk'))),
    ).rejects.toThrow('no disk');
  });
});

describe('asking it to stop', () => {
  test('says so when nothing runs, and leaves no request behind', async () => {
    const world = await queueWorld();
    world.held = () => false;
    await world.write(WATCHER, '{}');
    const { code, json } = await world.json('watcher', 'stop');
    expect(code).toBe(0);
    expect(stopShape.parse(json)).toEqual({ daemon: 'watcher', runner: null, was_running: false });
    expect(world.disk.files.facts(WATCHER)).toBeUndefined();
    expect((await world.run('watcher', 'stop')).stdout).toContain('does not run on this machine');
  });

  test('writes who asked and when, waits until the lock is free, and leaves nothing', async () => {
    const world = await queueWorld();
    let written = '';
    world.held = () => written === '';
    world.onSleep = (nth) => {
      if (nth === 5) written = world.disk.files.read(WATCHER)?.toString() ?? 'nothing';
    };
    const { code, json } = await world.json('watcher', 'stop');
    expect(code).toBe(0);
    expect(stopShape.parse(json).was_running).toBe(true);
    expect(JSON.parse(written)).toMatchObject({
      requested_at: '2026-02-10T14:30:22.000Z',
      requested_by: 'ada@desk',
    });
    expect(world.disk.files.facts(WATCHER)).toBeUndefined();
  });

  test('gives up after its time; the request stays for a daemon that has not seen it', async () => {
    const world = await queueWorld();
    const began = world.disk.clock.now();
    const { code, json } = await world.json('watcher', 'stop', '--timeout', '3');
    expect(code).toBe(6);
    expect(errorShape.parse(json).error.message).toBe('the watcher still runs');
    expect(world.disk.clock.now() - began).toBeGreaterThanOrEqual(3000);
    expect(world.disk.files.facts(WATCHER)).toBeDefined();
  });

  test('tells of a daemon that has seen it and still works', async () => {
    const world = await queueWorld();
    world.onSleep = () => world.disk.files.removeFile(WATCHER);
    const { json } = await world.json('watcher', 'stop', '--timeout', '1');
    expect(errorShape.parse(json).error.message).toBe('the watcher still runs: it has seen the request');
  });

  test('ends at the interrupt', async () => {
    const world = await queueWorld();
    world.onSleep = () => world.interrupt.abort();
    const began = world.disk.clock.now();
    const { code } = await world.json('watcher', 'stop', '--timeout', '3000');
    expect(code).toBe(6);
    expect(world.disk.clock.now() - began).toBeLessThan(10_000);
  });

  test('asks the runner of the id that is meant', async () => {
    const world = await queueWorld();
    const context = await contextOf(world);
    const runner = { role: 'runner', id: 'nx-station' } as const;
    expect(context.layout.stopFile(fileNameOf(runner))).toBe(`${QUEUE}/.jobq-staging/runner-nx-station.stop`);
    const asked: string[] = [];
    world.held = (file) => {
      asked.push(file);
      return false;
    };
    const fresh = await contextOf(world);
    await requestStop(fresh, runner, 1);
    expect(asked).toEqual([`${QUEUE}/.jobq-staging/runner-nx-station.lock`]);
  });
});
