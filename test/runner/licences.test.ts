// When the licence command runs, and what is kept of what it prints.
import path from 'node:path';
import { expect, test } from 'vitest';
import { newLicenceLook } from '../../src/runner/licences.ts';
import { runnerLayoutOf } from '../../src/store/layout.ts';
import { newChores } from '../../src/system/chores.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemFiles } from '../../src/system/files.ts';
import { silentLog } from '../../src/system/log.ts';
import type { RunEnd, RunRequest } from '../../src/system/process/run.ts';
import { systemRun } from '../../src/system/process/run.ts';
import { memoryDisk } from '../helpers/memory-disk.ts';
import { runnerSettings } from '../helpers/runner-settings.ts';
import { tempDir } from '../system/temp-dir.ts';

const FREE = 'Users of A:  (Total of 4 licenses issued;  Total of 1 license in use)\n';
const SETTINGS = { licence_command: ['lmutil', 'lmstat'], licence_interval_s: 60 };

interface Answer extends Partial<RunEnd> {
  prints?: string;
}

function world(settings: Parameters<typeof runnerSettings>[0] = SETTINGS) {
  const disk = memoryDisk();
  const at = runnerLayoutOf('/state', '/work');
  const asked: RunRequest[] = [];
  const told: string[] = [];
  let answer: Answer = { prints: FREE };
  let going: Promise<void> = Promise.resolve();
  let rings = 0;
  const run = async (request: RunRequest): Promise<RunEnd> => {
    asked.push(request);
    await going;
    const { prints = '', ...end } = answer;
    const out = disk.files.openAppend(request.outputFile);
    out.write(Buffer.from(prints));
    out.close();
    return { exit_code: 0, signal: null, timed_out: false, ...end };
  };
  const chores = newChores(disk.clock, () => {
    rings++;
  });
  const tell = (facts: object, message: string) => void told.push(`${message} ${JSON.stringify(facts)}`);
  const look = newLicenceLook({
    disk,
    at,
    run,
    chores,
    settings: runnerSettings(settings),
    log: { ...silentLog, info: tell, warn: tell },
  });
  return {
    disk,
    asked,
    told,
    chores,
    look,
    rings: () => rings,
    answers: (next: Answer) => {
      answer = next;
    },
    /** The command does not end before this is called. */
    holdUp: () => {
      let end = () => {};
      going = new Promise((resolve) => {
        end = resolve;
      });
      return () => end();
    },
    lookNow: async () => {
      look.lookIfDue();
      await chores.settled();
      return look.seen();
    },
  };
}

test('without a command nothing is checked and nothing is run', async () => {
  const { lookNow, asked } = world({});
  expect(await lookNow()).toEqual({ state: 'unchecked' });
  expect(asked).toEqual([]);
});

test('nothing is known, and nothing run, before somebody asks', () => {
  const { look, asked } = world();
  expect(look.seen()).toEqual({ state: 'unknown' });
  expect(asked).toEqual([]);
});

test('the command runs beside the ticks, with a limit, in the folder of the runner, and rings when it is over', async () => {
  const { look, holdUp, chores, asked, rings } = world();
  const end = holdUp();
  look.lookIfDue();
  look.lookIfDue();
  expect(look.seen()).toEqual({ state: 'unknown' });
  await expect
    .poll(() => asked)
    .toMatchObject([
      { command: ['lmutil', 'lmstat'], cwd: '/state', timeoutMs: 20_000, outputFile: '/state/licences.txt' },
    ]);
  expect(rings()).toBe(0);
  end();
  await chores.settled();
  expect(look.seen()).toMatchObject({ state: 'known', seats: { A: { total: 4, used: 1 } } });
  expect(rings()).toBe(1);
});

test('seats are those of when the command was begun: what starts meanwhile is not counted in them', async () => {
  const { look, holdUp, chores, disk } = world();
  const end = holdUp();
  const begun = disk.clock.now();
  look.lookIfDue();
  disk.clock.advance(9000);
  end();
  await chores.settled();
  expect(look.seen()).toMatchObject({ seenAtMs: begun });
});

