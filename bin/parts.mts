// The real parts that every program of jobq is made of, whatever it is asked for.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CliParts, MirrorParts } from '../src/cli/parts.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemEnvironment } from '../src/system/environment.ts';
import { systemFiles } from '../src/system/files.ts';
import { systemLocks } from '../src/system/lock.ts';
import { systemMachine } from '../src/system/machine.ts';

async function loadMirror(): Promise<MirrorParts> {
  const { systemLocalHttp } = await import('../src/system/local-http.ts');
  return { localHttp: systemLocalHttp, homeDir: homedir() };
}

/** `dist`: the folder of the built programs. */
function versionIn(dist: string): string {
  const manifest = JSON.parse(readFileSync(path.join(dist, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** Fires when this process is asked to end. */
export function newInterrupt(): AbortController {
  const interrupt = new AbortController();
  // SIGHUP: the terminal, or the console window on Windows, was closed
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const)
    process.once(signal, () => interrupt.abort());
  return interrupt;
}

type Loaded = 'loadDaemon' | 'loadSystem';

export function partsOf(dist: string, rest: Pick<CliParts, 'out' | 'interrupt' | Loaded>): CliParts {
  return {
    disk: { files: systemFiles, clock: systemClock },
    environment: systemEnvironment(),
    locks: systemLocks,
    machine: systemMachine,
    version: versionIn(dist),
    // beside dist/, where this program lies when it is built
    programPath: path.join(dist, '..', 'bin', 'jobq.js'),
    loadMirror,
    ...rest,
  };
}
