// The quick reader of arguments against commander: what it reads at all, it reads as commander does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../src/cli/program.ts';
import { readQuickly } from '../../src/cli/quick-arguments.ts';
import { VERB_GROUPS } from '../../src/cli/verbs/groups.ts';
import type { Environment } from '../../src/system/environment.ts';

const VERBS = VERB_GROUPS.flatMap(({ verbs }) => verbs);
const parts = {
  environment: { stdoutIsTerminal: false, columns: 100 } as Environment,
  out: { stdout: () => {}, stderr: () => {}, stderrIsTerminal: false },
  version: '0',
};

function byCommander(argv: readonly string[]) {
  try {
    return readArguments(parts, argv);
  } catch {
    return undefined;
  }
}

const texts = fc.constantFrom(
  'wing',
  'a=b',
  '5',
  '0.5',
  '-1',
  '',
  'high',
  'failed',
  '--json',
  '-x',
  'é',
  'NX=2',
);

/** A line of a verb with its own options, others', and values that fit or do not. */
const lines = fc.constantFrom(...VERBS).chain((verb) => {
  const own = verb.options.map(({ flags }) => flags.split(' ', 1)[0] ?? '');
  const flags = fc.constantFrom(...own, '--queue', '--json', '--help', '--nothing', '--', '-q');
  const word = fc.oneof(
    texts.map((text) => [text]),
    flags.map((flag) => [flag]),
    fc.tuple(flags, texts).map(([flag, text]) => [flag, text]),
    fc.tuple(flags, texts).map(([flag, text]) => [`${flag}=${text}`]),
  );
  return fc.array(word, { maxLength: 5 }).map((words) => [verb.name, ...words.flat()]);
});

describe('the quick reader', () => {
  test('reads what commander reads, or leaves it to commander', () => {
    let read = 0;
    fc.assert(
      fc.property(lines, (argv) => {
        const quick = readQuickly(VERBS, argv);
        if (quick === undefined) return;
        read++;
        expect({ argv, ...quick }).toEqual({ argv, ...byCommander(argv) });
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  test.each([
    ['status --json', { args: [], options: {}, queue: undefined, json: true }],
    ['status wing --queue /q', { args: ['wing'], options: {}, queue: '/q', json: false }],
    ['list --limit 5 --state=failed', { args: [], options: { limit: 5, state: 'failed' }, json: false }],
    ['submit wing --arg --json --arg x', { args: ['wing'], options: { arg: ['--json', 'x'] }, json: false }],
  ])('reads %s itself', (line, input) => {
    expect(readQuickly(VERBS, line.split(' '))?.input).toEqual({ queue: undefined, ...input });
  });

  test.each([
    '--version',
    '--queue /q status',
    'nothing',
    'status --watch',
    'status --help',
    'list --limit x',
    'list -- a',
  ])('leaves %s to commander', (line) => {
    expect(readQuickly(VERBS, line.split(' '))).toBeUndefined();
  });
});