test('it runs no oftener than the interval, and each output is of one run', async () => {
  const { lookNow, answers, asked, disk } = world();
  await lookNow();
  disk.clock.advance(59_000);
  answers({ prints: FREE.replaceAll('A', 'B') });
  expect(await lookNow()).toMatchObject({ seats: { A: {} } });
  expect(asked).toHaveLength(1);
  disk.clock.advance(1000);
  expect(await lookNow()).toEqual({
    state: 'known',
    seenAtMs: disk.clock.now(),
    seats: { B: { total: 4, used: 1 } },
  });
  expect(asked).toHaveLength(2);
});

test('an old look counts for nothing', async () => {
  const { lookNow, look, disk } = world();
  await lookNow();
  disk.clock.advance(100_000);
  expect(look.seen().state).toBe('known');
  disk.clock.advance(1);
  expect(look.seen()).toEqual({ state: 'unknown' });
});

test.each([
  {
    name: 'cannot be started',
    answer: { exit_code: null, problem: 'lmutil: ENOENT' },
    problem: 'lmutil: ENOENT',
  },
  {
    name: 'takes too long, whatever it printed',
    answer: { exit_code: null, timed_out: true, prints: FREE },
    problem: 'it took longer than 20 s',
  },
  {
    name: 'fails without seats',
    answer: { exit_code: 3, prints: 'no server' },
    problem: 'exit code 3; its output names no seats, no line of it is one: no server',
  },
  {
    name: 'is killed',
    answer: { exit_code: null, signal: 'SIGKILL' },
    problem: 'SIGKILL; its output names no seats, it printed nothing',
  },
])('a command that $name is a problem, told once', async ({ answer, problem }) => {
  const { lookNow, answers, disk, told } = world();
  answers(answer);
  expect(await lookNow()).toEqual({ state: 'problem', problem });
  disk.clock.advance(60_000);
  await lookNow();
  expect(told).toEqual([expect.stringContaining(JSON.stringify({ problem }))]);
  disk.clock.advance(60_000);
  answers({ prints: FREE });
  expect((await lookNow()).state).toBe('known');
  expect(told[1]).toContain('works again');
});

test('seats count whatever the exit code is', async () => {
  const { lookNow, answers } = world();
  answers({ exit_code: 1, prints: FREE });
  expect((await lookNow()).state).toBe('known');
});

test('output that is no UTF-8 is read all the same', async () => {
  const { lookNow, disk, answers } = world();
  answers({ prints: FREE });
  const { openAppend } = disk.files;
  disk.files.openAppend = (file) => {
    const out = openAppend(file);
    return { ...out, write: (bytes) => out.write(Buffer.concat([Buffer.from([0xfc, 0x0a]), bytes])) };
  };
  expect((await lookNow()).state).toBe('known');
});

test('no more than 4 MB of the output are read', async () => {
  const { lookNow, answers } = world();
  answers({ prints: `${'.'.repeat(99)}\n`.repeat(40_000) + FREE });
  expect((await lookNow()).state).toBe('problem');
});

test('a folder that cannot be written is a problem, and nothing is thrown', async () => {
  const { lookNow, disk } = world();
  disk.files.makeDir = () => {
    throw new Error('EACCES: no');
  };
  expect(await lookNow()).toEqual({ state: 'problem', problem: 'EACCES: no' });
});

test('a real command is run, and its output read', async () => {
  const home = tempDir();
  const fixture = path.resolve('fixtures/programs/lmstat/all-features-crlf.txt');
  const print = `process.stdout.write(require('node:fs').readFileSync(${JSON.stringify(fixture)}))`;
  const chores = newChores(systemClock, () => {});
  const look = newLicenceLook({
    disk: { files: systemFiles, clock: systemClock },
    at: runnerLayoutOf(path.join(home, 'state'), path.join(home, 'work')),
    run: systemRun,
    chores,
    settings: runnerSettings({ licence_command: [process.execPath, '--eval', print] }),
    log: silentLog,
  });
  look.lookIfDue();
  await chores.settled();
  expect(look.seen()).toMatchObject({ state: 'known', seats: { NX_NASTRAN: { total: 4, used: 4 } } });
});
