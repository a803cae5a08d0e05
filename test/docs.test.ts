// Holds what the documents say against the source: tables, diagrams, command lines, names of fields, links.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { readArguments } from '../src/cli/program.ts';
import * as shapes from '../src/cli/shapes.ts';
import { VERB_GROUPS } from '../src/cli/verbs/groups.ts';
import { EXIT_CODES } from '../src/errors.ts';
import { eventSchema } from '../src/job/event.ts';
import { parseOrder } from '../src/job/order.ts';
import { presenceSchema } from '../src/job/presence.ts';
import type { Progress } from '../src/job/progress.ts';
import { afterLine, progressSchema } from '../src/job/progress.ts';
import { REQUEST_FILES } from '../src/job/request.ts';
import { MEANINGS, STATES, STATUSES, stateDiagram, statusOf } from '../src/job/states.ts';
import { viewSchema } from '../src/job/view.ts';
import { attemptCommand } from '../src/runner/command.ts';
import type { RunnerState } from '../src/runner/parts.ts';
import { commentedSettings, settingsTable } from '../src/settings/describe.ts';
import { rowOf } from '../src/settings/keys.ts';
import type { Facts } from '../src/settings/kinds.ts';
import { loadSettings } from '../src/settings/load.ts';
import { LOCAL_DIRS, runnerLayoutOf, SETTINGS_FILE, TREES } from '../src/store/layout.ts';
import { RULES } from '../src/submit/problems.ts';
import type { Environment } from '../src/system/environment.ts';
import { memoryDisk } from './helpers/memory-disk.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

const readme = read('README.md');
const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)];

/** The text below a heading, down to the next one of the same level. */
function section(text: string, title: string): string {
  const [, rest] = text.split(`\n## ${title}\n`);
  if (rest === undefined) throw new Error(`there is no section "${title}"`);
  return rest.split('\n## ')[0] ?? '';
}

/** The content of each fenced block of this language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, content = '']) =>
    name === language ? [content] : [],
  );
}

/** The rows of the tables in a text, without head and rule, their cells trimmed. */
function rows(text: string): string[][] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const isRule = /^\|( --- \||---\|)/.test(line);
    const isHead = /^\|( --- \||---\|)/.test(lines[index + 1] ?? '');
    if (!line.startsWith('|') || isRule || isHead) return [];
    return [
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    ];
  });
}

const code = (text: string) => `\`${text}\``;
const firstCells = (text: string) => rows(text).map(([first = '']) => first);

describe('tables and diagrams that scripts/docs.mjs makes from the source', () => {
  test('states: the diagram is that of the transition table', () => {
    expect(blocks(section(readme, 'States'), 'mermaid')).toEqual([`${stateDiagram()}\n`]);
  });

  test('states: each has its status and its meaning', () => {
    const wanted = STATES.map((state) => [code(state), code(statusOf(state)), MEANINGS[state]]);
    expect(rows(section(readme, 'States'))).toEqual(wanted);
  });

  test('the README stays short enough to be read', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(400);
  });

  test('exit codes', () => {
    const wanted = Object.entries(EXIT_CODES).map(([name, { exit, meaning }]) => [
      String(exit),
      code(name),
      meaning,
    ]);
    expect(rows(section(readme, 'Exit codes'))).toEqual(wanted);
  });

  test('settings', () => {
    expect(read('docs/settings.md')).toContain(`\n${settingsTable()}`);
  });
});

describe('what is written by hand', () => {
  test('every rule of the preflight is in its table', () => {
    const told = firstCells(section(readme, 'What submit checks')).flatMap((cell) => cell.split(' '));
    expect(told).toEqual(Object.keys(RULES).map(code));
  });

  test('every package has its line', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>;
    const packages = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap(
      (kind) => Object.keys(manifest[kind] ?? {}),
    );
    const told = firstCells(section(readme, 'Why these'));
    expect(told.toSorted()).toEqual([...new Set(packages)].map(code).toSorted());
  });

  test('every folder and request of a queue is in the diagram, with its direction', () => {
    const [diagram = ''] = blocks(section(readme, 'The folder, and what else is on disk'), 'text');
    const lineOf = (name: string) => diagram.split('\n').find((line) => line.trim().startsWith(name)) ?? name;
    for (const [tree, writer] of Object.entries(TREES)) {
      expect(lineOf(`${tree}/`)).toContain(writer === 'linux' ? 'Linux → Windows' : 'Windows → Linux');
    }
    for (const name of [...LOCAL_DIRS.map((dir) => `${dir}/`), SETTINGS_FILE]) {
      expect(lineOf(name)).toMatch(/ (Linux only|not mirrored) /);
    }
    for (const file of Object.values(REQUEST_FILES)) expect(lineOf('requests/')).toContain(file);
  });

  test('every status of SYS_19 is mapped to its states', () => {
    const table = rows(section(readme, 'From SYS_19'));
    for (const status of STATUSES) {
      const states = STATES.filter((state) => statusOf(state) === status);
      const row = [`status ${code(status)}`, `state${states.length > 1 ? 's' : ''} ${states.join(', ')}`];
      expect(table).toContainEqual(row);
    }
  });

  test('settings that the pages name exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:queue|runner|watcher|syncthing)\.[a-z_]+)`/g)].map(([, key = '']) => key),
    );
    expect(named.length).toBeGreaterThan(5);
    const files = ['runner.lock'];
    expect(named.filter((key) => !rowOf(key) && !files.includes(key))).toEqual([]);
  });
});

