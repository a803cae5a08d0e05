// Help, usage errors, and what is loaded before a verb is known.
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { errorShape } from '../../src/cli/shapes.ts';
import { VERB_GROUPS } from '../../src/cli/verbs/groups.ts';
import { EXIT_CODES } from '../../src/errors.ts';
import { ON_DEPENDENCY_FAILURE, ON_INTERRUPT, PRIORITIES } from '../../src/job/order.ts';
import { STATES } from '../../src/job/states.ts';
import { ROLES } from '../../src/store/init.ts';
import { bareWorld, queueWorld } from './world.ts';

const verbs = VERB_GROUPS.flatMap((group) => group.verbs);
const namesOf = verbs.map(({ name }) => name);

const oneLine = (text: string) => text.replace(/\s+/g, ' ');

describe('help', () => {
  test('lists the verbs in groups, the queue, the environment, the usual course and every exit code', async () => {
    const { code, stdout, stderr } = await bareWorld().run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { title } of VERB_GROUPS) expect(stdout).toContain(`${title}:\n`);
    for (const { name, summary } of verbs)
      expect(stdout).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
    for (const [name, { exit }] of Object.entries(EXIT_CODES))
      expect(stdout).toMatch(new RegExp(`^ +${exit}  ${name} `, 'm'));
    for (const text of [
      'JOBQ_QUEUE',
      'JOBQ_LOG_LEVEL',
      'NO_COLOR',
      '--queue <dir>',
      '--json',
      'jobq submit <study-dir>',
      'results_dir',
    ]) {
      expect(stdout).toContain(text);
    }
  });

  test.each(verbs)('of $name says what it does, every option, an example and exit codes', async (verb) => {
    const { code, stdout } = await bareWorld().run(verb.name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: jobq ${verb.name}`);
    expect(oneLine(stdout)).toContain(verb.description);
    expect(verb.description.length).toBeGreaterThan(100);
    expect(verb.description.length).toBeLessThan(600);
    expect(verb.examples.length).toBeGreaterThan(0);
    for (const example of verb.examples) {
      expect(example).toMatch(new RegExp(`^jobq ${verb.name}\\b`));
      expect(stdout).toContain(example);
    }
    for (const { flags, description } of verb.options) {
      expect(description).not.toBe('');
      expect(stdout).toContain(flags);
      // a number tells nothing without its unit
      expect(/[<[]s[>\]]/.test(flags)).toBe(description.includes('second'));
    }
    for (const { name, description } of verb.arguments) {
      expect(stdout).toContain(name);
      expect(description).not.toBe('');
    }
    expect(stdout).toContain('--queue <dir>');
    for (const exit of [0, 2, 7, ...(verb.exits ?? []).map(([each]) => each)])
      expect(stdout).toMatch(new RegExp(`^ +${exit}  `, 'm'));
  });

  test.each(verbs)('of $name names only exit codes of the table', ({ exits = [] }) => {
    const known: number[] = Object.values(EXIT_CODES).map(({ exit }) => exit);
    for (const [code] of exits) expect(known).toContain(code);
  });

  test('is the same for `jobq help <verb>`', async () => {
    const world = bareWorld();
    expect((await world.run('help', 'list')).stdout).toBe((await world.run('list', '--help')).stdout);
  });

  test('prints the version', async () => {
    expect(await bareWorld().run('--version')).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });

  test.each(verbs)('$name parses its own examples', async (verb) => {
    const { readArguments } = await import('../../src/cli/program.ts');
    const { environment } = bareWorld();
    const out = { stdout: () => {}, stderr: () => {}, stderrIsTerminal: false };
    for (const example of verb.examples) {
      const words = example.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
      expect(readArguments({ environment, out, version: '1' }, words.slice(1))?.verb.name).toBe(verb.name);
    }
  });
});

describe('a wrong command line', () => {
  const wrong: { argv: string[]; message: string }[] = [
    { argv: [], message: 'no verb was given' },
    { argv: ['sumbit'], message: "unknown command 'sumbit' (Did you mean submit?)" },
    { argv: ['list', '--limt', '3'], message: "unknown option '--limt' (Did you mean --limit?)" },
    { argv: ['list', '--limit', 'many'], message: '--limit should be a whole number from 1, but is "many"' },
    { argv: ['list', '--limit', '0'], message: 'from 1' },
    { argv: ['list', '--state', 'dead'], message: "'dead' is invalid" },
    { argv: ['list', 'extra'], message: 'too many arguments' },
    { argv: ['wait'], message: "missing required argument 'job'" },
    { argv: ['wait', 'x', '--timeout', '-1'], message: '--timeout should be a number of seconds' },
    { argv: ['submit', 'x', '--timeout', '0'], message: 'seconds over 0' },
    { argv: ['submit', 'x', '--metadata', 'novalue'], message: '<key>=<value>' },
    { argv: ['submit', 'x', '--stall-timeout', '0'], message: '--stall-timeout should be' },
    { argv: ['submit', 'x', '--queue-timeout', 'long'], message: '--queue-timeout should be' },
    { argv: ['submit', 'x', '--on-interrupt', 'wait'], message: "'wait' is invalid" },
    { argv: ['submit', 'x', '--max-attempts', '0'], message: 'a whole number from 1' },
    { argv: ['submit', 'x', '--memory', '1.5'], message: '--memory should be a whole number from 1' },
    { argv: ['submit', 'x', '--disk', '-1'], message: '--disk should be' },
    { argv: ['submit', 'x', '--cpu', '0'], message: '--cpu should be' },
    { argv: ['submit', 'x', '--env', 'NAME'], message: '--env should be <NAME>=<value>' },
    { argv: ['submit', 'x', '--licence', '=2'], message: '--licence should be <feature>' },
    { argv: ['submit', 'x', '--licence', 'NX=0'], message: '--licence should be <feature>' },
    { argv: ['submit', 'x', '--licence', 'NX=two'], message: '--licence should be <feature>' },
    { argv: ['submit', 'x', '--licence', 'A', '--licence', 'A=2'], message: 'given once for each feature' },
    { argv: ['runner', 'halt'], message: "'halt' is invalid" },
    { argv: ['init'], message: "missing required argument 'queue'" },
  ];

  test.each(wrong)('$argv ends with 2 and says $message, for people', async ({ argv, message }) => {
    const { code, stdout, stderr } = await bareWorld().run(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`jobq: `);
    expect(stderr).toContain(message);
    expect(stderr).toContain('what to do: ');
  });

  test.each(wrong)('$argv ends with 2 and says $message, as JSON', async ({ argv, message }) => {
    const { code, json } = await bareWorld().json(...argv);
    expect(code).toBe(2);
    expect(errorShape.parse(json).error).toMatchObject({ code: 'usage' });
    expect(errorShape.parse(json).error.message).toContain(message);
  });

  test('an argument `--json` behind `--` does not ask for JSON', async () => {
    const { stdout, stderr } = await bareWorld().run('list', '--', '--json');
    expect(stdout).toBe('');
    expect(stderr).toContain('too many arguments');
  });
});

test('an error that nobody foresaw ends with 1, names its place, and is JSON when asked', async () => {
  const world = await queueWorld();
  world.disk.files.list = () => {
    throw new Error('the disk is on fire');
  };
  const human = await world.run('list');
  expect(human.code).toBe(1);
  expect(human.stderr).toMatch(/^jobq: the disk is on fire \(at /);
  const { code, json } = await world.json('list');
  expect(code).toBe(1);
  expect(errorShape.parse(json).error.code).toBe('internal');
});

test('the words that options may take are those of the code', () => {
  const choices = (name: string, flag: string) =>
    verbs.find((verb) => verb.name === name)?.options.find(({ flags }) => flags.startsWith(flag))?.choices;
  expect(choices('submit', '--priority')).toEqual(PRIORITIES);
  expect(choices('submit', '--on-interrupt')).toEqual(ON_INTERRUPT);
  expect(choices('submit', '--on-dependency-failure')).toEqual(ON_DEPENDENCY_FAILURE);
  expect(choices('list', '--state')).toEqual(STATES);
  expect(choices('init', '--role')).toEqual(ROLES);
  expect(new Set(namesOf).size).toBe(namesOf.length);
});

const SMALL = ['src/errors.ts', 'src/notify/harmless.ts'];

test.each([
  { reader: 'program.ts', packages: ['commander'] },
  { reader: 'quick-arguments.ts', packages: [] },
])(
  'reading a command line by $reader loads no schema, no settings and no store',
  async ({ reader, packages: known }) => {
    const entries = ['src/cli/main.ts', `src/cli/${reader}`];
    const { metafile } = await build({
      entryPoints: entries,
      bundle: true,
      packages: 'external',
      format: 'esm',
      splitting: true,
      outdir: 'never-written',
      write: false,
      metafile: true,
    });
    const loaded = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const each of metafile.inputs[file]?.imports ?? []) {
        if (each.kind === 'dynamic-import') continue;
        if (each.external) packages.add(each.path);
        else visit(each.path);
      }
    };
    entries.forEach(visit);
    expect([...packages].sort()).toEqual(known);
    expect([...loaded].filter((file) => !file.startsWith('src/cli/')).sort()).toEqual(SMALL);
    expect([...loaded].filter((file) => file.startsWith('src/cli/commands/'))).toEqual([]);
  },
);
