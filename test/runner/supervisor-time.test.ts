// The supervisor's rules of time, on a machine that is made up: limits, sleep, stalls, lingering, grace.
import { describe, expect, test } from 'vitest';
import type { Told } from './supervisor-machine.ts';
import { DIR, machine } from './supervisor-machine.ts';

const HOUR = 3600;
type Expected = { at: [from: number, to: number]; exit: object; without?: string[] };

const limits: { name: string; told: Told; expected: Expected }[] = [
  {
    name: 'a script that ends in time is left alone',
    told: { command: { timeout_s: 100 }, ends: 90 },
    expected: { at: [90, 91], exit: { ended_by: 'itself', exit_code: 0 } },
  },
  {
    name: 'a script that runs too long is asked to end',
    told: { command: { timeout_s: 100 }, obeys: 2 },
    expected: {
      at: [102, 103],
      exit: {
        ended_by: 'timeout',
        exit_code: 3,
        message: 'ran longer than timeout_s (100 s); the script ended itself when asked',
      },
    },
  },
  {
    name: 'one that does not listen is ended after grace_s',
    told: { command: { timeout_s: 100, grace_s: 5 } },
    expected: {
      at: [105, 106],
      exit: {
        ended_by: 'timeout',
        exit_code: null,
        signal: 'SIGKILL',
        message: 'ran longer than timeout_s (100 s); the script was ended after 5 s of grace',
        killed: [{ pid: 100, started: 't0', name: 'python' }],
      },
    },
  },
  {
    name: 'an hour in which the machine sleeps does not count',
    told: { command: { timeout_s: 100 }, obeys: 0, sleeps: [[50, HOUR]] },
    expected: { at: [HOUR + 99, HOUR + 101], exit: { ended_by: 'timeout' } },
  },
  {
    name: 'nor does it shorten the time of grace',
    told: { command: { timeout_s: 100, grace_s: 60 }, sleeps: [[110, HOUR]], obeys: HOUR + 40 },
    expected: {
      at: [HOUR + 140, HOUR + 142],
      exit: { ended_by: 'timeout', message: expect.stringContaining('ended itself when asked') as string },
    },
  },
  {
    name: 'timeout_s counts on while what the script left running goes on',
    told: {
      command: { timeout_s: 100, linger_s: 600, grace_s: 5 },
      ends: 90,
      children: [{ name: 'solver.exe' }],
    },
    expected: {
      at: [105, 107],
      exit: {
        ended_by: 'timeout',
        exit_code: 0,
        lingered_s: expect.closeTo(10, 0) as number,
        message:
          'ran longer than timeout_s (100 s); 1 process it left running was ended after 5 s of grace: solver.exe (101)',
      },
    },
  },
];