describe('what a script can count on', () => {
  const text = section(readme, 'What a script can count on');

  test('every variable a script gets is named', () => {
    const { settings } = loadSettings({
      tomlBytes: undefined,
      tomlFile: '/q/jobq.toml',
      variables: {},
      flags: [],
      facts: { host: 'desk', platform: 'linux', dataDir: '/data', user: 'ada' },
    });
    const order = parseOrder(Buffer.from('{"job_id": "job-a", "script": "a.py"}'), 'job-a');
    if (!order.ok) throw new Error('the order should parse');
    const at = runnerLayoutOf('/state', '/work');
    const known = { memory: new Map(), ledger: { jobs: new Map() }, disk: memoryDisk() };
    const runner = { ...known, settings: settings.runner, at };
    const { env } = attemptCommand(runner as unknown as RunnerState, order.value, 1);
    for (const name of Object.keys(env)) expect(text).toMatch(new RegExp(`\`${name}[=\`]`));
  });

  test('the progress lines mean what they seem to', () => {
    const [lines = ''] = blocks(text, 'text');
    const progress = lines.split('\n').reduce<Progress>(afterLine, {});
    expect(progress).toEqual({ percent: 17, message: 'meshing', trial: 17, trials: 100, best: 3.2 });
  });

  test('the Python snippet prints such a line', () => {
    const [python = ''] = blocks(text, 'python');
    const printed = /f"(jobq_trial: [^"]*)"/.exec(python)?.[1] ?? '';
    const line = printed.replace('{trial}', '3').replace('{best}', '1.5');
    expect(afterLine({}, line)).toEqual({ trial: 3, trials: 100, best: 1.5, percent: 3 });
  });

  test('every field of progress.json is named', () => {
    expect(text).toContain(`\`${Object.keys(progressSchema.shape).join(' ')}\``);
  });
});

