// The skill for agents: its head as they read it, and every command in it, run against a prepared queue.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../src/cli/program.ts';
import { VERB_GROUPS } from '../src/cli/verbs/groups.ts';
import { EXIT_CODES } from '../src/errors.ts';
import { STATES } from '../src/job/states.ts';
import { newsOf } from '../src/queue/news.ts';
import { writeLost } from '../src/store/lost.ts';
import type { Environment } from '../src/system/environment.ts';
import { happened } from './cli/happened.ts';
import type { World } from './cli/world.ts';
import { archive, end, QUEUE, queueWorld, RUNNING, report, seen, submitted } from './cli/world.ts';

const dir = fileURLToPath(new URL('../skills', import.meta.url));
const names = readdirSync(dir);
const text = (name: string) => readFileSync(path.join(dir, name, 'SKILL.md'), 'utf8');
const skill = text('jobq');

interface Example {
  line: string;
  argv: string[];
  exits: number;
}

/** Words as a shell splits them; quotes hold words together. */
function words(line: string): string[] {
  return (line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function examplesIn(source: string): Example[] {
  return [...source.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => {
      if (line === '') return [];
      const [command = '', comment = ''] = line.split(/\s+#\s+/);
      const [program, ...argv] = words(command);
      if (program !== 'jobq') throw new Error(`not a command of jobq: ${line}`);
      return [{ line: command, argv, exits: Number(/^exits (\d+):/.exec(comment)?.[1] ?? 0) }];
    }),
  );
}

const EXAMPLES = examplesIn(skill);

/** A queue with a job for everything that the skill names: one runs, one is held, one has failed, one is lost. */
async function prepared(): Promise<World> {
  const world = await queueWorld();
  await report(world, await submitted(world, 'wfe', '--project', 'wing'), RUNNING, 'trial 1\n');
  await submitted(world, 'wing', '--hold');
  const hull = await submitted(world, 'hull');
  await end(world, hull, 'failed');
  await archive(world, hull);
  const gone = await submitted(world, 'gone');
  await report(world, gone, RUNNING);
  await writeLost(world.disk, world.layout, gone, { at: '2026-02-10T14:00:00Z', reason: 'no heartbeat' });
  await seen(world, 'station');
  await happened(world, [{ type: 'watcher-started' }]);
  world.environment.cwd = path.dirname(QUEUE);
  world.environment.variables = { JOBQ_QUEUE: QUEUE };
  world.ask = () => Promise.resolve({ exit_code: 1, output: '', complaint: '' });
  return world;
}

describe.each(names)('the skill %s', (name) => {
  test('has a head that OpenClaw and Claude Code read', () => {
    const [, head = ''] = /^---\n([\s\S]*?)\n---\n/.exec(text(name)) ?? [];
    const fields = new Map(
      head.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    expect(fields.get('name')).toBe(name);
    expect(fields.get('name')).toMatch(/^[a-z0-9-]{1,64}$/);
    const description = fields.get('description') ?? '';
    expect(description.length).toBeGreaterThan(50);
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(description).not.toMatch(/[<>]|: /);
    const metadata = JSON.parse(fields.get('metadata') ?? '') as {
      openclaw: { requires: { bins: string[] } };
    };
    expect(metadata.openclaw.requires.bins).toEqual(['jobq']);
    expect([...fields.keys()]).toEqual(['name', 'description', 'metadata']);
  });

  test('is short enough to be read each time', () => {
    expect(text(name).split('\n').length).toBeLessThan(120);
    expect(existsSync(path.join(dir, name, 'SKILL.md'))).toBe(true);
  });
});

describe('the examples of the skill', () => {
  test.each(EXAMPLES)('$line', async ({ argv, exits }) => {
    const world = await prepared();
    const ran = await world.run(...argv);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: exits, stderr: '' });
    const json = argv.includes('--json');
    const shown: unknown = json ? JSON.parse(ran.stdout) : ran.stdout;
    expect(Boolean(shown)).toBe(json || argv[0] !== 'news');
  });

  test('show every verb that an agent needs', () => {
    const shown = new Set(EXAMPLES.map(({ argv }) => argv[0]));
    const wanted = [
      'submit',
      'wait',
      'status',
      'show',
      'logs',
      'list',
      'cancel',
      'release',
      'retry',
      'abandon',
      'news',
      'events',
      'doctor',
    ];
    expect(wanted.filter((verb) => !shown.has(verb))).toEqual([]);
  });

  test('that are wrong would be noticed', () => {
    expect(() => examplesIn('```sh\nrm -rf /\n```\n')).toThrow('not a command of jobq');
    const [example] = examplesIn('```sh\njobq wait hull --bogus "a b"  # exits 5: it failed\n```\n');
    expect(example).toEqual({
      line: 'jobq wait hull --bogus "a b"',
      argv: ['wait', 'hull', '--bogus', 'a b'],
      exits: 5,
    });
  });
});

describe('what the skill says in words', () => {
  const code = [...skill.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, word = '']) => word,
  );

  test('verbs and options exist', () => {
    const verbs = VERB_GROUPS.flatMap((group) => group.verbs);
    const options = new Set(verbs.flatMap((verb) => verb.options.map(({ flags }) => flags.split(' ')[0])));
    for (const known of ['--queue', '--json', '--help']) options.add(known);
    const used = code.flatMap((word) => word.match(/--[a-z-]+/g) ?? []);
    expect(used.filter((option) => !options.has(option))).toEqual([]);
  });

  test('every exit code is the one in the table', () => {
    const told = [
      ...skill.matchAll(
        /\b(\d+) (done|wrong command|no such job|study refused|failed|time ran\s+out|queue unusable|cancelled|lost|refused)\b/g,
      ),
    ].map(([, number]) => Number(number));
    const known: number[] = Object.values(EXIT_CODES).map(({ exit }) => exit);
    expect(told.toSorted((a, b) => a - b)).toEqual(
      known.filter((exit) => exit !== 1).toSorted((a, b) => a - b),
    );
  });

  test('states and news are those there are', () => {
    const [, states = ''] = /`state` is ([\s\S]*?);/.exec(skill) ?? [];
    expect(states.split(/, | or /)).toEqual([...STATES]);
    const events = ['completed', 'failed', 'cancelled'].map((state, index) => ({
      seq: index + 1,
      at: '',
      type: 'archived',
      job_id: state,
      archived_as: '',
      state,
      attempt: 1,
    }));
    const told = newsOf(events as never).map(({ what }) => what.toUpperCase());
    for (const word of [...told, 'LOST', 'HELD']) expect(code).toContain(word);
  });

  test('an example that the program would not understand is none', () => {
    const environment = { stdoutIsTerminal: false, columns: 100 } as Environment;
    const out = { stdout: () => {}, stderr: () => {}, stderrIsTerminal: false };
    for (const { argv } of EXAMPLES)
      expect(readArguments({ environment, out, version: '0' }, argv)?.verb.name).toBe(argv[0]);
  });
});
