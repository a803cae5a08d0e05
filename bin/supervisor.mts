// The process that owns one attempt: `node supervisor.cjs <attempt directory>`. It outlives the runner that started it.
// As `node supervisor.cjs --wait <where attempts are>` it is up before there is an attempt, is told on standard input, and
// waits for another one when that is over.
import { writeSync } from 'node:fs';
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

const [said] = process.argv.slice(2);
if (!said)
  throw new Error('usage: supervisor.cjs <attempt directory>, or --wait <directory of all attempts>');
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

/** A Job Object that holds one attempt holds this very process, for good. */
const isForOne = process.platform === 'win32';

/** Each line is an attempt; that one is over is said in a line. */
async function superviseTold(): Promise<void> {
  let told = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    told += String(piece);
    const lines = told.split('\n');
    told = lines.pop() ?? '';
    for (const line of lines) {
      await supervise(parts, path.resolve(JSON.parse(line) as string));
      if (isForOne) return;
      sayOver();
    }
  }
}

function sayOver(): void {
  try {
    writeSync(process.stdout.fd, '\n');
  } catch {
    // the runner has ended: then the input ends, too
  }
}

void (said === '--wait' ? superviseTold() : supervise(parts, path.resolve(said)));
