// A queue whose runner is a real Windows node.exe: on Windows itself, elsewhere where WINNODE names a program that runs
// one. The Linux side of the same queue is this machine's own Node.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { ROOT, readJson } from '../integration/queue.ts';

const isWindows = process.platform === 'win32';
const windowsNode = isWindows ? process.execPath : process.env['WINNODE'];
const PROGRAM = path.join(ROOT, 'bin', 'jobq.js');
const LIMIT_MS = 60_000;

export interface Answer {
  status: number | null;
  value: Record<string, unknown>;
  stderr: string;
}

export interface Station {
  home: string;
  queue: string;
  /** `jobq` on the Windows side. */
  onWindows(...args: string[]): Answer;
  /** `jobq` on the Linux side. */
  onLinux(...args: string[]): Record<string, unknown>;
  submit(study: string, name: string, ...args: string[]): string;
  runOnce(): Answer;
  daemon(): WindowsProcess;
  /** Any script by the Windows node.exe. */
  node(script: string, ...args: string[]): WindowsProcess;
  record(job: string): Record<string, unknown>;
  workDir(job: string): string;
  attempt(job: string): string;
  close(): void;
}

export interface WindowsProcess {
  /** Resolves when it is over. */
  over: Promise<void>;
  output(): string;
}

/**
 * The program as somebody on Windows has it, with koffi installed beside it: on another system from the node_modules
 * that KOFFI_WIN32 names. Without that it is the plain program, which finds no koffi for Windows.
 */
function installedProgram(home: string): string {
  const modules = process.env['KOFFI_WIN32'];
  if (isWindows || !modules) return PROGRAM;
  const installed = path.join(home, 'jobq');
  for (const part of ['bin/jobq.js', 'bin/package.json', 'dist', 'package.json']) {
    cpSync(path.join(ROOT, part), path.join(installed, part), { recursive: true });
  }
  cpSync(modules, path.join(installed, 'node_modules'), { recursive: true });
  return path.join(installed, 'bin', 'jobq.js');
}

/** The path as Windows programs see it: the whole Linux file system is drive Z: there. */
export function windowsPath(file: string): string {
  return isWindows ? file : `Z:${file.replaceAll('/', '\\')}`;
}

/** The path as this machine's own Node sees it. */
export function ownPath(file: string): string {
  return isWindows ? file : file.replace(/^Z:/i, '').replaceAll('\\', '/');
}

export function needsWindows(context: TestContext): void {
  if (!windowsNode) context.skip('needs a Windows node.exe: set WINNODE to a program that runs one');
}

/** Ends one Windows process, as the Task Manager would, by the id that Windows knows it by. */
export function killWindows(pid: number): void {
  const args = ['/PID', String(pid), '/F'];
  if (isWindows) spawnSync('taskkill', args);
  else spawnSync(windowsNode ?? '', args, { env: { ...process.env, WINEXE: 'taskkill.exe' } });
}