/** A command line as a shell would split it; a backslash is a letter, as on Windows. */
function words(line: string): string[] {
  const pieces = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const end = pieces.findIndex((piece) => piece.startsWith('#'));
  return pieces.slice(0, end === -1 ? undefined : end).map((piece) => piece.replaceAll(/["']/g, ''));
}

function commandLines(text: string): string[] {
  const fenced = ['sh', 'text'].flatMap((language) => blocks(text, language));
  return fenced.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.trim().replace(/^\$ /, ''))
      .filter((line) => line.startsWith('jobq ')),
  );
}

const silent = { stdout: () => {}, stderr: () => {}, stderrIsTerminal: false };
const environment = { stdoutIsTerminal: false, columns: 100 } as Environment;

/** What the program makes of a command line, by its own parser. */
function parse(line: string) {
  const [, ...argv] = words(line);
  return readArguments({ environment, out: silent, version: '0' }, argv);
}

describe('command lines', () => {
  test.each(pages.flatMap((page) => commandLines(read(page)).map((line) => ({ page, line }))))(
    '$page: $line',
    ({ line }) => {
      expect(parse(line)?.verb.name).toBe(words(line)[1]);
    },
  );

  test('every verb has an example in the README', () => {
    const shown = new Set(commandLines(readme).map((line) => words(line)[1]));
    const verbs = VERB_GROUPS.flatMap((group) => group.verbs.map((verb) => verb.name));
    expect(verbs.filter((verb) => !shown.has(verb))).toEqual([]);
  });

  test('verbs and options in running text exist', () => {
    const verbs = VERB_GROUPS.flatMap((group) => group.verbs);
    const options = new Set(verbs.flatMap((verb) => verb.options.map(({ flags }) => flags.split(' ')[0])));
    for (const known of ['--queue', '--json', '--help', '--version']) options.add(known);
    for (const page of pages) {
      const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
      const named = [...text.matchAll(/`jobq ([a-z]+)/g)].map(([, verb]) => verb);
      const used = [...text.matchAll(/`(?:jobq [^`]*?)?(--[a-z-]+)[^`]*`/g)].map(([, option]) => option);
      const unknown = [
        ...named.filter((verb) => !verbs.some(({ name }) => name === verb)),
        ...used.filter((option) => !options.has(option)),
      ];
      expect({ page, unknown }).toEqual({ page, unknown: [] });
    }
  });

  test('scripts that the README starts exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const files = [...readme.matchAll(/\bnode ((?:scripts|bin)\/[\w.-]+)/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
    for (const [, name = ''] of readme.matchAll(/\bnpm run (\w+)/g)) expect(scripts).toHaveProperty(name);
  });
});

describe('settings files', () => {
  test('what the README adds for Windows is accepted there, below what init writes', () => {
    const [added = ''] = blocks(section(readme, 'Set up two machines'), 'toml');
    const facts: Facts = { host: 'nx', platform: 'win32', dataDir: 'C:\\data', user: 'ada' };
    const tomlBytes = Buffer.from(`${commentedSettings('q-1')}\n${added}`);
    const tomlFile = 'C:\\job-queue\\jobq.toml';
    const { settings } = loadSettings({ tomlBytes, tomlFile, variables: {}, flags: [], facts });
    expect(Object.keys(settings.runner.interpreters)).toEqual(['python', 'nx-journal']);
    expect(settings.runner.interpreters['nx-journal']?.args_after_script).toEqual(['-args']);
  });
});

describe('examples of settings', () => {
  const examples = pages.flatMap((page) =>
    blocks(read(page), 'toml').map((toml, nth) => ({ page, nth, toml })),
  );

  test.each(examples)('$page, example $nth: is accepted below what init writes', ({ toml }) => {
    const isWindows = /\b[A-Z]:\\/.test(toml);
    const facts: Facts = isWindows
      ? { host: 'nx', platform: 'win32', dataDir: 'C:\\data', user: 'ada' }
      : { host: 'desk', platform: 'linux', dataDir: '/data', user: 'ada' };
    const tomlBytes = Buffer.from(`${commentedSettings('q-1')}\n${toml}`);
    const tomlFile = isWindows ? 'C:\\job-queue\\jobq.toml' : '/q/jobq.toml';
    expect(() => loadSettings({ tomlBytes, tomlFile, variables: {}, flags: [], facts })).not.toThrow();
  });
});

interface Shape {
  shape: Record<string, unknown>;
  safeParse: z.ZodMiniType['safeParse'];
}
const viewKeys = new Set(Object.keys(viewSchema.shape));
const { problemSchema, studyProblemSchema, livenessSchema, targetSchema } = innerShapes();

/** The shapes that stand only inside others. */
function innerShapes() {
  return {
    targetSchema: elementOf(shapes.notifyShape.shape.targets),
    problemSchema: elementOf(shapes.listShape.shape.problems),
    studyProblemSchema: elementOf(shapes.submitShape.shape.warnings),
    livenessSchema: shapes.glanceShape.shape.liveness.def.innerType as unknown as Shape,
  };
}

function elementOf(list: { def: { element: unknown } }): Shape {
  return list.def.element as Shape;
}

const jsonPage = read('docs/json.md');
const documented: [title: string, exported: string | undefined, shape: Shape][] = [
  ['error', 'errorShape', shapes.errorShape],
  ['init', 'initShape', shapes.initShape],
  ['settings', 'settingsShape', shapes.settingsShape],
  ['submit', 'submitShape', shapes.submitShape],
  ['status job', 'statusShape', shapes.statusShape],
  ['status', 'glanceShape', shapes.glanceShape],
  ['show', 'showShape', shapes.showShape],
  ['list', 'listShape', shapes.listShape],
  ['wait', 'waitShape', shapes.waitShape],
  ['logs', 'logsShape', shapes.logsShape],
  ['cancel and release', 'askShape', shapes.askShape],
  ['retry', 'retryShape', shapes.retryShape],
  ['abandon', 'abandonShape', shapes.abandonShape],
  ['seal', 'sealShape', shapes.sealShape],
  ['runner', 'runnerShape', shapes.runnerShape],
  ['runner status, pause, resume and drain', 'runnerNowShape', shapes.runnerNowShape],
  ['watcher', 'watcherShape', shapes.watcherShape],
  ['stop', 'stopShape', shapes.stopShape],
  ['service', 'serviceShape', shapes.serviceShape],
  ['service status', 'serviceStatusShape', shapes.serviceStatusShape],
  ['syncthing setup', 'syncthingSetupShape', shapes.syncthingSetupShape],
  ['syncthing status', 'syncthingStatusShape', shapes.syncthingStatusShape],
  ['doctor', 'doctorShape', shapes.doctorShape],
  ['prune', 'pruneShape', shapes.pruneShape],
  ['failure', 'failureShape', shapes.failureShape],
  ['events', 'eventsShape', shapes.eventsShape],
  ['event', undefined, eventSchema],
  ['news', 'newsShape', shapes.newsShape],
  ['notify', 'notifyShape', shapes.notifyShape],
  ['notify test', 'notifyTestShape', shapes.notifyTestShape],
  ['notify again and notify forget', 'notifyAskShape', shapes.notifyAskShape],
  ['target', undefined, targetSchema],
  ['liveness', undefined, livenessSchema],
  ['view', undefined, viewSchema],
  ['presence', undefined, presenceSchema],
  ['problem', undefined, problemSchema],
  ['study problem', undefined, studyProblemSchema],
];

describe('what --json prints', () => {
  test('every shape has its section', () => {
    const named = documented.flatMap(([, exported]) => exported ?? []);
    expect(named.toSorted()).toEqual(Object.keys(shapes).toSorted());
  });

  test.each(documented)('%s: every field, and no other', (title, _exported, { shape }) => {
    const extends_ = title === 'status job';
    const fields = Object.keys(shape).filter((field) => !extends_ || !viewKeys.has(field));
    expect(firstCells(section(jsonPage, title))).toEqual(fields.map(code));
  });

  test.each(documented)('%s: optional and nullable fields are told', (title, _exported, { shape }) => {
    for (const [field = '', type = ''] of rows(section(jsonPage, title))) {
      const schema = shape[field.replaceAll('`', '')] as z.ZodMiniType;
      expect([field, type.endsWith('?')]).toEqual([field, schema.safeParse(undefined).success]);
      expect([field, type.includes('null')]).toEqual([field, schema.safeParse(null).success]);
    }
  });

  test.each(documented)('%s: the example is one', (title, _exported, shape) => {
    for (const example of blocks(section(jsonPage, title), 'json')) {
      const parsed = shape.safeParse(JSON.parse(example));
      expect(parsed.error?.issues ?? []).toEqual([]);
      const unknown = Object.keys(JSON.parse(example) as object).filter((field) => !(field in shape.shape));
      expect(unknown).toEqual([]);
    }
  });

  test('the fields that the README names for a verb exist', () => {
    const shapeOf: Record<string, Shape> = {
      submit: shapes.submitShape,
      status: viewSchema,
      wait: shapes.waitShape,
      logs: shapes.logsShape,
      list: shapes.listShape,
      cancel: shapes.askShape,
      release: shapes.askShape,
      seal: shapes.sealShape,
      runner: shapes.runnerNowShape,
      notify: shapes.notifyShape,
      service: shapes.serviceStatusShape,
      doctor: shapes.doctorShape,
      retry: shapes.retryShape,
      abandon: shapes.abandonShape,
      show: shapes.showShape,
      prune: shapes.pruneShape,
      events: shapes.eventsShape,
      news: shapes.newsShape,
      run: viewSchema,
      settings: shapes.settingsShape,
      syncthing: shapes.syncthingSetupShape,
    };
    const told = rows(section(readme, 'Day to day'));
    expect(firstCells(section(readme, 'Day to day')).toSorted()).toEqual(Object.keys(shapeOf).toSorted());
    const unknown = told.flatMap(([verb = '', , fields = '']) =>
      fields
        .replaceAll('`', '')
        .split(' ')
        .filter((field) => !(field in (shapeOf[verb]?.shape ?? {}))),
    );
    expect(unknown).toEqual([]);
  });
});

/** The anchor GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchors(page: string): string[] {
  const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

describe('links', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => ({ page, target })),
  );

  test.each(links)('$page: $target', ({ page, target }) => {
    expect(target).not.toMatch(/^[a-z]+:/);
    const [file = '', anchor] = target.split('#');
    const full = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    expect({ full, there: existsSync(path.join(root, full)) }).toEqual({ full, there: true });
    const missing = anchor === undefined || anchors(full).includes(anchor) ? [] : [anchor];
    expect(missing).toEqual([]);
  });
});
