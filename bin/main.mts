// Puts the real parts together and runs the command line.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../src/cli/main.ts';
import type { DaemonParts, SystemParts } from '../src/cli/parts.ts';
import { readArguments } from '../src/cli/program.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemLocks } from '../src/system/lock.ts';
import { newInterrupt, partsOf } from './parts.mts';

const dist = fileURLToPath(new URL('.', import.meta.url));
const interrupt = newInterrupt();

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
    { keepHeapSmall },
  ] = await Promise.all([
    import('../src/system/process/launch.ts'),
    import('../src/system/process/run.ts'),
    import('../src/system/http.ts'),
    import('../src/system/random.ts'),
    import('../src/system/watch.ts'),
    import('../src/system/log.ts'),
    import('../src/system/loop.ts'),
    import('../src/system/chores.ts'),
    import('../src/system/heap.ts'),
  ]);
  const supervisor = path.join(dist, 'supervisor.cjs');
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
    runLoop: (ticking, options) => loop.runLoop(ticking, { ...options, tidy: keepHeapSmall() }),
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

// nobody reads any more: a reader that went away (`jobq list | head -1`) is no error, a full disk is
let unwritten = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  interrupt.abort();
  if (error.code === 'EPIPE' || unwritten) return;
  unwritten = true;
  process.stderr.write(`jobq: standard output cannot be written: ${error.message}\n`);
  process.exitCode = 1;
});

const parts = partsOf(dist, {
  out: {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY === true,
  },
  interrupt: interrupt.signal,
  loadDaemon,
  loadSystem,
});

const exitCode = await main(parts, process.argv.slice(2), readArguments);
if (!unwritten) process.exitCode = exitCode;