export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Reads a file that a Windows process may be replacing at this moment. */
export function readNow(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function newStation(settings: Record<string, string> = {}, workRoot = 'work'): Station {
  const home = mkdtempSync(path.join(tmpdir(), 'jobq-win-'));
  const queue = path.join(home, 'q');
  const work = path.join(home, workRoot);
  mkdirSync(work, { recursive: true });
  const environment = {
    ...process.env,
    JOBQ_RUNNER_ID: 'station',
    JOBQ_RUNNER_STATE_DIR: windowsPath(path.join(home, 'state')),
    JOBQ_RUNNER_WORK_ROOT: windowsPath(work),
    JOBQ_LOG_DIR: windowsPath(path.join(home, 'log')),
    JOBQ_RUNNER_GRACE_S: '1',
    JOBQ_RUNNER_POLL_INTERVAL_S: '0.3',
    WINNODE_S: '100',
    ...settings,
  };
  const program = installedProgram(home);
  const processes: ChildProcess[] = [];
  spawnSync(process.execPath, [PROGRAM, 'init', queue, '--queue-id', 'q-windows']);
  const start = (script: string, args: readonly string[]): WindowsProcess => {
    const child = spawn(windowsNode ?? '', [windowsPath(script), ...args], { env: environment });
    processes.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        output += String(text);
      });
    }
    const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return { over, output: () => output };
  };
  const onWindows = (...args: string[]): Answer => {
    const all = [windowsPath(program), ...args, '--queue', windowsPath(queue), '--json'];
    const done = spawnSync(windowsNode ?? '', all, { encoding: 'utf8', env: environment });
    const value = JSON.parse(done.stdout || '{}') as Answer['value'];
    return { status: done.status, value, stderr: done.stderr };
  };
  const onLinux = (...args: string[]) => {
    const all = [PROGRAM, ...args, '--queue', queue, '--json'];
    const done = spawnSync(process.execPath, all, { encoding: 'utf8' });
    return JSON.parse(done.stdout || '{}') as Record<string, unknown>;
  };
  return {
    home,
    queue,
    onWindows,
    onLinux,
    submit: (study, name, ...args) => {
      const answer = onLinux('submit', study, '--name', name, '--run-on', 'station', ...args);
      if (typeof answer['job_id'] !== 'string') throw new Error(JSON.stringify(answer));
      return answer['job_id'];
    },
    runOnce: () => onWindows('runner', '--once'),
    daemon: () => start(program, ['runner', '--queue', windowsPath(queue)]),
    node: (script, ...args) => start(script, args),
    record: (job) => readJson(path.join(queue, 'inbox', job, 'job.json')),
    workDir: (job) => path.join(work, job),
    attempt: (job) => path.join(work, '.jobq-attempts', job, '1'),
    close: () => {
      endRuns(work);
      for (const child of processes) child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    },
  };
}

/** Ends the runs that a test left going: supervisor and script of each attempt that has not ended. */
function endRuns(work: string): void {
  const attempts = path.join(work, '.jobq-attempts');
  const jobs = existsSync(attempts) ? readdirSync(attempts).filter((name) => !name.endsWith('.lock')) : [];
  for (const job of jobs) {
    const dirs = readdirSync(path.join(attempts, job)).map((name) => path.join(attempts, job, name));
    for (const attempt of dirs) {
      if (existsSync(path.join(attempt, 'exit.json'))) continue;
      const told = ['supervisor.json', 'processes.json'].map((name) => readNow(path.join(attempt, name)));
      for (const [, pid] of told.join('').matchAll(/"pid": (\d+)/g)) killWindows(Number(pid));
    }
  }
}

/** A study whose script is these lines of JavaScript, run by the Windows node.exe itself. */
export function nodeStudy(home: string, name: string, script: string): string {
  const study = path.join(home, `study-${name}`);
  mkdirSync(study, { recursive: true });
  writeFileSync(path.join(study, 'README.md'), `# ${name}\n`);
  writeFileSync(path.join(study, 'run.mjs'), script);
  return study;
}

/** How such a study is submitted. */
export const BY_NODE = ['--script', 'run.mjs', '--interpreter', 'node'];

let nodePath: string | undefined;

/** What the Windows node.exe prints for an expression. */
function windowsEval(expression: string): string {
  return spawnSync(windowsNode ?? '', ['-p', expression], { encoding: 'utf8' }).stdout.trim();
}

/** The runner's settings for such a study. */
export function nodeSettings(): Record<string, string> {
  nodePath ??= windowsEval('process.execPath');
  const node = { path: nodePath };
  return { JOBQ_RUNNER_INTERPRETERS: JSON.stringify({ node, python: { path: 'python' } }) };
}

export function livesOnWindows(pid: number): boolean {
  const look = `(() => { try { process.kill(${pid}, 0); return 'lives'; } catch { return 'gone'; } })()`;
  return windowsEval(look) === 'lives';
}
