// Whether a job can have moved into the archive since the queue was looked at.
import { expect, test } from 'vitest';
import { openContext, withFiles } from '../../src/cli/context.ts';
import { indexOf } from '../../src/cli/jobs.ts';
import { laterIndex } from '../../src/cli/later-index.ts';
import type { Files } from '../../src/system/files.ts';
import { partsOf, queueWorld } from './world.ts';

const ID = 'job-20260210-143022-wfe';
const AS = `${ID}_20260211-020311`;

/** A queue whose archive bears this time, in milliseconds before now. */
async function looked(agoMs: () => number) {
  const world = await queueWorld();
  const context = await openContext(partsOf(world, { stdout: '', stderr: '' }), {});
  const files: Files = Object.create(world.disk.files);
  let listed = 0;
  files.facts = (file) => {
    const facts = world.disk.files.facts(file);
    const mtimeMs = world.disk.clock.now() - agoMs();
    return facts && { ...facts, mtimeMs, signature: String(mtimeMs) };
  };
  files.list = (dir) => {
    listed += dir === world.layout.archive ? 1 : 0;
    return world.disk.files.list(dir);
  };
  const inIt = withFiles(context, files);
  const index = indexOf(inIt);
  listed = 0;
  return { world, later: () => laterIndex(inIt, index), listed: () => listed };
}

test('an archive that has long been as it is is not listed again', async () => {
  const { later, listed } = await looked(() => 5_000);
  expect(later()).toBeUndefined();
  expect(listed()).toBe(0);
});

test('an archive that has changed is listed once, and what is in it is known', async () => {
  let ago = 5_000;
  const { world, later, listed } = await looked(() => ago);
  world.disk.files.makeDir(world.layout.archived(AS));
  ago = 1_000;
  expect([later()?.archived.get(ID), later()?.archived.get(ID)]).toEqual([[AS], [AS]]);
  expect(listed()).toBe(1);
});

test('an archive that changed a moment ago is listed each time: it may change again and bear the same time', async () => {
  const { world, later } = await looked(() => 1);
  expect(later()?.archived.get(ID)).toBeUndefined();
  world.disk.files.makeDir(world.layout.archived(AS));
  expect(later()?.archived.get(ID)).toEqual([AS]);
});
