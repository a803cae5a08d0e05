// The main job between two machines: submitted on one, run on the other, back in the archive, over real Syncthing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonWith, readJson } from '../queue.ts';
import { home, sumsProblems } from './facts.ts';
import { IS_LONG, runningPair } from './mirrored.ts';
import type { Pair, PairOptions } from './pair.ts';
import { copyOfStudy } from './studies.ts';

/** With Syncthing's own delays: ten seconds a step, up to a minute a deletion. */
const SLOW_WAYS: readonly [string, PairOptions][] = [
  ['through four folders as Syncthing comes', { nudge: false }],
  ['through one folder as Syncthing comes', { layout: 'one', nudge: false }],
];

const WAYS: readonly [string, PairOptions][] = [
  ['through four folders not asked to hurry', { nudge: false, fsWatcherDelayS: 1 }],
  ['through one folder around the queue', { layout: 'one' }],
  ...(IS_LONG ? SLOW_WAYS : []),
];

/** Submits a study and waits until it is home. */
async function runs(pair: Pair, study: string, trials: number): Promise<void> {
  const args = ['--start', '--trials', String(trials)].map((arg) => `--arg=${arg}`);
  const job = await pair.submit(copyOfStudy(pair.home, study), ...args, '--expect', '3_results/study.db');
  const waited = await pair.linux.jobq('wait', job, '--timeout', '100');
  expect(waited.status).toBe(0);
  const dir = await home(pair, job, 180_000);
  expect(sumsProblems(dir)).toEqual([]);
  expect(existsSync(path.join(dir, '3_results', 'study.db'))).toBe(true);
  expect(readJson(path.join(dir, 'job.json'))).toMatchObject({
    state: 'completed',
    attempt: 1,
    progress: { trial: trials },
  });
  expect(await pair.view(job)).toMatchObject({ state: 'completed', late: false, retried_as: null });
}

describe.concurrent('a study goes to the other machine and comes back', { timeout: 300_000 }, () => {
  test('through four folders: the cantilever, solved by CalculiX and optimised by Optuna', async (context) => {
    if (!pythonWith('import optuna') || ![0, 201].includes(spawnSync('ccx', ['-v']).status ?? -1))
      return context.skip('needs CalculiX (ccx) and Optuna: apt-get install calculix-ccx python3-optuna');
    const { pair } = await runningPair(context, { imports: 'import optuna' });
    await runs(pair, 'cantilever', 5);
  });

  test.for(WAYS)('%s', async ([, options], context) => {
    const { pair } = await runningPair(context, options);
    await runs(pair, 'parabola', 5);
    // what is local stays at home
    for (const local of ['archive', 'processing', '.jobq-watcher'])
      expect(pair.windows.has(local)).toBe(false);
    expect(readJson(pair.windows.at('runners', 'workstation.json'))).toMatchObject({ waiting: [] });
  });
});
