// The link is cut for longer than a runner may be silent: nobody is lost for it, nothing is tried again, and everything
// arrives once the link is back.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { follow, home, isOnTheWire, judged, sumsProblems, toldOf } from './facts.ts';
import { LAYOUTS, runningPair } from './mirrored.ts';
import type { Pair } from './pair.ts';
import type { Side } from './side.ts';
import { openEnded, shellStudy } from './studies.ts';

/** More than a heartbeat, which comes every ten seconds. */
const LOST_AFTER_S = 16;
/** Whoever is called lost by mistake is tried again, and seen by that. */
const watcher = {
  lost_after_s: LOST_AFTER_S,
  retry_max: 1,
  retry_on: ['lost', 'interrupted', 'script', 'environment', 'stall'],
  retry_backoff_s: 1,
};

/** Cuts the link at this side until a silent runner would long be lost; answers what was seen of the job meanwhile. */
async function cutFor(pair: Pair, side: Side, job: string) {
  const seen = follow(pair, job);
  await pair.cut(side);
  const cutAt = performance.now();
  await pair.until('the runner is unreachable', async () => (await judged(pair)).verdict === 'unreachable');
  const isLong = () => performance.now() - cutAt > (LOST_AFTER_S + 5) * 1000;
  await pair.until('a runner without a link would be lost', isLong);
  const judgement = await judged(pair);
  const last = await pair.view(job);
  const views = await seen.stop();
  await pair.mend(side);
  return { views, last, judgement };
}

/** Nothing of it was ever called lost or made again. */
async function wasNeverLost(pair: Pair, job: string): Promise<void> {
  expect(await toldOf(pair, job)).not.toContain('lost');
  expect(await pair.view(job)).toMatchObject({
    state: 'completed',
    attempt: 1,
    late: false,
    retried_as: null,
  });
}

describe.concurrent.each(LAYOUTS)('a link that is cut (folders: %s)', (layout) => {
  test('while a job runs, and ends, and while another is submitted', async (context) => {
    const { pair } = await runningPair(context, { layout, settings: { watcher } });
    const { dir, args, finish } = openEnded(pair.home, 'cut');
    const job = await pair.submit(dir, ...args);
    await pair.until('it runs', async () => (await pair.view(job)).state === 'running');
    const cutting = cutFor(pair, pair.linux, job);
    await pair.until('the link is down', async () => (await judged(pair)).link === 'disconnected');
    finish();
    const later = await pair.submit(dir, ...args);
    const { views, last, judgement } = await cutting;
    expect(judgement).toEqual({ link: 'disconnected', verdict: 'unreachable' });
    expect(last).toMatchObject({ state: 'running', unreachable_since: expect.any(String) as string });
    expect(new Set(views.map(({ state }) => state))).toEqual(new Set(['running']));
    for (const each of [job, later]) {
      expect(sumsProblems(await home(pair, each))).toEqual([]);
      await wasNeverLost(pair, each);
    }
    expect(await judged(pair)).toEqual({ link: 'up', verdict: 'heard' });
  });

  test('while results are on the wire', async (context) => {
    const { pair } = await runningPair(context, { layout, maxAnswerKbps: 5000, settings: { watcher } });
    const script = 'head -c 40000000 /dev/urandom > result.bin\nsha256sum < result.bin > digest.txt';
    const { dir, args } = shellStudy(pair.home, 'results', script);
    const job = await pair.submit(dir, ...args);
    const isUnderWay = () => isOnTheWire(pair.linux, 'inbox', job, 'result.bin');
    await pair.until('its results are on the wire', isUnderWay);
    const { views, judgement } = await cutFor(pair, pair.windows, job);
    expect(isUnderWay()).toBe(true);
    expect(judgement).toEqual({ link: 'disconnected', verdict: 'unreachable' });
    expect(views.filter(({ state, archived_as }) => state === 'lost' || archived_as !== null)).toEqual([]);
    const folder = await home(pair, job);
    expect(sumsProblems(folder)).toEqual([]);
    const digest = (await readFile(path.join(folder, 'digest.txt'), 'utf8')).slice(0, 64);
    expect(await readFile(path.join(folder, 'SHA256SUMS'), 'utf8')).toContain(`${digest}  result.bin`);
    await wasNeverLost(pair, job);
  });
});
