// The process that owns one attempt: `node supervisor.js <attempt directory>`. It outlives the runner that started it.
// As `node supervisor.js --wait <where attempts are>` it is up before there is an attempt, and is told on standard input.
import path from 'node:path';
import { text } from 'node:stream/consumers';
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

const [said] = process.argv.slice(2);
if (!said) throw new Error('usage: supervisor.js <attempt directory>, or --wait <directory of all attempts>');
const { pid, bootId } = systemEnvironment();
const parts = {
  disk: { files: systemFiles, clock: systemClock },
  locks: systemLocks,
  tree: thisTree,
  startScript,
  keepAwake: systemKeepAwake,
  findLine,
  pid,
  bootId,
};
// nothing, when the runner ends before it has an attempt for this process
const attemptDir = said === '--wait' ? await text(process.stdin) : said;
if (attemptDir) await supervise(parts, path.resolve(attemptDir));