const stalls: { name: string; told: Told; expected: Expected }[] = [
  {
    name: 'a run in which nothing moves',
    told: { command: { stall_timeout_s: 600 }, obeys: 0 },
    expected: {
      at: [600, 800],
      exit: {
        ended_by: 'stall',
        message: 'nothing moved for stall_timeout_s (600 s); the script ended itself when asked',
      },
    },
  },
  {
    name: 'not one that writes into its log',
    told: { command: { stall_timeout_s: 600 }, logEvery: 590, ends: 5000 },
    expected: { at: [5000, 5001], exit: { ended_by: 'itself' } },
  },
  {
    name: 'not one that writes a file somewhere in its work directory',
    told: {
      command: { stall_timeout_s: 600 },
      fileEvery: { s: 570, path: '2_iterations/trial_1/a.op2' },
      ends: 5000,
    },
    expected: { at: [5000, 5001], exit: { ended_by: 'itself' } },
  },
  {
    name: 'the directories of attempts are none of its files',
    told: {
      command: { stall_timeout_s: 600 },
      fileEvery: { s: 100, path: '.jobq-attempt-1/processes.json' },
      ends: 5000,
    },
    expected: { at: [600, 830], exit: { ended_by: 'stall' } },
  },
  {
    name: 'not one that works',
    told: { command: { stall_timeout_s: 600 }, cpu: (s) => 0.02 * s, ends: 5000 },
    expected: { at: [5000, 5001], exit: { ended_by: 'itself' } },
  },
  {
    name: 'one that only waits for something',
    told: { command: { stall_timeout_s: 600 }, cpu: (s) => 0.005 * s, ends: 5000 },
    expected: { at: [600, 830], exit: { ended_by: 'stall' } },
  },
  {
    name: 'not one that worked until a moment ago',
    told: { command: { stall_timeout_s: 600 }, cpu: (s) => Math.min(s, 1000), ends: 1590 },
    expected: { at: [1590, 1591], exit: { ended_by: 'itself' } },
  },
  {
    name: 'one that stopped working',
    told: { command: { stall_timeout_s: 600 }, cpu: (s) => Math.min(s, 1000), ends: 5000 },
    expected: { at: [1600, 1700], exit: { ended_by: 'stall' } },
  },
  {
    name: 'a process that ends and takes its time with it has moved',
    told: { command: { stall_timeout_s: 600 }, cpu: (s) => (s < 500 ? 100 : 50), ends: 1090 },
    expected: { at: [1090, 1091], exit: { ended_by: 'itself' } },
  },
  {
    name: 'not in an hour in which the machine sleeps',
    told: { command: { stall_timeout_s: 600 }, sleeps: [[100, HOUR]], ends: HOUR + 590 },
    expected: { at: [HOUR + 590, HOUR + 591], exit: { ended_by: 'itself' } },
  },
  {
    name: 'what the script left running, too',
    told: {
      command: { stall_timeout_s: 600, linger_s: 5000, grace_s: 1 },
      logEvery: 10,
      busyUntil: 100,
      ends: 100,
      children: [{ name: 'solver.exe' }],
    },
    expected: { at: [700, 800], exit: { ended_by: 'stall', exit_code: 0 } },
  },
];

const lingering: { name: string; told: Told; expected: Expected }[] = [
  {
    name: 'nothing is said of processes that end with the script',
    told: { ends: 10, children: [{ name: 'cmd.exe', to: 10.5 }] },
    expected: { at: [10, 11], exit: { ended_by: 'itself' }, without: ['message', 'lingered_s'] },
  },
  {
    name: 'they are waited for',
    told: {
      ends: 10,
      code: 4,
      children: [
        { name: 'solver.exe', to: 22 },
        { name: 'cmd.exe', to: 15 },
      ],
    },
    expected: {
      at: [22, 24.2],
      exit: {
        ended_by: 'itself',
        exit_code: 4,
        message: expect.stringMatching(
          /^2 processes it left running ended by themselves after 1[234] s$/,
        ) as string,
        lingered_s: expect.closeTo(13, -0.5) as number,
      },
      without: ['killed'],
    },
  },
  {
    name: 'those that do not end within linger_s are ended',
    told: {
      ends: 10,
      command: { linger_s: 60 },
      children: [{ name: 'solver.exe' }, { name: 'cmd.exe', to: 15 }],
    },
    expected: {
      at: [70, 72],
      exit: {
        ended_by: 'itself',
        exit_code: 0,
        message: '1 process it left running was ended after linger_s (60 s): solver.exe (101)',
        lingered_s: expect.closeTo(60, 0) as number,
        killed: [{ pid: 101, started: 't0', name: 'solver.exe' }],
      },
    },
  },
  {
    name: 'at once when linger_s is 0',
    told: { ends: 10, command: { linger_s: 0 }, children: [{ name: 'a' }, { name: 'b' }] },
    expected: {
      at: [10, 10.5],
      exit: {
        ended_by: 'itself',
        message: '2 processes it left running were ended after linger_s (0 s): a (101), b (102)',
        lingered_s: 0,
      },
    },
  },
  {
    name: 'after grace when a cancel comes while they are waited for',
    told: {
      ends: 10,
      command: { linger_s: 600 },
      cancels: [[20, { reason: 'enough', grace_s: 5 }]],
      children: [{ name: 'solver.exe' }],
    },
    expected: {
      at: [25, 26],
      exit: {
        ended_by: 'cancel',
        exit_code: 0,
        message:
          'cancelled: enough; 1 process it left running was ended after 5 s of grace: solver.exe (101)',
        lingered_s: expect.closeTo(10, 0) as number,
      },
    },
  },
  {
    name: 'not when they listen',
    told: {
      ends: 10,
      command: { linger_s: 600 },
      cancels: [[20, { grace_s: 60 }]],
      children: [{ name: 'solver.exe', to: 23 }],
    },
    expected: {
      at: [23, 27],
      exit: {
        ended_by: 'cancel',
        message: 'cancelled; what it left running ended when asked',
      },
      without: ['killed'],
    },
  },
];

