// Runs a copy of a study from fixtures/studies the way an engineer or the runner would.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const studies = fileURLToPath(new URL('../../fixtures/studies/', import.meta.url));

export type Ended = { code: number | null; stdout: string; stderr: string };
export type Row = Readonly<Record<string, string>>;
type RunOptions = { env?: NodeJS.ProcessEnv; onStdout?: (all: string) => void };

const ends = (command: string, args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).status;

/** The first Python that can import all of `modules`; Debian's own first, whose packages apt installs. */
export function findPython(modules: readonly string[]): string | undefined {
  const code = modules.map((name) => `import ${name}`).join('\n') || 'pass';
  return ['/usr/bin/python3', 'python3', 'python'].find((python) => ends(python, ['-c', code]) === 0);
}

/** ccx answers `-v` with exit code 201. */
export const hasCcx = () => [0, 201].includes(ends(process.env['CCX'] ?? 'ccx', ['-v']) ?? -1);

/** Conveniences of a developer's machine that a study must do without. */
const plainPythonEnv = { PYTHONDONTWRITEBYTECODE: '', PYTHONUNBUFFERED: '' };

/** A copy of a study in a temporary folder, as good as a submitted one. */
export class Study {
  readonly folder: string;
  readonly python: string;
  private running: { child: ChildProcess; ended: Promise<Ended> } | undefined;

  constructor(name: string, python: string) {
    this.folder = mkdtempSync(join(tmpdir(), `jobq-${name}-`));
    this.python = python;
    const isSource = (path: string) => !/[\\/](2_iterations|3_results|__pycache__)$/.test(path);
    cpSync(join(studies, name), this.folder, { recursive: true, filter: isSource });
  }

  /** A run whose test gave up on it is ended first, else it would write on. */
  async remove(): Promise<void> {
    if (this.running?.child.kill('SIGKILL')) await this.running.ended.catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  text(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(this.path(path), text);
  }

  /** The lines of a table, by the names in its first line. */
  table(path: string): Row[] {
    const [head = '', ...lines] = this.text(path).trimEnd().split('\n');
    const names = head.split(',');
    return lines.map((line) => {
      const fields = line.split(',');
      return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
    });
  }

  trialFolders(): string[] {
    return readdirSync(this.path('2_iterations')).toSorted();
  }

  /** Runs the study's script. It is started from elsewhere: the study must not depend on where. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.spawn([this.path('run_optimization.py'), ...args], options);
  }

  /** Runs a few lines of Python in the study's folder and reads the JSON that they print. */
  async ask(code: string): Promise<unknown> {
    const { code: exitCode, stdout, stderr } = await this.spawn(['-c', code], {}, this.folder);
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  private spawn(args: readonly string[], { env, onStdout }: RunOptions, cwd = tmpdir()): Promise<Ended> {
    const child = spawn(this.python, args, {
      cwd,
      env: { ...process.env, ...plainPythonEnv, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        onStdout?.(stdout);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout: stdout.replaceAll('\r\n', '\n'), stderr }));
    });
    this.running = { child, ended };
    return ended;
  }
}

/** The values of one kind of progress line: `progress`, `trial` or `status`. */
export function progressLines(stdout: string, kind: string): string[] {
  const prefix = `jobq_${kind}: `;
  return stdout
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length));
}

/** What a study says of something that it cannot do: one line and no traceback. */
export const oneLine = /^error: [^\n]+\r?\n$/;
