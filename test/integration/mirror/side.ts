// One of the two machines: its folder, its Syncthing, its queue, and the built program as a command and as a daemon.
// It knows nothing of the other one.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer } from '../queue.ts';
import { ROOT } from '../queue.ts';
import type { Group } from './group.ts';
import { startGroup } from './group.ts';
import type { MirrorEnd } from './mirror-end.ts';
import { openEnd } from './mirror-end.ts';
import { QUEUE_ID } from './settings.ts';

const PROGRAM = path.join(ROOT, 'bin', 'jobq.js');

export interface Daemon {
  group: Group;
  output(): string;
}

export interface Side {
  name: 'linux' | 'windows';
  /** Everything of this side. */
  home: string;
  /** The queue. */
  root: string;
  mirror: MirrorEnd;
  at(...parts: string[]): string;
  has(...parts: string[]): boolean;
  jobq(...args: string[]): Promise<Answer>;
  /** Starts the daemon of this side. */
  daemon(): Daemon;
}

/** What has been started so far, on both sides. */
export interface Opened {
  home: string;
  ends: MirrorEnd[];
  daemons: Daemon[];
}

/** Nothing of whoever runs the tests is for jobq: neither variables nor a Syncthing of their own. */
function environmentOf(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(JOBQ|ST|XDG)_?/.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

function runJobq(args: readonly string[], home: string): Promise<Answer> {
  const options = { env: environmentOf(home), encoding: 'utf8', cwd: home, maxBuffer: 1 << 26 } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, ...args, '--json'], options, (error, stdout, stderr) => {
      const status = error ? Number(error.code ?? -1) : 0;
      try {
        resolve({ value: stdout ? (JSON.parse(stdout) as Answer['value']) : {}, status, stderr });
      } catch {
        reject(new Error(`jobq ${args.join(' ')} printed no JSON: ${stdout}\n${stderr}`));
      }
    });
  });
}

function startDaemon(role: string, root: string, home: string, log: string): Daemon {
  const env = environmentOf(home);
  const group = startGroup(process.execPath, [PROGRAM, role, '--queue', root], { env, log, cwd: home });
  return { group, output: () => readFileSync(log, 'utf8') };
}

export async function makeSide(opened: Opened, name: Side['name'], maxSendKbps: number): Promise<Side> {
  const home = path.join(opened.home, name);
  const root = path.join(home, 'job-queue');
  mkdirSync(home);
  const mirror = await openEnd(path.join(home, 'syncthing'));
  opened.ends.push(mirror);
  if (maxSendKbps > 0) await mirror.limitSending(maxSendKbps);
  const made = await runJobq(['init', root, '--role', name, '--queue-id', QUEUE_ID], home);
  if (made.status !== 0) throw new Error(`init failed: ${JSON.stringify(made)}`);
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    name,
    home,
    root,
    mirror,
    at,
    has: (...parts) => existsSync(at(...parts)),
    jobq: (...args) => runJobq([...args, '--queue', root], home),
    daemon: () => {
      const role = name === 'linux' ? 'watcher' : 'runner';
      const log = path.join(home, `${role}-${opened.daemons.length}.output`);
      const daemon = startDaemon(role, root, home, log);
      opened.daemons.push(daemon);
      return daemon;
    },
  };
}
