// The study for quick tests: only Python's standard library, the same behaviour as a real one.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPython, oneLine, progressLines, Study } from './study.ts';

type Best = { found: boolean; trials: number; best: { x: number; value: number } };

const readDatabase = `
import json, sqlite3
print(json.dumps(sqlite3.connect("3_results/study.db").execute("SELECT trial, x, value FROM trials ORDER BY trial").fetchall()))
`;
const importedModules = `
import json, re
lines = open("run_optimization.py", encoding="utf-8").read()
print(json.dumps(sorted(set(re.findall(r"^\\s*(?:from|import) ([a-z_0-9]+)", lines, re.M)))))
`;
const standardLibrary = [
  '__future__ argparse contextlib csv io json math os pathlib re signal sqlite3 sys time typing',
].flatMap((names) => names.split(' '));

let python: string | undefined;
let study: Study;

const databaseRows = async () => (await study.ask(readDatabase)) as [number, number, number][];
const best = () => JSON.parse(study.text('3_results/best.json')) as Best;

beforeAll(() => {
  python = findPython([]);
}, 120_000);

beforeEach((ctx) => {
  if (!python) ctx.skip('needs Python 3');
  study = new Study('parabola', python ?? '');
  ctx.onTestFinished(() => study.remove());
});

describe('a run', () => {
  test('needs the standard library only', async () => {
    expect(await study.ask(importedModules)).toEqual(standardLibrary);
  });

  test('of five trials leaves a database, a table, a picture and progress lines', async () => {
    const { code, stdout, stderr } = await study.run(['--start', '--trials', '5']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const stored = await databaseRows();
    const rows = study.table('3_results/history.csv');
    expect(stored).toHaveLength(5);
    const told = rows.map((row) => [Number(row['trial']), Number(row['x']), Number(row['value'])]);
    expect(told).toEqual(stored);
    for (const [, x, value] of stored) expect(value).toBeCloseTo(0.5 * (x - 3.7) ** 2 + 1.25, 9);

    const svg = study.text('3_results/convergence.svg');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.match(/<circle /g)).toHaveLength(5);
    expect(best()).toMatchObject({
      trials: 5,
      best: { value: Math.min(...stored.map(([, , value]) => value)) },
    });
    expect(study.trialFolders()).toEqual([1, 2, 3, 4, 5].map((number) => `trial_000${number}`));

    expect(progressLines(stdout, 'progress')).toEqual(['0.0', '20.0', '40.0', '60.0', '80.0', '100.0']);
    expect(progressLines(stdout, 'trial').at(-1)).toMatch(/^5\/5 best=\d/);
    expect(progressLines(stdout, 'status').at(-1)).toBe('finished');
  });

  test('finds the lowest point', async () => {
    expect((await study.run(['--start', '--trials', '30'])).code).toBe(0);
    expect(best().best.x).toBeCloseTo(3.7, 3);
    expect(best().best.value).toBeCloseTo(1.25, 6);
  });

  test('is resumed to eight trials as if it had never stopped', async () => {
    expect((await study.run(['--start', '--trials', '5'])).code).toBe(0);
    const { code, stdout } = await study.run(['--start', '--resume', '--trials', '8']);
    expect(code).toBe(0);
    expect(progressLines(stdout, 'trial')[0]).toMatch(/^5\/8/);
    expect(study.trialFolders()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `trial_000${number}`));
    const resumed = await databaseRows();

    await study.remove();
    study = new Study('parabola', python ?? '');
    expect((await study.run(['--start', '--trials', '8'])).code).toBe(0);
    expect(await databaseRows()).toEqual(resumed);
  });

  test('does not overwrite a study, and names --resume', async () => {
    expect((await study.run(['--start', '--trials', '2'])).code).toBe(0);
    const { code, stderr } = await study.run(['--start', '--trials', '2']);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('--resume');
    expect(study.trialFolders()).toHaveLength(2);
  });

  test.each([
    { args: ['--exit-code', '7'], expected: 7 },
    { args: [], expected: 1 },
  ])('fails with $expected in the trial that --fail-at names', async ({ args, expected }) => {
    const { code, stderr } = await study.run(['--start', '--trials', '5', '--fail-at', '3', ...args]);
    expect(code).toBe(expected);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('trial 3');
    expect(study.table('3_results/history.csv')).toHaveLength(2);
    expect(study.has('3_results/best.json')).toBe(false);
  });

  test('ends with 130 and its results saved once the cancel file is there', async () => {
    const { code, stdout } = await study.run(['--start', '--trials', '50', '--sleep', '0.3'], {
      env: { JOBQ_CANCEL_FILE: study.path('cancel') },
      onStdout: (text) => {
        if (text.includes('jobq_trial: 2/50')) study.write('cancel', '');
      },
    });
    expect(code).toBe(130);
    const rows = study.table('3_results/history.csv');
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows.length).toBeLessThan(6);
    expect(progressLines(stdout, 'status').at(-1)).toBe(
      `cancelled after ${rows.length} of 50 trials, results saved`,
    );
    expect(best().trials).toBe(rows.length);
    expect(study.has('3_results/convergence.svg')).toBe(true);
  });

  test('waits before each trial as long as --sleep says', async () => {
    const started = performance.now();
    expect((await study.run(['--start', '--trials', '2', '--sleep', '0.4'])).code).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(800);
  });
});

describe('a refusal', () => {
  test.each([
    { args: [], why: 'nothing is run without --start' },
    { args: ['--trials', '2'], why: 'nothing is run without --start' },
    { args: ['--start', '--trials', 'many'], why: "'many' is not a whole number" },
    { args: ['--start', '--sleep', '-1'], why: "'-1' is not a number of seconds" },
  ])('of $args says why and touches nothing', async ({ args, why }) => {
    const { code, stdout, stderr } = await study.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^usage: run_optimization\.py/);
    expect(stderr).toContain(why);
    expect(study.has('2_iterations') || study.has('3_results')).toBe(false);
  });
});
