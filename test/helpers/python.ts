// The machine's own Python, for tests of what only it can show; they are skipped, with the reason, where there is none.
import { spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { onTestFinished } from 'vitest';

export const PYTHON = process.platform === 'win32' ? 'python' : 'python3';
/** A system's own Python, which has the packages that the system installs. */
const CANDIDATES = [PYTHON, '/usr/bin/python3'];

function pythonWith(modules: string): string | undefined {
  return CANDIDATES.find(
    (one) => spawnSync(one, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0,
  );
}

const found = new Map<string, string | undefined>();

/** A Python that has these modules; without one the test is skipped. */
export function needsPython(ctx: TestContext, modules: string): string {
  if (!found.has(modules)) found.set(modules, pythonWith(modules));
  const python = found.get(modules);
  if (python === undefined) ctx.skip(`there is no Python with ${modules} on this machine`);
  return python ?? '';
}

/** Runs a program to its end. */
export function python(program: string, args: readonly string[], using = PYTHON): string {
  const done = spawnSync(using, ['-c', program, ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`Python failed: ${done.stderr}`);
  return done.stdout;
}

/** Starts a program that prints `ready` when it has done its part, and then waits for its input to end. */
export async function pythonThatHolds(
  program: string,
  args: readonly string[],
): Promise<{ letGo(): Promise<void> }> {
  const held = `${program}\nprint('ready', flush=True)\nimport sys\nsys.stdin.read()\n`;
  const child = spawn(PYTHON, ['-c', held, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`Python ended with ${code}`)));
  });
  return {
    letGo: async () => {
      child.stdin.end();
      await over;
    },
  };
}
