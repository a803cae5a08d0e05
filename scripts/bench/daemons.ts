// Both daemons of a queue as the processes that they are, and what they took of the processors. It measures no time.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Layout } from '../../src/index.ts';
import { JOBQ } from './site.ts';

/** Who runs the jobs of the bench. */
export const RUNNER = 'bench';

export interface Daemons {
  /** Processor time of both, of their supervisors and of all scripts; in milliseconds. Linux tells it. */
  processorMs(): number;
  stop(): Promise<void>;
}

/** Scripts are for /bin/sh here: a Python would take longer to start than all that is measured. */
function settings(slots: number): string {
  const runner = [`id = "${RUNNER}"`, `slots = ${slots}`, 'min_free_mb = 1', 'default_interpreter = "sh"'];
  return ['[runner]', ...runner, '[runner.interpreters.sh]', 'path = "/bin/sh"', ''].join('\n');
}

/** Resolves when both are up. */
export async function startDaemons(layout: Layout, home: string, slots: number): Promise<Daemons> {
  const before = readFileSync(layout.settings, 'utf8');
  if (!before.includes('[runner]')) writeFileSync(layout.settings, before + settings(slots));
  const started = ['watcher', 'runner'].map((verb) => {
    const file = path.join(home, `${verb}.log`);
    const log = openSync(file, 'a');
    const args = [JOBQ, verb, '--queue', layout.root];
    const env = { ...process.env, XDG_DATA_HOME: home };
    return { verb, file, child: spawn(process.execPath, args, { env, stdio: ['ignore', log, log] }) };
  });
  const children = started.map(({ child }) => child);
  for (const { verb, file, child } of started) {
    while (!(existsSync(file) && readFileSync(file, 'utf8').includes(`${verb} is up`))) {
      if (child.exitCode !== null) throw new Error(`the ${verb} ended: ${readFileSync(file, 'utf8')}`);
      await nap(2);
    }
  }
  return {
    processorMs: () => treeMs(children.flatMap(({ pid }) => pid ?? [])),
    stop: async () => void (await Promise.all(children.map(end))),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

export const nap = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A clock tick of the kernel, in milliseconds. */
const TICK_MS = 10;

/** Of these processes, what they waited for, and their children. */
function treeMs(roots: readonly number[]): number {
  if (process.platform !== 'linux') return Number.NaN;
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const own = all.filter(({ pid, parent }) => roots.includes(pid) || roots.includes(parent));
  return own.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MS;
}

function statOf(pid: string): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid: Number(pid), parent: Number(fields[1]), ticks };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
