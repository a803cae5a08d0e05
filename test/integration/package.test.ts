// The package as a user gets it: packed, installed into an empty prefix without a network, run from anywhere.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pythonWith, ROOT } from './queue.ts';

const home = mkdtempSync(path.join(tmpdir(), 'jobq-package-'));
const prefix = path.join(home, 'prefix');
const elsewhere = path.join(home, 'elsewhere');
const queue = path.join(home, 'queue');

function run(command: string, args: readonly string[], cwd: string) {
  const interpreters = JSON.stringify({ python: { path: pythonWith('import sqlite3') } });
  const settings = {
    JOBQ_RUNNER_INTERPRETERS: interpreters,
    JOBQ_RUNNER_ID: 'here',
    XDG_DATA_HOME: path.join(home, 'data'),
  };
  const env = { ...process.env, ...settings };
  return spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: 100_000 });
}

const jobq = (...args: string[]) => run(path.join(prefix, 'bin', 'jobq'), [...args, '--json'], elsewhere);

beforeAll(() => {
  for (const dir of [prefix, elsewhere]) mkdirSync(dir);
  const packed = run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], ROOT);
  if (packed.status !== 0) throw new Error(packed.stderr);
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'));
  const installed = run(
    'npm',
    ['install', '--global', '--offline', '--prefix', prefix, path.join(home, tarball ?? '')],
    elsewhere,
  );
  if (installed.status !== 0) throw new Error(installed.stderr);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the installed program runs a job from any directory', () => {
  const study = path.join(ROOT, 'fixtures', 'studies', 'parabola');
  expect(jobq('init', queue, '--queue-id', 'q-package').status).toBe(0);
  const submitted = jobq(
    'submit',
    study,
    '--queue',
    queue,
    '--arg=--start',
    '--arg=--trials',
    '--arg=2',
    '--run-on',
    'here',
  );
  expect(submitted.stdout).toContain('job_id');
  const ran = jobq('runner', '--once', '--queue', queue);
  expect(JSON.parse(ran.stdout)).toMatchObject({ ended: [{ outcome: 'completed' }] });
  expect(JSON.parse(jobq('watcher', '--once', '--queue', queue).stdout)).toHaveProperty('archived.length', 1);
});

test('the package holds the program, its licences and the types, and no sources of tests', () => {
  const at = path.join(prefix, 'lib', 'node_modules', 'jobq');
  for (const file of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/types/index.d.ts',
    'dist/supervisor.cjs',
  ]) {
    expect({ file, there: existsSync(path.join(at, file)) }).toEqual({ file, there: true });
  }
  expect(existsSync(path.join(at, 'test'))).toBe(false);
  // koffi is optional: npm takes it along where it can have it, and nothing else
  const modules = path.join(at, 'node_modules');
  const beside = existsSync(modules) ? readdirSync(modules) : [];
  expect(beside.filter((name) => !['.package-lock.json', '@koromix', 'koffi'].includes(name))).toEqual([]);
});

test('the library can be imported by its name', () => {
  const code = "import { parseSeal, STATES } from 'jobq'; console.log(STATES.length, typeof parseSeal)";
  const done = run(
    process.execPath,
    ['--input-type=module', '-e', code],
    path.join(prefix, 'lib', 'node_modules', 'jobq'),
  );
  expect(done.stdout.trim()).toBe('7 function');
});
