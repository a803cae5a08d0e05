// The main job, to watch: a study goes from `jobq submit` through a runner and a watcher to the archive, on this machine.
// Uses the cantilever with a real finite-element solver where CalculiX and Optuna are there, else a study in plain Python.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeIsNewEnough, setUpNodeModules, setUpSystem } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = path.join(root, 'bin', 'jobq.js');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, green] = [paint(1), paint(2), paint(32)];
const say = (text) => console.log(text);

function python(imports) {
  const candidates = process.platform === 'win32' ? ['python'] : ['/usr/bin/python3', 'python3'];
  return candidates.find((name) => spawnSync(name, ['-c', imports], { stdio: 'ignore' }).status === 0);
}

function chooseStudy() {
  const withOptuna = python('import optuna');
  const ccx = [0, 201].includes(spawnSync('ccx', ['-v'], { stdio: 'ignore' }).status);
  if (withOptuna && ccx) return { name: 'cantilever', python: withOptuna, trials: 12 };
  const plain = python('import sqlite3');
  if (!plain) return undefined;
  const missing = [ccx ? '' : 'CalculiX (ccx)', withOptuna ? '' : 'Optuna'].filter(Boolean).join(' and ');
  say(`without ${missing} the demo runs a study in plain Python instead of the finite-element one`);
  return { name: 'parabola', python: plain, trials: 12 };
}

/** Runs a verb and gives back what it prints as JSON. */
function jobq(queue, ...args) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, ...args, '--queue', queue, '--json'],
    { encoding: 'utf8' },
  );
  const value = stdout ? JSON.parse(stdout) : {};
  if (value.error || stdout === '')
    throw new Error(value.error ? `${value.error.message} (${value.error.remedy})` : stderr);
  return { value, status };
}

function show(command) {
  say(`\n${bold(`$ jobq ${command}`)}`);
}

function startDaemon(queue, role) {
  const child = spawn(process.execPath, [program, role, '--queue', queue], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors = (errors + text).slice(-2000);
  });
  return {
    stop: () =>
      new Promise((done) => (child.exitCode === null ? child.once('exit', done) && child.kill() : done())),
    check: () => {
      if (child.exitCode !== null) throw new Error(`the ${role} ended: ${errors}`);
    },
  };
}

const settings = (study, home) => `
[queue]
id = "q-demo"

[runner]
id = "workstation"
progress_interval_s = 0.2
poll_interval_s = 0.5
state_dir = ${JSON.stringify(path.join(home, 'runner'))}
work_root = ${JSON.stringify(path.join(home, 'work'))}

[runner.interpreters.python]
path = ${JSON.stringify(study.python)}

[watcher]
poll_interval_s = 0.5
post_command = [${JSON.stringify(study.python)}, "-c", "import csv, json; rows = list(csv.DictReader(open('3_results/history.csv'))); json.dump({'rows': len(rows)}, open('summary.json', 'w'))"]

[log]
dir = ${JSON.stringify(path.join(home, 'log'))}

[syncthing]
link = "local"
`;

function progressLine(view) {
  const { percent = 0, trial, trials, best } = view.progress ?? {};
  const bar = '█'.repeat(Math.round(percent / 5)).padEnd(20, '░');
  const trialText = trial === undefined ? '' : `trial ${trial}/${trials ?? '?'}`;
  return `  ${view.state.padEnd(9)} ${bar} ${String(Math.round(percent)).padStart(3)} %  ${trialText}${best === undefined ? '' : `  best ${best.toPrecision(5)}`}`;
}

async function follow(queue, jobId, daemons) {
  const deadline = performance.now() + 120_000;
  for (let last = ''; ; ) {
    for (const daemon of daemons) daemon.check();
    const { value: view } = jobq(queue, 'status', jobId);
    const line =
      view.state === 'running'
        ? progressLine(view)
        : `  ${view.state.padEnd(9)} ${view.waiting_for ? `waits for ${view.waiting_for}` : ''}`;
    if (line !== last) say(line);
    last = line;
    if (view.archived_as && !existsSync(path.join(queue, 'outbox', jobId))) return view;
    if (performance.now() > deadline)
      throw new Error(`${jobId} was not archived within 120 s: ${line.trim()}`);
    await new Promise((done) => setTimeout(done, 150));
  }
}

function listFiles(dir, prefix = '') {
  return readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(prefix, entry.name);
    return entry.isDirectory() ? listFiles(dir, name) : [name];
  });
}

function showArchive(dir) {
  const files = listFiles(dir);
  const iterations = files.filter((file) => file.includes('2_iterations'));
  for (const file of files.filter((name) => !iterations.includes(name))) {
    say(`  ${file.padEnd(44)} ${dim(`${statSync(path.join(dir, file)).size} bytes`)}`);
  }
  if (iterations.length > 0) say(`  2_iterations/… ${dim(`${iterations.length} files of the trials`)}`);
}

async function demo() {
  const study = chooseStudy();
  if (!study) throw new Error('the demo needs Python 3: install it, then run the demo again');
  const home = mkdtempSync(path.join(tmpdir(), 'jobq-demo-'));
  const queue = path.join(home, 'job-queue');
  const copy = path.join(home, study.name);
  cpSync(path.join(root, 'fixtures', 'studies', study.name), copy, { recursive: true });

  show(`init ${queue}`);
  spawnSync(process.execPath, [program, 'init', queue, '--queue-id', 'q-demo'], { stdio: 'ignore' });
  writeFileSync(path.join(queue, 'jobq.toml'), settings(study, home));
  say('  one folder holds both sides here; between two machines Syncthing mirrors it');

  const began = performance.now();
  const daemons = [startDaemon(queue, 'runner'), startDaemon(queue, 'watcher')];
  try {
    show(`submit ${copy} --arg=--start --arg=--trials --arg=${study.trials}`);
    const args = ['--start', '--trials', String(study.trials)].map((arg) => `--arg=${arg}`);
    const { value: submitted } = jobq(
      queue,
      'submit',
      copy,
      '--run-on',
      'workstation',
      '--expect',
      '3_results/study.db',
      ...args,
    );
    say(
      `  ${green(submitted.job_id)}  ${submitted.files} files, ${submitted.bytes} bytes, sealed in outbox/`,
    );

    show(`status ${submitted.job_id}`);
    const view = await follow(queue, submitted.job_id, daemons);

    say(
      `\n${bold('archived')}, verified and post-processed, ${((performance.now() - began) / 1000).toFixed(1)} s after the daemons were started`,
    );
    say(`  outcome   ${view.outcome.kind}, exit code ${view.outcome.exit_code}`);
    if (view.progress?.best !== undefined) say(`  best      ${view.progress.best}`);
    say(`  results   ${view.results_dir}`);
    showArchive(view.results_dir);
    say(`\nlook around: node bin/jobq.js list --queue ${queue}   (delete ${home} afterwards)`);
    if (view.state !== 'completed') throw new Error(`the study ${view.state}: ${view.outcome.message}`);
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  }
}

if (!nodeIsNewEnough()) process.exit(1);
setUpSystem();
if (!setUpNodeModules()) process.exit(1);
const built = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);
try {
  await demo();
} catch (error) {
  console.error(`the demo failed: ${error.message}`);
  process.exit(1);
}
