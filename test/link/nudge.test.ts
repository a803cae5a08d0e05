// One question at a time for each folder, nothing told is forgotten, and nothing that Syncthing does harms anybody.
// Time passes only when the test says so.
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/link/api.ts';
import type { NudgeParts } from '../../src/link/nudge.ts';
import { newNudge } from '../../src/link/nudge.ts';
import type { Carried } from '../../src/link/trees.ts';
import { layoutOf } from '../../src/store/layout.ts';
import type { Clock } from '../../src/system/clock.ts';
import { fakeClock } from '../helpers/memory-disk.ts';
import { folder } from './folder.ts';

const layout = layoutOf('/q');
const carried: Carried = {
  requests: { folder: folder('in', '/q/requests'), prefix: '' },
  runners: { folder: folder('run', '/q/runners'), prefix: '' },
};

interface Asked {
  folder: string;
  subs: readonly string[];
  answer(answer: Answer<void>): void;
  fail(error: unknown): void;
}

/** A clock whose sleeps end when the test lets so much time pass, and which knows who still sleeps. */
function slowClock() {
  let elapsed = 0;
  const sleepers = new Set<{ until: number; wake(): void }>();
  const clock: Clock = {
    ...fakeClock(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = {
          until: elapsed + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake);
      }),
  };
  const pass = (ms: number) => {
    elapsed += ms;
    for (const sleeper of sleepers) if (sleeper.until <= elapsed) sleeper.wake();
  };
  return { clock, pass, sleepers };
}

/** Lets everything happen that can without time. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
}

const OK: Answer<void> = { value: undefined };

function nudging(more: Partial<NudgeParts> = {}) {
  const time = slowClock();
  const asked: Asked[] = [];
  const logged: object[] = [];
  const scan = (id: string, subs: readonly string[]) =>
    new Promise<Answer<void>>((answer, fail) => asked.push({ folder: id, subs, answer, fail }));
  const nudge = newNudge({
    ground: () => ({ syncthing: { scan }, carried }),
    layout,
    clock: time.clock,
    log: { debug: (facts, message) => logged.push({ ...facts, message }) },
    ...more,
  });
  const brief = () => asked.map((one) => [one.folder, ...one.subs]);
  return { ...time, nudge, asked, brief, logged };
}

/** What is told of a promise without waiting for it. */
function isDone(promise: Promise<void>): () => boolean {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  return () => done;
}

test('what is told in one go is asked in one question for each folder', async () => {
  const { nudge, brief } = nudging();
  nudge.tell('/q/requests/j/a');
  nudge.tell('/q/runners/ws.json');
  nudge.tell('/q/requests/j/b');
  nudge.tell('/q/archive/j');
  await settle();
  expect(brief()).toEqual([
    ['in', 'j/a', 'j/b'],
    ['run', 'ws.json'],
  ]);
});

describe('what lies in a record', () => {
  const records: Carried = { inbox: { folder: folder('in', '/q/inbox'), prefix: '' } };
  const inRecords = () => {
    const asked: string[][] = [];
    const scan = (_id: string, subs: readonly string[]) => {
      asked.push([...subs]);
      return Promise.resolve(OK);
    };
    return { ...nudging({ ground: () => ({ syncthing: { scan }, carried: records }) }), brief: () => asked };
  };

  test('waits a moment for its seal, and goes with it', async () => {
    const { nudge, brief } = inRecords();
    nudge.tell('/q/inbox/j/3_results/a');
    nudge.tell('/q/inbox/j/job.json');
    await settle();
    expect(brief()).toEqual([]);
    nudge.tell('/q/inbox/j/SHA256SUMS');
    await settle();
    expect(brief()).toEqual([['j/3_results/a', 'j/job.json', 'j/SHA256SUMS']]);
  });

  test('does not wait for ever', async () => {
    const { nudge, brief, pass, sleepers } = inRecords();
    nudge.tell('/q/inbox/j/stdout.log');
    await settle();
    pass(149);
    await settle();
    expect(brief()).toEqual([]);
    pass(1);
    await settle();
    expect(brief()).toEqual([['j/stdout.log']]);
    expect(sleepers.size).toBe(0);
  });

  test('is hurried by what comes to its directory as a whole, or goes with it', async () => {
    const { nudge, brief } = inRecords();
    nudge.tell('/q/inbox/j/job.json');
    nudge.tell('/q/inbox/k');
    await settle();
    expect(brief()).toEqual([['j/job.json', 'k']]);
  });

  test('is not waited for when the daemon ends', async () => {
    const { nudge, brief, sleepers } = inRecords();
    nudge.tell('/q/inbox/j/job.json');
    await settle();
    const done = isDone(nudge.settled(2000));
    await settle();
    expect(brief()).toEqual([['j/job.json']]);
    expect(done()).toBe(true);
    expect(sleepers.size).toBe(0);
  });
});

test('while one question is under way the next waits, for its own folder only', async () => {
  const { nudge, asked, brief } = nudging();
  nudge.tell('/q/requests/j/a');
  await settle();
  nudge.tell('/q/requests/j/b');
  nudge.tell('/q/requests/k');
  nudge.tell('/q/runners/ws.json');
  await settle();
  expect(brief()).toEqual([
    ['in', 'j/a'],
    ['run', 'ws.json'],
  ]);
  asked[0]?.answer(OK);
  await settle();
  expect(brief().slice(2)).toEqual([['in', 'j/b', 'k']]);
});

