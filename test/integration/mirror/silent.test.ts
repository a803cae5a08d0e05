// Who is silent, and why: a runner that was killed is lost, one behind a mirror that says nothing is not.
import type { TestContext } from 'vitest';
import { describe, expect, test } from 'vitest';
import { follow, home, judged, sumsProblems, toldOf } from './facts.ts';
import { LAYOUTS, runningPair } from './mirrored.ts';
import type { PairOptions } from './pair.ts';
import { openEnded } from './studies.ts';

/** A pair with a job that runs until `finish`. */
async function running(context: TestContext, options: PairOptions) {
  const { pair, runner } = await runningPair(context, options);
  const { dir, args, finish } = openEnded(pair.home, 'silent');
  const job = await pair.submit(dir, ...args);
  await pair.until('it runs', async () => (await pair.view(job)).state === 'running');
  return { pair, runner, job, finish };
}

describe.concurrent.each(LAYOUTS)('silence (folders: %s)', (layout) => {
  test('of a runner that was killed while the link is up: lost, and heard again once it is back', async (context) => {
    const settings = { watcher: { lost_after_s: 13 } };
    const { pair, job, runner, finish } = await running(context, { layout, settings });
    const seen = follow(pair, job);
    runner.group.signal('SIGKILL');
    await pair.until('it is lost', async () => (await pair.view(job)).state === 'lost');
    expect(await judged(pair)).toEqual({ link: 'up', verdict: 'lost' });
    const views = await seen.stop();
    expect(views.every(({ unreachable_since }) => unreachable_since === null)).toBe(true);
    finish();
    pair.windows.daemon();
    expect(sumsProblems(await home(pair, job))).toEqual([]);
    expect(await pair.view(job)).toMatchObject({ state: 'completed', late: true, attempt: 1 });
    const told = await toldOf(pair, job);
    for (const type of ['lost', 'recovered']) expect(told.filter((each) => each === type)).toHaveLength(1);
  });

  test('of either mirror, killed and started again: unreachable, and nothing is lost', async (context) => {
    const settings = { watcher: { lost_after_s: 16 } };
    const { pair, job, finish } = await running(context, { layout, settings });
    const { linux, windows } = pair;
    const isLink = (state: string) => async () => (await judged(pair)).link === state;
    await linux.mirror.kill();
    await pair.until('the own one is missed', isLink('own-daemon-down'));
    expect((await pair.view(job)).unreachable_since).not.toBeNull();
    await linux.mirror.start();
    await pair.until('the link is up again', isLink('up'));
    expect(await pair.view(job)).toMatchObject({ state: 'running', unreachable_since: null });

    await windows.mirror.kill();
    await pair.until('the other one is missed', isLink('disconnected'));
    expect((await pair.view(job)).unreachable_since).not.toBeNull();
    finish();
    await pair.until('its results are sealed', () => windows.has('inbox', job, 'SHA256SUMS'));
    await windows.mirror.start();
    expect(sumsProblems(await home(pair, job))).toEqual([]);
    expect(await pair.view(job)).toMatchObject({ state: 'completed', late: false, attempt: 1 });
    expect(await toldOf(pair, job)).not.toContain('lost');
  });

  test('of a mirror that was stopped and keeps its connection: half open, so unreachable and not lost', async (context) => {
    const lostAfterS = 25;
    const settings = { watcher: { lost_after_s: lostAfterS }, syncthing: { half_open_after_s: 14 } };
    const { pair, job, finish } = await running(context, { layout, settings });
    pair.windows.mirror.freeze();
    const frozenAt = performance.now();
    await pair.until('the link is half open', async () => (await judged(pair)).link === 'half-open');
    const isLong = () => performance.now() - frozenAt > (lostAfterS + 5) * 1000;
    await pair.until('a runner without a link would be lost', isLong);
    expect(await pair.sees(pair.linux)).toBe(true);
    // a link that is not cut takes the blame only once three heartbeats are missing, and the last may have just come
    await pair.until('it is judged', async () => (await judged(pair)).verdict !== 'heard');
    expect(await judged(pair)).toEqual({ link: 'half-open', verdict: 'unreachable' });
    expect(await pair.view(job)).toMatchObject({
      state: 'running',
      unreachable_since: expect.any(String) as string,
    });
    pair.windows.mirror.thaw();
    finish();
    expect(sumsProblems(await home(pair, job))).toEqual([]);
    expect(await pair.view(job)).toMatchObject({ state: 'completed', late: false, attempt: 1 });
    expect(await toldOf(pair, job)).not.toContain('lost');
  });
});