const asking: { name: string; told: Told; expected: Expected }[] = [
  {
    name: 'an interruption is told from a cancel',
    told: { cancels: [[10, { interrupt: true, reason: 'the owner is back' }]], obeys: 3 },
    expected: {
      at: [13, 14],
      exit: {
        ended_by: 'interrupted',
        message: 'interrupted: the owner is back; the script ended itself when asked',
      },
    },
  },
  {
    name: 'a cancel after an interruption makes it a cancel',
    told: {
      cancels: [
        [10, { interrupt: true, grace_s: 60 }],
        [30, { reason: 'wrong mesh', grace_s: 60 }],
      ],
    },
    expected: {
      at: [70, 71],
      exit: {
        ended_by: 'cancel',
        message: 'cancelled: wrong mesh; the script was ended after 60 s of grace',
      },
    },
  },
  {
    name: 'an interruption after a cancel does not make it less',
    told: {
      cancels: [
        [10, { reason: 'wrong mesh', grace_s: 60 }],
        [30, { interrupt: true, grace_s: 60 }],
      ],
    },
    expected: {
      at: [70, 71],
      exit: { ended_by: 'cancel', message: expect.stringContaining('wrong mesh') as string },
    },
  },
  {
    name: 'less grace is honoured',
    told: {
      cancels: [
        [10, { grace_s: 600 }],
        [30, { grace_s: 5 }],
      ],
    },
    expected: {
      at: [35, 36],
      exit: { ended_by: 'cancel', message: 'cancelled; the script was ended after 5 s of grace' },
    },
  },
  {
    name: 'more grace than was promised is not',
    told: {
      cancels: [
        [10, { interrupt: true, grace_s: 30 }],
        [30, { grace_s: 600 }],
      ],
    },
    expected: {
      at: [40, 41],
      exit: { ended_by: 'cancel', message: 'cancelled; the script was ended after 30 s of grace' },
    },
  },
  {
    name: 'no grace at all ends it at once',
    told: { cancels: [[10, { grace_s: 0 }]] },
    expected: { at: [10, 11], exit: { ended_by: 'cancel' } },
  },
  {
    name: 'a cancel while a run is ended for its time is a cancel',
    told: { command: { timeout_s: 100, grace_s: 60 }, cancels: [[110, { reason: 'enough', grace_s: 60 }]] },
    expected: {
      at: [160, 161],
      exit: { ended_by: 'cancel', message: 'cancelled: enough; the script was ended after 60 s of grace' },
    },
  },
  {
    name: 'what it left running has the time of grace, too',
    told: { cancels: [[10, { grace_s: 30 }]], obeys: 2, children: [{ name: 'solver.exe' }] },
    expected: {
      at: [40, 41],
      exit: {
        ended_by: 'cancel',
        message:
          'cancelled; the script ended itself when asked; 1 process it left running was ended after 30 s of grace: solver.exe (101)',
      },
    },
  },
];