test('a path that is told while it is being scanned is scanned again after', async () => {
  const { nudge, asked, brief } = nudging();
  nudge.tell('/q/requests/j');
  await settle();
  nudge.tell('/q/requests/j');
  asked[0]?.answer(OK);
  await settle();
  asked[1]?.answer(OK);
  await settle();
  expect(brief()).toEqual([
    ['in', 'j'],
    ['in', 'j'],
  ]);
});

test('a question without an answer is given up after 5 s, and the next goes', async () => {
  const { nudge, asked, brief, pass, sleepers, logged } = nudging();
  nudge.tell('/q/requests/j');
  await settle();
  nudge.tell('/q/requests/k');
  pass(4_999);
  await settle();
  expect(brief()).toHaveLength(1);
  pass(1);
  await settle();
  expect(brief()).toEqual([
    ['in', 'j'],
    ['in', 'k'],
  ]);
  expect(logged).toMatchObject([{ folder: 'in', problem: 'no answer in time' }]);
  asked[0]?.answer(OK);
  asked[1]?.answer(OK);
  await settle();
  expect(brief()).toHaveLength(2);
  expect(sleepers.size).toBe(0);
});

test('a refusal is no error: it is logged once for each change, and nothing is asked again', async () => {
  const { nudge, asked, brief, logged } = nudging();
  const refused = { problem: 'answers 500: folder is paused', status: 500 };
  for (const answer of [refused, refused, OK, OK, refused]) {
    nudge.tell('/q/requests/j');
    await settle();
    asked.at(-1)?.answer(answer);
    await settle();
  }
  expect(brief()).toHaveLength(5);
  expect(logged).toEqual([
    { folder: 'in', problem: refused.problem, message: 'Syncthing was not nudged' },
    { folder: 'in', problem: undefined, message: 'Syncthing scans again' },
    { folder: 'in', problem: refused.problem, message: 'Syncthing was not nudged' },
  ]);
});

test('two folders that fare differently are told apart', async () => {
  const { nudge, asked, logged } = nudging();
  for (let round = 0; round < 3; round++) {
    nudge.tell('/q/requests/j');
    nudge.tell('/q/runners/ws.json');
    await settle();
    asked.at(-2)?.answer({ problem: 'paused' });
    asked.at(-1)?.answer(OK);
    await settle();
  }
  expect(logged).toEqual([{ folder: 'in', problem: 'paused', message: 'Syncthing was not nudged' }]);
});

test('whoever throws, nobody else notices', async () => {
  const { nudge, asked, brief } = nudging();
  nudge.tell('/q/requests/j');
  await settle();
  asked[0]?.fail(new Error('boom'));
  nudge.tell('/q/requests/k');
  await settle();
  expect(brief()).toEqual([
    ['in', 'j'],
    ['in', 'k'],
  ]);
});

test('without anybody to ask nothing happens, and what was told is forgotten', async () => {
  let isThere = false;
  const asked: string[] = [];
  const scan = (id: string) => {
    asked.push(id);
    return Promise.resolve(OK);
  };
  const { nudge } = nudging({ ground: () => (isThere ? { syncthing: { scan }, carried } : undefined) });
  nudge.tell('/q/requests/j');
  await settle();
  isThere = true;
  nudge.tell('/q/runners/ws.json');
  await settle();
  expect(asked).toEqual(['run']);
});

test('whoever was there when it was told, and is not when it is asked, is not asked', async () => {
  const asked: string[] = [];
  const scan = (id: string) => {
    asked.push(id);
    return Promise.resolve(OK);
  };
  let isThere = true;
  const { nudge } = nudging({ ground: () => (isThere ? { syncthing: { scan }, carried } : undefined) });
  nudge.tell('/q/requests/j');
  isThere = false;
  await nudge.settled(1_000);
  isThere = true;
  nudge.tell('/q/runners/ws.json');
  await nudge.settled(1_000);
  expect(asked).toEqual(['run']);
});

describe('the end', () => {
  test('settled waits for all that was told', async () => {
    const { nudge, asked, sleepers } = nudging();
    nudge.tell('/q/requests/j');
    const done = isDone(nudge.settled(60_000));
    await settle();
    nudge.tell('/q/requests/k');
    asked[0]?.answer(OK);
    await settle();
    expect(done()).toBe(false);
    asked[1]?.answer(OK);
    await settle();
    expect(done()).toBe(true);
    expect(sleepers.size).toBe(0);
  });

  test('settled waits no longer than its limit', async () => {
    const { nudge, pass } = nudging();
    nudge.tell('/q/requests/j');
    await settle();
    const done = isDone(nudge.settled(1_000));
    pass(999);
    await settle();
    expect(done()).toBe(false);
    pass(1);
    await settle();
    expect(done()).toBe(true);
  });

  test('settled is over at once when nothing was told', async () => {
    await nudging().nudge.settled(1_000);
  });

  test('after close nothing is asked, nothing waits and no timer is left', async () => {
    const { nudge, asked, brief, sleepers } = nudging();
    nudge.tell('/q/requests/j');
    await settle();
    nudge.tell('/q/requests/k');
    nudge.close();
    nudge.tell('/q/requests/l');
    await settle();
    expect(sleepers.size).toBe(0);
    asked[0]?.answer(OK);
    await settle();
    expect(brief()).toEqual([['in', 'j']]);
    await nudge.settled(1_000);
  });
});
