// Puts the real parts together and runs the command line.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { main } from '../src/cli/main.ts';
import type { CliParts, DaemonParts, MirrorParts, SystemParts } from '../src/cli/parts.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemEnvironment } from '../src/system/environment.ts';
import { systemFiles } from '../src/system/files.ts';
import { systemLocks } from '../src/system/lock.ts';
import { systemMachine } from '../src/system/machine.ts';

const interrupt = new AbortController();
// SIGHUP: the terminal, or the console window on Windows, was closed
for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const)
  process.once(signal, () => interrupt.abort());

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

async function loadDaemon(): Promise<DaemonParts> {
  const [
    { systemLauncher },
    { systemEndRun, systemRun },
    { systemHttp },
    { systemRandom },
    { systemWatch },
    { systemLog },
    loop,
    { newChores },
  ] = await Promise.all([
    import('../src/system/process/launch.ts'),
    import('../src/system/process/run.ts'),
    import('../src/system/http.ts'),
    import('../src/system/random.ts'),
    import('../src/system/watch.ts'),
    import('../src/system/log.ts'),
    import('../src/system/loop.ts'),
    import('../src/system/chores.ts'),
  ]);
  const supervisor = fileURLToPath(new URL('./supervisor.js', import.meta.url));
  return {
    launcher: systemLauncher(process.execPath, supervisor, systemLocks),
    run: systemRun,
    endRun: systemEndRun,
    http: systemHttp,
    random: systemRandom,
    watch: systemWatch,
    makeLog: systemLog,
    newBell: () => loop.newBell(systemClock),
    newChores: (ring) => newChores(systemClock, ring),
    runLoop: loop.runLoop,
    runUntilIdle: loop.runUntilIdle,
  };
}

async function loadSystem(): Promise<SystemParts> {
  const [{ systemAsk }, { windowsApi }] = await Promise.all([
    import('../src/system/process/ask.ts'),
    import('../src/system/process/windows-api.ts'),
  ]);
  const noJobObject = async () => {
    const api = await windowsApi();
    return 'problem' in api ? api.problem : undefined;
  };
  return { ask: systemAsk, noJobObject };
}

async function loadMirror(): Promise<MirrorParts> {
  const { systemLocalHttp } = await import('../src/system/local-http.ts');
  return { localHttp: systemLocalHttp, homeDir: homedir() };
}

// nobody reads any more: a reader that went away (`jobq list | head -1`) is no error, a full disk is
let unwritten = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  interrupt.abort();
  if (error.code === 'EPIPE' || unwritten) return;
  unwritten = true;
  process.stderr.write(`jobq: standard output cannot be written: ${error.message}\n`);
  process.exitCode = 1;
});

const parts: CliParts = {
  disk: { files: systemFiles, clock: systemClock },
  environment: systemEnvironment(),
  locks: systemLocks,
  machine: systemMachine,
  out: {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY === true,
  },
  interrupt: interrupt.signal,
  version: version(),
  // beside dist/, where this program lies when it is built
  programPath: fileURLToPath(new URL('../bin/jobq.js', import.meta.url)),
  loadDaemon,
  loadSystem,
  loadMirror,
};

const exitCode = await main(parts, process.argv.slice(2));
if (!unwritten) process.exitCode = exitCode;
