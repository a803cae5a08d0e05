// What post-processing does next, how a run that ended is written down, and what the result says.
import { describe, expect, test } from 'vitest';
import type { EndedProcessor, PostJournal } from '../../../src/store/post-journal.ts';
import type { Processor } from '../../../src/watcher/post/choose.ts';
import type { PostStep, Ran } from '../../../src/watcher/post/next.ts';
import {
  afterGivingUp,
  afterRun,
  afterSkip,
  afterStop,
  BEGUN_MAX,
  beforeRun,
  delayAfter,
  nextStep,
  resultOf,
} from '../../../src/watcher/post/next.ts';

const NOW = Date.parse('2026-02-10T16:00:00Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

const processor = (name: string, fields: Partial<Processor> = {}): Processor => ({
  name,
  command: [`run-${name}`],
  log: `${name}.log`,
  timeoutS: 60,
  tries: 3,
  backoffS: 10,
  stopOnFailure: false,
  env: {},
  ...fields,
});
const [a, b] = [processor('a'), processor('b')];
const strict = processor('a', { stopOnFailure: true });

const ended = (name: string, fields: Partial<EndedProcessor> = {}): EndedProcessor => ({
  name,
  command: [`run-${name}`],
  status: 'completed',
  exit_code: 0,
  signal: null,
  timed_out: false,
  tries: 1,
  started_at: at(0),
  finished_at: at(1),
  files: [],
  ...fields,
});
const failed = (name: string, fields: Partial<EndedProcessor> = {}) =>
  ended(name, { status: 'failed', exit_code: 3, ...fields });

const trying = (name: string, dueInS: number, tries = 1) => ({
  name,
  tries,
  exit_code: 3,
  signal: null,
  timed_out: false,
  started_at: at(-5),
  next_try_at: at(dueInS),
  delay_s: 10,
});

const cutOff = (name: string, begun: number) => ({ name, started_at: at(-1), begun });

test('the journal of one that is given up says how it was cut off', () => {
  const step = {
    do: 'give-up' as const,
    processor: a,
    before: trying('a', 0),
    running: cutOff('a', BEGUN_MAX),
  };
  expect(afterGivingUp({ processors: [ended('b')], running: step.running }, step, at(0))).toEqual({
    processors: [
      ended('b'),
      {
        ...failed('a'),
        exit_code: null,
        problem: expect.stringContaining('begun 5 times') as string,
        tries: 2,
        command: a.command,
        started_at: at(-5),
        finished_at: at(0),
      },
    ],
  });
});

test('the journal of one that is stopped with the watcher is as it was before', () => {
  const journal = { processors: [ended('b')], trying: trying('a', 0) };
  const begun = beforeRun(journal, { do: 'run', processor: a, before: journal.trying, begun: 1 }, at(0));
  expect(begun).toEqual({ ...journal, running: { name: 'a', started_at: at(0), begun: 1 } });
  expect(afterStop(begun)).toEqual(journal);
});

describe('the next step', () => {
  test.each<{ name: string; chosen: Processor[]; journal?: PostJournal; does: PostStep }>([
    {
      name: 'runs the first',
      chosen: [a, b],
      does: { do: 'run', processor: a, before: undefined, begun: 1 },
    },
    {
      name: 'runs the second after the first',
      chosen: [a, b],
      journal: { processors: [ended('a')] },
      does: { do: 'run', processor: b, before: undefined, begun: 1 },
    },
    {
      name: 'runs the second although the first failed',
      chosen: [a, b],
      journal: { processors: [failed('a')] },
      does: { do: 'run', processor: b, before: undefined, begun: 1 },
    },
    {
      name: 'skips the second when the first failed and is to stop all',
      chosen: [strict, b],
      journal: { processors: [failed('a')] },
      does: { do: 'skip', processor: b, because: 'a' },
    },
    {
      name: 'runs the second when one that is to stop all completed',
      chosen: [strict, b],
      journal: { processors: [ended('a')] },
      does: { do: 'run', processor: b, before: undefined, begun: 1 },
    },
    {
      name: 'waits until the time of the next try, and runs nobody else',
      chosen: [a, b],
      journal: { processors: [], trying: trying('a', 1) },
      does: { do: 'wait', untilMs: NOW + 1000 },
    },
    {
      name: 'tries again when its time has come',
      chosen: [a, b],
      journal: { processors: [], trying: trying('a', 0) },
      does: { do: 'run', processor: a, before: trying('a', 0), begun: 1 },
    },
    {
      name: 'tries again at once when the clock was set back',
      chosen: [a],
      journal: { processors: [], trying: trying('a', 11) },
      does: { do: 'run', processor: a, before: trying('a', 11), begun: 1 },
    },
    {
      name: 'forgets the tries of one that the settings have no more',
      chosen: [b],
      journal: { processors: [], trying: trying('a', 1) },
      does: { do: 'run', processor: b, before: undefined, begun: 1 },
    },
    {
      name: 'begins one again that was cut off, and counts that',
      chosen: [a, b],
      journal: { processors: [], trying: trying('a', 0), running: cutOff('a', 2) },
      does: { do: 'run', processor: a, before: trying('a', 0), begun: 3 },
    },
    {
      name: 'gives one up that is cut off again and again',
      chosen: [a, b],
      journal: { processors: [], running: cutOff('a', BEGUN_MAX) },
      does: { do: 'give-up', processor: a, before: undefined, running: cutOff('a', BEGUN_MAX) },
    },
    {
      name: 'forgets that another was cut off',
      chosen: [a, b],
      journal: { processors: [ended('a')], running: cutOff('a', BEGUN_MAX) },
      does: { do: 'run', processor: b, before: undefined, begun: 1 },
    },
    {
      name: 'ends when all have ended',
      chosen: [a, b],
      journal: { processors: [failed('a'), ended('b')] },
      does: { do: 'finish' },
    },
    {
      name: 'ends when the settings have none any more',
      chosen: [],
      journal: { processors: [], trying: trying('a', 1) },
      does: { do: 'finish' },
    },
    {
      name: 'ends what had begun to end, whatever the settings say now',
      chosen: [a, b],
      journal: { status: 'completed', processors: [ended('a')] },
      does: { do: 'finish' },
    },
  ])('$name', ({ chosen, journal, does }) => {
    expect(nextStep(chosen, journal, NOW)).toEqual(does);
  });
});

test('the time between tries is doubled up to an hour, and is never less than asked for', () => {
  expect([1, 2, 3, 6, 7, 99].map((tries) => delayAfter(tries, 60))).toEqual([60, 120, 240, 1920, 3600, 3600]);
  expect([1, 2].map((tries) => delayAfter(tries, 7200))).toEqual([7200, 7200]);
  expect(delayAfter(5, 0)).toBe(0);
});

describe('after a run', () => {
  const end = { exit_code: 0, signal: null, timed_out: false };
  const ran = (fields: Partial<Ran> = {}): Ran => ({
    end,
    startedAt: at(0),
    finishedMs: NOW + 2000,
    files: [],
    left_out: [],
    ...fields,
  });
  const first = { do: 'run', processor: a, before: undefined, begun: 1 } as const;
  const last = { do: 'run', processor: a, before: trying('a', 0, 2) } as const;

  test.each<{ name: string; step: typeof first | typeof last; ran: Ran; journal: PostJournal }>([
    {
      name: 'that went well it has completed',
      step: first,
      ran: ran({ files: ['x'], left_out: ['result.json'] }),
      journal: { processors: [ended('a', { finished_at: at(2), files: ['x'], left_out: ['result.json'] })] },
    },
    {
      name: 'that failed it is tried again later',
      step: first,
      ran: ran({ end: { ...end, exit_code: 3 } }),
      journal: { processors: [], trying: { ...trying('a', 12), started_at: at(0) } },
    },
    {
      name: 'that failed for the second time it is tried again later than that',
      step: { ...first, before: trying('a', 0) } as unknown as typeof last,
      ran: ran({ end: { ...end, exit_code: 3 } }),
      journal: { processors: [], trying: { ...trying('a', 22, 2), delay_s: 20 } },
    },
    {
      name: 'that failed for the last time it has failed',
      step: last,
      ran: ran({ end: { ...end, exit_code: null, timed_out: true } }),
      journal: {
        processors: [
          failed('a', { exit_code: null, timed_out: true, tries: 3, started_at: at(-5), finished_at: at(2) }),
        ],
      },
    },
    {
      name: 'that went well at the last try it has completed',
      step: last,
      ran: ran(),
      journal: { processors: [ended('a', { tries: 3, started_at: at(-5), finished_at: at(2) })] },
    },
    {
      name: 'of which nothing could be kept it has failed, whatever the command says',
      step: last,
      ran: ran({ end: { ...end, problem: 'disk full' } }),
      journal: {
        processors: [
          failed('a', {
            exit_code: 0,
            problem: 'disk full',
            tries: 3,
            started_at: at(-5),
            finished_at: at(2),
          }),
        ],
      },
    },
  ])('$name', ({ step, ran: how, journal }) => {
    expect(afterRun(undefined, step, how)).toEqual(journal);
  });

  test('those that ended before are kept', () => {
    const { processors } = afterRun({ processors: [ended('z')] }, first, ran());
    expect(processors.map(({ name }) => name)).toEqual(['z', 'a']);
  });
});

describe('the result', () => {
  const skipped = afterSkip({ processors: [failed('a')] }, { do: 'skip', processor: b, because: 'a' }, at(9));

  test.each<{ name: string; journal: PostJournal; top: object }>([
    {
      name: 'shows the last command when all went well',
      journal: { processors: [ended('a'), ended('b', { finished_at: at(7) })] },
      top: { status: 'completed', command: ['run-b'], exit_code: 0, started_at: at(0), finished_at: at(7) },
    },
    {
      name: 'shows the first that failed',
      journal: { processors: [ended('a'), failed('b', { problem: 'gone' }), ended('c')] },
      top: { status: 'failed', command: ['run-b'], exit_code: 3, problem: 'gone' },
    },
    {
      name: 'shows what failed, not what was skipped for it',
      journal: skipped,
      top: { status: 'failed', command: ['run-a'], exit_code: 3, finished_at: at(9) },
    },
    {
      name: 'has the files of all, those of the later in place of those of the earlier',
      journal: {
        processors: [
          ended('a', { files: ['x', 'plots', 'data/1.csv', 'keep/me'] }),
          ended('b', { files: ['x', 'plots/best.png', 'data'] }),
        ],
      },
      top: { files: ['data', 'keep/me', 'plots/best.png', 'x'] },
    },
    { name: 'of nothing is completed', journal: { processors: [] }, top: { status: 'completed', files: [] } },
  ])('$name', ({ journal, top }) => {
    expect(resultOf(journal)).toMatchObject({ ...top, processors: journal.processors });
  });

  test('says why one was skipped', () => {
    expect(skipped.processors[1]).toMatchObject({
      name: 'b',
      status: 'skipped',
      problem: 'not run: a failed',
      tries: 0,
    });
  });
});
