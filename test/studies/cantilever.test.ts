// The real study: Optuna and CalculiX, against beam theory and against Optuna's own view of the results.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Row } from './study.ts';
import { findPython, hasCcx, oneLine, progressLines, Study } from './study.ts';

// Real solver runs: 2 s each on a free machine, ten times as long on a busy one.
vi.setConfig({ testTimeout: 180_000 });

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const limits = { tip_deflection_mm: 3, max_stress_mpa: 120 };

type Check = { fe_tip_deflection: number; beam_theory: number; ratio: number; stress_ratio: number };
type Best = { found: boolean; trials: number; best: { trial: number; mass_kg: number } | null };
type OptunaTrial = { number: number; state: string; mass: number | null; params: Record<string, number> };

const readWithOptuna = `
import json, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="cantilever", storage="sqlite:///3_results/study.db")
print(json.dumps([dict(number=t.number, state=t.state.name, mass=t.value, params=t.params) for t in study.trials]))
`;

// What an interrupted process leaves: a trial that runs for ever, and its folder.
const leaveTrialRunning = `
import json, os, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="cantilever", storage="sqlite:///3_results/study.db")
trial = study.ask()
os.mkdir("2_iterations/trial_%04d" % (trial.number + 1))
print(json.dumps(trial.number))
`;

let plainPython: string | undefined;
let optunaPython: string | undefined;
let plottingPython: string | undefined;
let ccxIsHere = false;
let study: Study;

function needsCcx(ctx: TestContext): void {
  if (!ccxIsHere) ctx.skip('needs ccx (Debian: calculix-ccx)');
}

function needsOptuna(ctx: TestContext): void {
  if (!optunaPython) ctx.skip('needs a Python with optuna (Debian: python3-optuna)');
}

const optunaTrials = async () => (await study.ask(readWithOptuna)) as OptunaTrial[];
const sectionOf = (row: Row) => [row['width_mm'], row['height_root_mm'], row['height_tip_mm']].join(' x ');
const best = () => JSON.parse(study.text('3_results/best.json')) as Best;

beforeAll(() => {
  plottingPython = findPython(['optuna', 'matplotlib']);
  optunaPython = plottingPython ?? findPython(['optuna']);
  plainPython = optunaPython ?? findPython([]);
  ccxIsHere = hasCcx();
}, 120_000);

beforeEach((ctx) => {
  if (!plainPython) ctx.skip('needs Python 3');
  study = new Study('cantilever', plainPython ?? '');
  ctx.onTestFinished(() => study.remove());
});

