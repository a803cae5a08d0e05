// The quick program beside the whole one, both as they are built: whoever answers, the answer is the same.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAUNCHER = path.join(ROOT, 'bin', 'jobq.js');
const WHOLE = path.join(ROOT, 'dist', 'main.js');

const home = mkdtempSync(path.join(tmpdir(), 'jobq-quick-'));
const queue = path.join(home, 'queue');

beforeAll(() => {
  cpSync(path.join(ROOT, 'job-queue.example'), queue, { recursive: true });
  const outbox = path.join(queue, 'outbox');
  const broken = path.join(outbox, 'job-20260210-000000-broken');
  mkdirSync(broken);
  writeFileSync(
    path.join(broken, 'job.json'),
    '{"job_id": 5, "args": "x", "priority": "soon", "inputs": []}',
  );
  const [some = ''] = readdirSync(outbox).filter((name) => name.startsWith('job-'));
  writeFileSync(path.join(outbox, some, 'added.txt'), 'x');
  writeFileSync(path.join(outbox, 'stray.txt'), 'x');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (program: string, args: readonly string[], cwd = queue) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

test.each([
  '--version',
  '--help',
  'status',
  'status --json',
  'status broken --json',
  'status nothing-such',
  'status nothing-such --json',
  'list',
  'list --json',
  'list --json --limit 2',
  'list --state=completed',
  'list --archived --json',
  'list --open --archived',
  'list --since nonsense --json',
  'list --limit none',
  'submit',
  'submit nowhere',
  'submit nowhere --json',
  'submit outbox --dry-run --name Not-A-Name --json',
  'statsu',
  'status --help',
])('jobq %s is answered alike', (line) => {
  const args = line.split(' ');
  const whole = run(WHOLE, args);
  expect(whole.stdout + whole.stderr).not.toBe('');
  expect(run(LAUNCHER, args)).toEqual(whole);
});

test('settings that are wrong are told alike', () => {
  const other = path.join(home, 'other');
  cpSync(queue, other, { recursive: true });
  appendFileSync(
    path.join(other, 'jobq.toml'),
    '\n[notify.targets.a]\nkind = "smoke"\n[retry]\nx = 1\n[log]\nlevel = "loud"\nkeep = 0.5\n[runner.interpreters."a b"]\npath = "x"\n',
  );
  const whole = run(WHOLE, ['status'], other);
  expect(whole.status).toBe(2);
  expect(run(LAUNCHER, ['status'], other)).toEqual(whole);
});

const spoil: Record<string, (file: string) => void> = {
  'not there': (file) => rmSync(file),
  empty: (file) => writeFileSync(file, ''),
  'cut short': (file) => writeFileSync(file, readFileSync(file).subarray(0, 5000)),
  'of something else': (file) => writeFileSync(file, 'x'.repeat(10_000)),
};

test.each(Object.keys(spoil))('compiled code that is %s changes no answer', (how) => {
  const copy = mkdtempSync(path.join(home, 'program-'));
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  const dist = path.join(copy, 'dist');
  const compiled = readdirSync(dist).filter((name) => name.endsWith('.code'));
  expect(compiled).toHaveLength(3);
  for (const name of compiled) spoil[how]?.(path.join(dist, name));
  for (const args of [['status', '--json'], ['list'], ['submit', 'nowhere', '--json']])
    expect(run(path.join(copy, 'bin', 'jobq.js'), args)).toEqual(run(LAUNCHER, args));
});

test('a reader that goes away is no error', async () => {
  const child = spawn('sh', ['-c', `"$0" "$1" list --json | head -c 10`, process.execPath, LAUNCHER], {
    cwd: queue,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += String(text);
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(said).toBe('');
});

test('standard output that takes nothing more is an error', () => {
  const full = spawnSync('sh', ['-c', '"$0" "$1" status --json > /dev/full', process.execPath, LAUNCHER], {
    cwd: queue,
    encoding: 'utf8',
  });
  expect(full).toMatchObject({ status: 1, stderr: expect.stringContaining('cannot be written') });
});
