// The process that owns one attempt: `node supervisor.js <attempt directory>`. It outlives the runner that started it.
import path from 'node:path';
import { supervise } from '../src/runner/supervisor.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemEnvironment } from '../src/system/environment.ts';
import { systemFiles } from '../src/system/files.ts';
import { systemLocks } from '../src/system/lock.ts';
import { findLine } from '../src/system/patterns.ts';
import { systemKeepAwake } from '../src/system/process/keep-awake.ts';
import { startScript, thisTree } from '../src/system/process/script.ts';

// a terminal that closes, or Ctrl+C meant for the runner, must not end the run: only cancel.json does
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const attemptDir = process.argv[2];
if (!attemptDir) throw new Error('usage: supervisor.js <attempt directory>');
const { pid, bootId } = systemEnvironment();
await supervise(
  {
    disk: { files: systemFiles, clock: systemClock },
    locks: systemLocks,
    tree: thisTree,
    startScript,
    keepAwake: systemKeepAwake,
    findLine,
    pid,
    bootId,
  },
  path.resolve(attemptDir),
);