describe('the model', () => {
  test('agrees with beam theory within 2 %', async (ctx) => {
    needsCcx(ctx);
    const { code, stdout, stderr } = await study.run(['--check']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const check = JSON.parse(stdout) as Check;

    // 20 x 50 mm, 500 mm long, 2 kN down and 0.4 kN sideways, steel: once more by hand.
    const bending = (force: number, inertia: number) => (force * 500 ** 3) / (3 * 210_000 * inertia);
    const shear = (force: number) => (force * 500) / ((13 / 15.3) * (210_000 / 2.6) * 20 * 50);
    const down = bending(2000, (20 * 50 ** 3) / 12) + shear(2000);
    const sideways = bending(400, (50 * 20 ** 3) / 12) + shear(400);
    const byHand = Math.hypot(down, sideways);

    expect(check.beam_theory).toBeCloseTo(byHand, 6);
    expect(Math.abs(check.fe_tip_deflection / byHand - 1)).toBeLessThan(0.02);
    expect(check.ratio).toBeCloseTo(check.fe_tip_deflection / byHand, 6);
    expect(Math.abs(check.stress_ratio - 1)).toBeLessThan(0.03);
    expect(study.has('2_iterations')).toBe(false);
    expect(study.has('3_results')).toBe(false);
  });
});

describe('a run', () => {
  beforeEach((ctx) => {
    needsCcx(ctx);
    needsOptuna(ctx);
  });

  test('of five trials leaves what Optuna, a spreadsheet and an engineer read', async () => {
    const { code, stdout, stderr } = await study.run(['--start', '--trials', '5', '--seed', '4']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const trials = await optunaTrials();
    expect(trials.map((trial) => trial.state)).toEqual(Array(5).fill('COMPLETE'));

    const rows = study.table('3_results/history.csv');
    expect(rows.map((row) => row['trial'])).toEqual(['1', '2', '3', '4', '5']);
    for (const [index, row] of rows.entries()) {
      const trial = trials[index];
      expect(Number(row['mass_kg'])).toBe(trial?.mass);
      for (const [name, value] of Object.entries(trial?.params ?? {})) expect(Number(row[name])).toBe(value);
      const isFeasible = Object.entries(limits).every(([name, limit]) => Number(row[name]) <= limit);
      expect(row['feasible']).toBe(isFeasible ? 'True' : 'False');
    }

    const feasible = rows.filter((row) => row['feasible'] === 'True').map((row) => Number(row['mass_kg']));
    expect(feasible.length, 'sections to choose from').toBeGreaterThan(1);
    expect(best()).toMatchObject({ found: true, trials: 5, best: { mass_kg: Math.min(...feasible) } });

    const folders = ['trial_0001', 'trial_0002', 'trial_0003', 'trial_0004', 'trial_0005'];
    expect(study.trialFolders()).toEqual(folders);
    for (const folder of folders)
      expect(study.has(join('2_iterations', folder, 'cantilever.frd'))).toBe(true);

    expect(study.has('__pycache__'), 'a run leaves no compiled modules').toBe(false);

    expect(progressLines(stdout, 'progress')).toEqual(['0.0', '20.0', '40.0', '60.0', '80.0', '100.0']);
    const told = progressLines(stdout, 'trial');
    expect(told[0]).toBe('0/5');
    expect(told.at(-1)).toMatch(/^5\/5 best=\d+(\.\d+)?$/);
    expect(progressLines(stdout, 'status').at(-1)).toBe('finished');
  });

  test('draws the convergence as a PNG', async (ctx) => {
    if (!plottingPython) ctx.skip('needs matplotlib for the same Python (Debian: python3-matplotlib)');
    expect((await study.run(['--start', '--trials', '2'])).code).toBe(0);
    const image = readFileSync(study.path('3_results', 'convergence.png'));
    expect(image.subarray(0, 8)).toEqual(pngMagic);
    expect(image.length).toBeGreaterThan(10_000);
  });

  test('goes on without a plot where matplotlib is missing', async () => {
    study.write('matplotlib.py', 'raise ImportError("not here")\n');
    const { code, stdout, stderr } = await study.run(['--start', '--trials', '1']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(progressLines(stdout, 'status')).toContain('no convergence.png: matplotlib is missing');
    expect(study.has('3_results/convergence.png')).toBe(false);
    expect(study.has('3_results/best.json')).toBe(true);
  });

  test('with the same seed proposes the same sections, with another seed others', async () => {
    const sections: Record<string, string[]> = {};
    for (const run of ['seed 7', 'seed 7 again', 'seed 8']) {
      await study.remove();
      study = new Study('cantilever', plainPython ?? '');
      expect((await study.run(['--start', '--trials', '2', '--seed', run.slice(5, 6)])).code).toBe(0);
      sections[run] = study.table('3_results/history.csv').map(sectionOf);
    }
    expect(sections['seed 7 again']).toEqual(sections['seed 7']);
    expect(sections['seed 8']).not.toEqual(sections['seed 7']);
  });

  test('is resumed to eight trials in all, in new folders and with new sections', async () => {
    expect((await study.run(['--start', '--trials', '5'])).code).toBe(0);
    const before = study.text('3_results/history.csv');
    const firstResults = study
      .trialFolders()
      .map((name) => study.text(join('2_iterations', name, 'result.json')));
    // Trial 6 was interrupted.
    expect(await study.ask(leaveTrialRunning)).toBe(5);

    const { code, stdout } = await study.run(['--start', '--resume', '--trials', '8']);
    expect(code).toBe(0);
    expect(progressLines(stdout, 'trial')[0]).toMatch(/^5\/8/);
    expect(progressLines(stdout, 'trial').at(-1)).toMatch(/^8\/8/);

    const rows = study.table('3_results/history.csv');
    expect(rows.map((row) => row['trial'])).toEqual(['1', '2', '3', '4', '5', '7', '8', '9']);
    expect(study.text('3_results/history.csv').startsWith(before)).toBe(true);
    expect(study.trialFolders()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `trial_000${number}`));
    const sameResults = study.trialFolders().slice(0, 5);
    expect(sameResults.map((name) => study.text(join('2_iterations', name, 'result.json')))).toEqual(
      firstResults,
    );
    expect(study.has('2_iterations/trial_0006/result.json')).toBe(false);

    const trials = await optunaTrials();
    expect(trials.map((trial) => trial.state)).toEqual([
      ...Array<string>(5).fill('COMPLETE'),
      'FAIL',
      ...Array<string>(3).fill('COMPLETE'),
    ]);
    expect(new Set(rows.map(sectionOf)).size).toBe(8);
  });

  test('does not overwrite a study, and names --resume', async () => {
    expect((await study.run(['--start', '--trials', '1'])).code).toBe(0);
    const before = study.text('3_results/history.csv');
    const { code, stderr } = await study.run(['--start', '--trials', '1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('--resume');
    expect(study.text('3_results/history.csv')).toBe(before);
    expect(study.trialFolders()).toHaveLength(1);
  });

  test('ends with 130 and its results saved once the cancel file is there', async () => {
    const cancelFile = study.path('cancel');
    const { code, stdout } = await study.run(['--start', '--trials', '50', '--sleep', '0.2'], {
      env: { JOBQ_CANCEL_FILE: cancelFile },
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
    expect((await optunaTrials()).every((trial) => trial.state === 'COMPLETE')).toBe(true);
  });

  test('tells a failure of ccx in one line, and the trial is not counted', async () => {
    study.write('1_setup/cantilever.inp', study.text('1_setup/cantilever.inp').replace('C3D20R', 'C3D99'));
    const { code, stderr } = await study.run(['--start', '--trials', '2']);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toMatch(/ccx failed with exit code \d+, see trial_0001\/cantilever\.log/);
    expect(study.has('2_iterations/trial_0001/cantilever.log')).toBe(true);
    expect((await optunaTrials()).map((trial) => trial.state)).toEqual(['FAIL']);
  });

  test('does not believe a solver that ends with 0 and has solved nothing', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('needs the command `true`');
    const { code, stderr } = await study.run(['--start', '--trials', '2'], { env: { CCX: 'true' } });
    expect(code).toBe(1);
    expect(stderr).toBe('error: ccx did not finish, see trial_0001/cantilever.log\n');
  });
});

describe('a refusal', () => {
  test.each([
    { args: [], why: 'nothing is run without --start' },
    { args: ['--trials', '2'], why: 'nothing is run without --start' },
    { args: ['--start', '--trials', '0'], why: "'0' is not a whole number" },
    { args: ['--start', '--sleep', 'long'], why: "'long' is not a number of seconds" },
  ])('of $args says why and touches nothing', async ({ args, why }) => {
    const { code, stdout, stderr } = await study.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^usage: run_optimization\.py/);
    expect(stderr).toContain(why);
    expect(study.has('2_iterations') || study.has('3_results')).toBe(false);
  });

  test('without ccx says so in one line', async () => {
    const { code, stderr } = await study.run(['--start'], { env: { CCX: 'no-such-ccx' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain("no program 'no-such-ccx'");
  });

  test('without Optuna says so in one line', async (ctx) => {
    needsCcx(ctx);
    study.write('optuna.py', 'raise ImportError("not here")\n');
    const { code, stderr } = await study.run(['--start']);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain('Optuna is missing');
  });
});
