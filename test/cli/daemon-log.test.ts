// Where a daemon keeps its log: in its own file, unless it cannot be written or is another daemon's.
import { expect, test } from 'vitest';
import { openContext } from '../../src/cli/context.ts';
import { keepLog } from '../../src/cli/daemon-log.ts';
import { silentLog } from '../../src/system/log.ts';
import type { LogFile } from '../../src/system/log-file.ts';
import type { World } from './world.ts';
import { partsOf, queueWorld } from './world.ts';

async function kept(world: World, role: 'runner' | 'watcher' = 'runner') {
  const files: LogFile[] = [];
  const warnings: string[] = [];
  const log = {
    ...silentLog,
    alsoTo: (file: LogFile) => void files.push(file),
    warn: (_: object, message: string) => void warnings.push(message),
  };
  await keepLog(await openContext(partsOf(world, { stdout: '', stderr: '' }), {}), log, role);
  return { files, warnings };
}

const SETTINGS = '[queue]\nid = "q-1"\n[log]\ndir = "/var/log/jobq"\nmax_mb = 2\nkeep = 3\n';

async function configured(): Promise<World> {
  const world = await queueWorld();
  await world.write(world.layout.settings, SETTINGS);
  world.held = () => false;
  return world;
}

test('each role has a file of its own, with the sizes of the settings', async () => {
  const world = await configured();
  const runner = await kept(world);
  expect(runner).toEqual({
    files: [{ path: '/var/log/jobq/runner.log', maxBytes: 2_000_000, keep: 3 }],
    warnings: [],
  });
  expect((await kept(world, 'watcher')).files[0]?.path).toBe('/var/log/jobq/watcher.log');
});

test('two daemons never share a file', async () => {
  const world = await configured();
  world.held = (file) => file === '/var/log/jobq/runner.log.lock';
  const { files, warnings } = await kept(world);
  expect(files).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('another daemon')]);
  expect((await kept(world, 'watcher')).files).toHaveLength(1);
});

test('a folder that cannot be made is one warning', async () => {
  const world = await configured();
  await world.write('/var/log', 'a file');
  const { files, warnings } = await kept(world);
  expect(files).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('set log.dir')]);
});

test('without the id of the queue, which names the folder, there is none', async () => {
  const world = await queueWorld();
  await world.write(world.layout.settings, '');
  expect(await kept(world)).toEqual({ files: [], warnings: [] });
});

test('JOBQ_LOG_LEVEL is the variable of log.level, and checked like any other', async () => {
  const world = await configured();
  world.environment.variables = { JOBQ_LOG_LEVEL: 'debug' };
  const context = await openContext(partsOf(world, { stdout: '', stderr: '' }), {});
  expect(context.settings.log.level).toBe('debug');
  expect(context.sources['log.level']).toBe('JOBQ_LOG_LEVEL');
  world.environment.variables = { JOBQ_LOG_LEVEL: 'loud' };
  expect((await world.run('settings')).code).toBe(2);
});
