// The root of all work directories is as durable as what is made durable in it.
import { expect, test } from 'vitest';
import { oneMachine } from './one-machine.ts';

test('the name of a new root is durable before anything is done in it', async () => {
  const calls: string[] = [];
  await oneMachine({
    seenBy: (files) => ({
      ...files,
      makeDir: (dir) => {
        calls.push(`make ${dir}`);
        files.makeDir(dir);
      },
      syncDir: (dir) => {
        calls.push(`sync ${dir}`);
        files.syncDir(dir);
      },
    }),
  });
  const made = calls.indexOf('make /work');
  expect(made).toBeGreaterThanOrEqual(0);
  expect(calls[made + 1]).toBe('sync /');
});
