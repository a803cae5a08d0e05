// The process that owns one attempt: `node supervisor.js <attempt directory>`. It outlives the runner that started it.
import path from 'node:path';
import { supervise } from '../src/runner/supervisor.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemEnvironment } from '../src/system/environment.ts';
import { systemFiles } from '../src/system/files.ts';
import { systemLocks } from '../src/system/lock.ts';
import { endMarked, startScript } from '../src/system/process/script.ts';

// a terminal that closes, or Ctrl+C meant for the runner, must not end the run: only cancel.json does
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const attemptDir = process.argv[2];
if (!attemptDir) throw new Error('usage: supervisor.js <attempt directory>');
const { pid, bootId } = systemEnvironment();
const disk = { files: systemFiles, clock: systemClock };
await supervise({ disk, locks: systemLocks, startScript, endMarked, pid, bootId }, path.resolve(attemptDir));
