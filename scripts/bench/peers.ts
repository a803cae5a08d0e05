// Other queues on this machine, where they are installed: nq, task-spooler, and BullMQ on a Redis of its own. Each runs a
// script with /bin/sh, and nothing of it is left behind.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nap } from './daemons.ts';

/** One that can be asked from a command line. */
export interface SpoolingPeer extends Peer {
  /** Gives it one script; returns when that is in its queue or has ended. */
  submit(script: string): void;
}

export interface Peer {
  name: string;
  /** Why it cannot be measured. */
  missing: string | undefined;
  /** Gives it the script so many times; resolves with the milliseconds until the last has ended. */
  through(script: string, jobs: number, atOnce: number): Promise<number>;
}

function isHere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, error, stderr } = spawnSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? String(stderr)}`);
}

async function msOf(work: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const notInstalled = (program: string) => (isHere(program) ? undefined : 'not installed');

export function nq(home: string): SpoolingPeer {
  const env = { ...process.env, NQDIR: home };
  const submit = (script: string) => run('nq', ['-q', '/bin/sh', script], env);
  return {
    name: 'nq, one after the other',
    missing: notInstalled('nq'),
    submit,
    through: (script, jobs) =>
      msOf(() => {
        for (let job = 0; job < jobs; job++) submit(script);
        run('nq', ['-w'], env);
      }),
  };
}

export function taskSpooler(home: string): SpoolingPeer {
  const program = isHere('tsp') ? 'tsp' : 'ts';
  const env = { ...process.env, TS_SOCKET: path.join(home, 'ts'), TS_MAXFINISHED: '10', TMPDIR: home };
  const submit = (script: string) => run(program, ['-n', '/bin/sh', script], env);
  const end = () => void spawnSync(program, ['-K'], { env });
  return {
    name: 'task-spooler',
    missing: isHere('tsp') ? undefined : 'not installed',
    submit: (script) => {
      submit(script);
      run(program, ['-w'], env);
      end();
    },
    through: async (script, jobs, atOnce) => {
      run(program, ['-S', String(atOnce)], env);
      const took = await msOf(() => {
        for (let job = 0; job < jobs; job++) submit(script);
        run(program, ['-w'], env);
      });
      end();
      return took;
    },
  };
}

/** `packages`: a folder with BullMQ in its node_modules, which is none of jobq's own. */
export function bullmq(home: string, packages: string | undefined): Peer {
  const isThere = packages !== undefined && existsSync(path.join(packages, 'node_modules', 'bullmq'));
  const folder = isThere
    ? undefined
    : 'no folder with it: npm install --prefix <folder> bullmq ioredis, --bullmq <folder>';
  const missing = isHere('redis-server') ? folder : 'redis-server is not installed';
  return {
    name: 'BullMQ, a process a job',
    missing,
    through: async (script, jobs, atOnce) => {
      const socket = path.join(home, 'redis.sock');
      const redis = await startRedis(home, socket);
      try {
        const program = fileURLToPath(new URL('bullmq.mjs', import.meta.url));
        const args = [program, packages ?? '', socket, String(jobs), String(atOnce), script];
        const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
        if (status !== 0) throw new Error(`BullMQ failed: ${stderr}`);
        return Number(stdout);
      } finally {
        const ended = once(redis, 'exit');
        redis.kill('SIGTERM');
        await ended;
      }
    },
  };
}

async function startRedis(home: string, socket: string): Promise<ChildProcess> {
  const args = ['--port', '0', '--unixsocket', socket, '--dir', home, '--save', ''];
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  while (!existsSync(socket)) {
    if (redis.exitCode !== null) throw new Error('redis-server ended before it was up');
    await nap(5);
  }
  return redis;
}
