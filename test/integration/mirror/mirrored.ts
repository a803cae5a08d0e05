// A pair for one test: opened when there is a Syncthing, closed when the test is over, whatever became of it.
import type { TestContext } from 'vitest';
import { whyNoSyncthing } from './mirror-end.ts';
import type { Layout, Pair, PairOptions } from './pair.ts';
import { openPair } from './pair.ts';

let whyNot: { reason: string | undefined } | undefined;

async function pairFor(context: TestContext, options: PairOptions = {}): Promise<Pair> {
  whyNot ??= { reason: whyNoSyncthing() };
  context.skip(whyNot.reason !== undefined, whyNot.reason);
  const pair = await openPair(options);
  context.onTestFinished(() => pair.close());
  return pair;
}

/** The same, with both daemons running. */
export async function runningPair(context: TestContext, options: PairOptions = {}) {
  const pair = await pairFor(context, options);
  const [runner, watcher] = [pair.windows.daemon(), pair.linux.daemon()];
  return { pair, runner, watcher };
}

/** `vitest --mode long` */
export const IS_LONG = process.env['MIRROR_LONG'] !== undefined;

/** The long mode takes the one folder, too. */
export const LAYOUTS: readonly Layout[] = IS_LONG ? ['four', 'one'] : ['four'];