describe.each([
  { rule: 'a time limit', cases: limits },
  { rule: 'a stall is', cases: stalls },
  { rule: 'processes that a script leaves running', cases: lingering },
  { rule: 'when a run is to end', cases: asking },
])('$rule:', ({ cases }) => {
  test.each(cases)('$name', async ({ told, expected }) => {
    const exit = await machine(told).run();
    expect(exit).toMatchObject(expected.exit);
    for (const key of expected.without ?? []) expect(exit).not.toHaveProperty(key);
    expect(exit.at).toBeGreaterThanOrEqual(expected.at[0]);
    expect(exit.at).toBeLessThanOrEqual(expected.at[1]);
  });
});

describe('a run that is ended', () => {
  test('is asked once, also when a cancel follows an interruption', async () => {
    const { run, heard } = machine({
      cancels: [
        [10, { interrupt: true, grace_s: 60 }],
        [30, { grace_s: 60 }],
      ],
    });
    await run();
    expect(heard).toEqual([expect.closeTo(10, 0)]);
  });

  test('for its time is told so by the file it may look at, with the deadline', async () => {
    const { run, read, clock } = machine({ command: { timeout_s: 100, grace_s: 5 } });
    const begun = clock.now();
    await run();
    const told = read('cancel');
    expect(told).toMatchObject({ reason: 'timeout', limit: 'timeout', grace_s: 5 });
    expect(Date.parse(String(told?.['deadline'])) - begun).toBeGreaterThanOrEqual(105_000);
  });

  test('for a stall leaves what was seen of it', async () => {
    const { run, read } = machine({
      command: { stall_timeout_s: 600, grace_s: 1 },
      cpu: (s) => 20 + 0.001 * s,
      children: [{ name: 'solver.exe' }],
      fileEvery: { s: 50, path: '2_iterations/a.op2' },
      busyUntil: 60,
    });
    const exit = await run();
    expect(exit.evidence).toMatchObject({
      log_bytes: 6,
      newest_file: '2_iterations/a.op2',
      cpu_s: expect.closeTo(20.7, 0) as number,
      processes: [
        { pid: 100, started: 't0', name: 'python' },
        { pid: 101, started: 't0', name: 'solver.exe' },
      ],
    });
    expect(exit.evidence?.quiet_s).toBeGreaterThanOrEqual(600);
    expect(exit.evidence?.newest_file_age_s).toBeGreaterThan(600);
    expect(read('cancel')).toMatchObject({ reason: 'stall', limit: 'stall' });
  });

  test('is over only when the system has ended all of it, and says so until then', async () => {
    const { run, read } = machine({ cancels: [[10, { grace_s: 0 }]], endFails: 3 });
    const exit = await run();
    expect(exit.at).toBeGreaterThanOrEqual(25);
    expect(exit.killed).toEqual([{ pid: 100, started: 't0', name: 'python' }]);
    expect(read('supervisor')).toMatchObject({ pid: 1, unended: [{ pid: 100 }] });
  });
});

describe('a disk that is full', () => {
  test('keeps a run from being started, until there is room', async () => {
    const { run, read } = machine({ full: { from: 0, to: 60 }, ends: 100 });
    const exit = await run();
    expect(exit).toMatchObject({ ended_by: 'itself', at: expect.closeTo(100, 0) as number });
    expect(read('processes')).toMatchObject({ script: { started: 't60' } });
  });

  test('starts nothing that was cancelled meanwhile', async () => {
    const { run, happened } = machine({ full: { from: 0, to: 60 }, cancels: [[7, { reason: 'no' }]] });
    const exit = await run();
    expect(happened).toEqual(['contain']);
    expect(exit).toMatchObject({
      ended_by: 'cancel',
      message: 'cancelled before the script was started: no',
    });
  });

  test('does not end the watch, nor lose how the run ended', async () => {
    const { run, heard } = machine({
      command: { timeout_s: 100, grace_s: 5 },
      full: { from: 50, to: 1000 },
    });
    const exit = await run();
    expect(heard).toEqual([expect.closeTo(100, 0)]);
    expect(exit).toMatchObject({ ended_by: 'timeout' });
    expect(exit.at).toBeGreaterThanOrEqual(1000);
  });
});

