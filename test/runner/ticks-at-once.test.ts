// After which ticks another one follows at once: where something was done, and not where it has only begun.
import { expect, test } from 'vitest';
import { makeOrder } from '../helpers/make-order.ts';
import { oneMachine } from './one-machine.ts';

const JOB = 'job-20260210-143022-wfe';

test('a tick follows at once on what was done, and not on what is done beside the ticks and rings itself', async () => {
  const { disk, layout, lines, rings, runner, watcher, processes } = await oneMachine();
  await makeOrder(disk, layout, { job_id: JOB });
  const said = { runner: new Map<string, boolean>(), watcher: new Map<string, boolean>() };
  const tick = async (who: 'runner' | 'watcher') => {
    const [rungBefore, saidBefore] = [rings[who], lines.length];
    const daemon = who === 'runner' ? runner : watcher;
    await daemon.tick();
    const isRung = rings[who] > rungBefore;
    await daemon.settled();
    for (const { message } of lines.slice(saidBefore)) said[who].set(message, isRung);
  };
  for (let look = 0; look < 40; look++) {
    await tick('runner');
    await processes.step();
    await tick('watcher');
    disk.clock.advance(5000);
  }
  expect(said.runner.get('ended')).toBe(true);
  expect(said.runner.get('published')).toBe(false);
  expect(said.watcher.get('archived')).toBe(false);
});
