// A machine with a queue, a user with a home of their own, and a real Syncthing where that user's is looked for. The
// program runs in this process, over the same parts as in bin/.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { main } from '../../../src/cli/main.ts';
import { readArguments } from '../../../src/cli/program.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemEnvironment } from '../../../src/system/environment.ts';
import { systemFiles } from '../../../src/system/files.ts';
import { systemLocalHttp } from '../../../src/system/local-http.ts';
import { systemLocks } from '../../../src/system/lock.ts';
import { systemMachine } from '../../../src/system/machine.ts';
import type { MirrorEnd } from './mirror-end.ts';
import { openEnd } from './mirror-end.ts';

export interface Machine {
  role: 'linux' | 'windows';
  /** The queue. */
  root: string;
  end: MirrorEnd;
  at(...parts: string[]): string;
  /** The value that the command prints; throws unless it ends with 0. */
  jobq(...args: string[]): Promise<Record<string, unknown>>;
}

async function run(homeDir: string, argv: readonly string[]): Promise<{ code: number; stdout: string }> {
  let stdout = '';
  const none = () => Promise.reject(new Error('not in this test'));
  const parts = {
    disk: { files: systemFiles, clock: systemClock },
    environment: { ...systemEnvironment(), variables: { HOME: homeDir }, cwd: homeDir },
    locks: systemLocks,
    machine: systemMachine,
    out: { stdout: (text: string) => (stdout += text), stderr: () => {}, stderrIsTerminal: false },
    interrupt: new AbortController().signal,
    version: '0',
    programPath: '',
    loadDaemon: none,
    loadSystem: none,
    loadMirror: () => Promise.resolve({ localHttp: systemLocalHttp, homeDir }),
  };
  return { code: await main(parts, argv, readArguments), stdout };
}

/** Below `home`; its queue is what init makes. */
export async function openMachine(home: string, role: Machine['role']): Promise<Machine> {
  const homeDir = path.join(home, role);
  mkdirSync(homeDir);
  const root = path.join(homeDir, 'job-queue');
  const jobq: Machine['jobq'] = async (...args) => {
    const { code, stdout } = await run(homeDir, [...args, '--json']);
    if (code !== 0) throw new Error(`jobq ${args.join(' ')} ends with ${code}: ${stdout}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  await jobq('init', root, '--role', role, '--queue-id', 'q-1');
  // last: what is started is handed over, and ended by whoever asked
  const end = await openEnd(path.join(homeDir, '.config', 'syncthing'));
  return { role, root, end, at: (...parts) => path.join(root, ...parts), jobq };
}