describe('what is left of a run on the disk', () => {
  test('who runs it, how it is kept together and whether the machine stays awake', async () => {
    const { run, read, happened } = machine({ command: { keep_awake: true }, ends: 5 });
    await run();
    expect(happened).toEqual(['contain', 'start']);
    expect(read('supervisor')).toMatchObject({
      pid: 1,
      boot_id: 'boot',
      contained: { by: 'group' },
      awake: 'no: nobody to ask',
    });
  });

  test('the machine stays awake as long as anything of it runs', async () => {
    const held: string[] = [];
    const { run, clock, read } = machine({
      command: { keep_awake: true },
      ends: 5,
      children: [{ name: 'solver.exe', to: 30 }],
      parts: {
        keepAwake: (why) => {
          held.push(`${why} from ${clock.s()}`);
          return Promise.resolve({
            how: 'coffee',
            release: () => held.push(`until ${Math.round(clock.s())}`),
          });
        },
      },
    });
    await run();
    expect(held[0]).toBe('job job-1 from 0');
    expect(Number(/until (\d+)/.exec(held[1] ?? '')?.[1])).toBeGreaterThanOrEqual(30);
    expect(read('supervisor')?.['awake']).toBe('coffee');
  });

  test('a script does not wait for the machine to say that it stays awake', async () => {
    const happened: string[] = [];
    const { run, clock, read } = machine({
      command: { keep_awake: true },
      ends: 5,
      parts: {
        keepAwake: async () => {
          await clock.sleep(600_000);
          return { how: 'coffee', release: () => happened.push('given back') };
        },
      },
    });
    const exit = await run();
    expect(exit.at).toBeLessThan(100);
    expect(read('supervisor')?.['awake']).toBeUndefined();
    await clock.drive(clock.sleep(700_000));
    expect(happened).toEqual(['given back']);
  });

  test('which processes were seen, the script first', async () => {
    const { run, read } = machine({ ends: 50, children: [{ name: 'solver.exe', from: 15, to: 40 }] });
    await run();
    expect(read('processes')).toEqual({
      script: { pid: 100, started: 't0', name: 'python' },
      seen: [{ pid: 101, started: 't15', name: 'solver.exe' }],
    });
  });

  test('what it used', async () => {
    const { run } = machine({
      ends: 50,
      children: [{ name: 'solver.exe', from: 15, to: 40 }],
      cpu: (s) => (s < 50 ? s : 0),
      memory_mb: 100,
    });
    const { resources } = await run();
    expect(resources?.peak_memory_mb).toBe(200);
    expect(resources?.cpu_s).toBeGreaterThan(30);
  });

  test('nothing of what the system does not tell', async () => {
    const { run } = machine({ ends: 50 });
    expect((await run()).resources).toBeUndefined();
  });
});

test('what a run wrote is synced before its end is written', async () => {
  const { run, synced } = machine({ ends: 20, fileEvery: { s: 5, path: 'deep/out.csv' } });
  expect((await run()).message).toBeUndefined();
  expect(synced).toEqual(['stdout.log', 'out.csv']);
});

test('what cannot be synced is named in the end', async () => {
  const { run } = machine({ ends: 20, fileEvery: { s: 5, path: 'out.csv' }, syncFails: 'out.csv' });
  expect(await run()).toMatchObject({ exit_code: 0, message: 'a power cut may take out.csv (EIO)' });
});

test('an attempt that was asked to end before it began is never started', async () => {
  const { run, happened, volume } = machine({});
  volume.mkdirSync(DIR, { recursive: true });
  volume.writeFileSync(`${DIR}/cancel.json`, '{"interrupt": true}');
  const exit = await run();
  expect(happened).toEqual(['contain']);
  expect(exit).toMatchObject({
    exit_code: null,
    ended_by: 'interrupted',
    message: 'interrupted before the script was started',
  });
});
