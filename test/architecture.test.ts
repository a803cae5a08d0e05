// The table of who may import what, held against every file of src and bin, and against planted breaches.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Tables } from './helpers/architecture-checks.ts';
import { breachesOf, describeBreach } from './helpers/architecture-checks.ts';
import { importsOf } from './helpers/source-imports.ts';

const tables: Tables = {
  folders: {
    job: { values: [] },
    queue: { values: ['job'] },
    errors: { values: [] },
    settings: { values: ['job', 'errors'] },
    store: { values: ['job', 'errors'], types: ['queue'] },
    link: { values: ['job', 'errors'], types: ['queue', 'store', 'settings'] },
    notify: { values: ['job', 'store', 'errors'], types: ['queue', 'settings'] },
    service: { values: ['errors'], types: ['settings'] },
    submit: { values: ['job', 'store', 'errors'], types: ['settings', 'link'] },
    runner: { values: ['job', 'queue', 'store', 'link', 'errors'], types: ['settings'] },
    watcher: { values: ['job', 'queue', 'store', 'link', 'notify', 'errors'], types: ['settings'] },
    cli: {
      values: [
        'job',
        'queue',
        'store',
        'link',
        'submit',
        'runner',
        'watcher',
        'settings',
        'notify',
        'service',
        'errors',
      ],
    },
    index: {
      values: [
        'job',
        'queue',
        'store',
        'link',
        'submit',
        'runner',
        'watcher',
        'settings',
        'notify',
        'service',
        'errors',
        'system',
      ],
      types: ['cli'],
    },
    system: { values: ['errors'], types: ['job'] },
    quick: { values: [] },
  },
  typesForAll: ['system'],
  packages: {
    zod: ['src/job/', 'src/store/', 'src/notify/', 'src/link/', 'src/settings/', 'src/cli/'],
    pino: ['src/system/log.ts'],
    'pino-pretty': ['src/system/log.ts'],
    execa: ['src/system/process/'],
    koffi: ['src/system/process/'],
    'fs-extra': ['src/system/files.ts'],
    'env-paths': ['src/system/environment.ts'],
    commander: ['src/cli/program.ts'],
    'smol-toml': ['src/settings/'],
    'cli-table3': ['src/cli/render/'],
    picocolors: ['src/cli/render/'],
    picomatch: ['src/store/matching.ts'],
  },
  builtins: {
    'node:path': [
      'bin/',
      'src/errors.ts',
      'src/settings/',
      'src/store/',
      'src/link/',
      'src/notify/',
      'src/service/',
      'src/submit/',
      'src/runner/',
      'src/watcher/',
      'src/cli/',
      'src/index.ts',
      'src/system/',
    ],
    'node:crypto': ['src/store/', 'src/submit/', 'src/notify/', 'src/system/', 'bin/'],
  },
  otherBuiltins: ['src/system/', 'bin/'],
  forbiddenCode: [
    { name: 'Date.now()', pattern: /(?<![\w.$])Date\s*\.\s*now\s*\(/g },
    { name: 'new Date()', pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/g },
    { name: 'process', pattern: /(?<![\w.$])process\s*(?:\?\.|[.[])/g },
    { name: 'console', pattern: /(?<![\w.$])console\s*(?:\?\.|[.[])/g },
    { name: 'globalThis', pattern: /(?<![\w.$])globalThis\s*(?:\?\.|[.[])/g },
    { name: 'setTimeout()', pattern: /(?<![\w.$])setTimeout\s*\(/g },
    { name: 'setInterval()', pattern: /(?<![\w.$])setInterval\s*\(/g },
    { name: 'Math.random()', pattern: /(?<![\w.$])Math\s*\.\s*random\s*\(/g },
    { name: 'fetch()', pattern: /(?<![\w.$])fetch\s*\(/g },
  ],
  outside: ['src/system/'],
  forbiddenFolders: ['utils', 'util', 'helpers', 'lib', 'manager', 'common'],
  maxLines: 250,
};

const root = fileURLToPath(new URL('..', import.meta.url));

const sources = ['src', 'bin']
  .flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  )
  .filter((path) => /\.m?ts$/.test(path))
  .map((path) => path.replaceAll('\\', '/'));

const check = (path: string, text: string) => breachesOf(path, text, tables).map(describeBreach);

describe('the source', () => {
  test('keeps to the architecture', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap((path) => check(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });
});

const planted: { path: string; text: string; report: string }[] = [
  // who imports whom
  {
    path: 'src/job/a.ts',
    text: "import { plan } from '../queue/plan.ts';",
    report: ':1: job may not import values',
  },
  { path: 'src/job/a.ts', text: "import type { Q } from '../queue/q.ts';", report: 'not even types' },
  { path: 'src/job/a.ts', text: "import { e } from '../errors.ts';", report: 'values from errors' },
  { path: 'src/queue/a.ts', text: "import { read } from '../store/read.ts';", report: 'values from store' },
  { path: 'src/store/a.ts', text: "\n\nimport { plan } from '../queue/plan.ts';", report: ':3: store' },
  {
    path: 'src/store/a.ts',
    text: "import { type P } from '../queue/plan.ts';",
    report: 'only `import type`',
  },
  { path: 'src/store/a.ts', text: "export { plan } from '../queue/plan.ts';", report: 'values from queue' },
  { path: 'src/store/a.ts', text: "export * from '../queue/plan.ts';", report: 'values from queue' },
  { path: 'src/store/a.ts', text: "import '../queue/plan.ts';", report: 'values from queue' },
  { path: 'src/store/a.ts', text: "import {\n  a,\n  b,\n} from '../cli/x.ts';", report: 'values from cli' },
  { path: 'src/store/a.ts', text: "const m = await import('../cli/x.ts');", report: 'values from cli' },
  { path: 'src/cli/a.ts', text: 'const m = await import(name);', report: 'is written out' },
  {
    path: 'src/runner/a.ts',
    text: "import { tick } from '../watcher/tick.ts';",
    report: 'values from watcher',
  },
  { path: 'src/runner/a.ts', text: "import type { T } from '../watcher/tick.ts';", report: 'not even types' },
  { path: 'src/watcher/a.ts', text: "import type { T } from '../runner/tick.ts';", report: 'not even types' },
  {
    path: 'src/watcher/a.ts',
    text: "import { load } from '../settings/load.ts';",
    report: 'only `import type`',
  },
  { path: 'src/cli/a.ts', text: "import { files } from '../system/files.ts';", report: 'only `import type`' },
  { path: 'src/index.ts', text: "export { main } from './cli/main.ts';", report: 'only `import type`' },
  {
    path: 'src/system/a.ts',
    text: "import { plan } from '../queue/plan.ts';",
    report: 'may not import values from queue',
  },
  { path: 'src/cli/a.ts', text: "import { main } from '../../bin/main.ts';", report: 'nothing outside src' },
  { path: 'src/cli/a.ts', text: "import { x } from './x.js';", report: 'ends in .ts' },
  { path: 'src/cli/a.ts', text: "import { x } from './render';", report: 'ends in .ts' },
  { path: 'src/web/a.ts', text: '', report: 'src/web is not in the table of folders' },
  // packages and Node's modules
  { path: 'src/queue/a.ts', text: "import { z } from 'zod';", report: 'zod may be imported only in' },
  { path: 'src/queue/a.ts', text: "import { z } from 'zod/mini';", report: 'zod may be imported only in' },
  { path: 'src/system/a.ts', text: "import pretty from 'pino-pretty';", report: 'only in src/system/log.ts' },
  { path: 'src/system/a.ts', text: "import { execa } from 'execa';", report: 'only in src/system/process/' },
  { path: 'src/cli/a.ts', text: "import pc from 'picocolors';", report: 'only in src/cli/render/' },
  {
    path: 'src/cli/a.ts',
    text: "import _ from '@left/pad/x';",
    report: 'package @left/pad is not in the table',
  },
  {
    path: 'src/store/a.ts',
    text: "import { readFile } from 'fs';",
    report: 'package fs is not in the table',
  },
  {
    path: 'src/store/a.ts',
    text: "import { readFile } from 'node:fs/promises';",
    report: 'node:fs/promises may be',
  },
  { path: 'src/queue/a.ts', text: "import { posix } from 'node:path';", report: 'node:path may be' },
  { path: 'src/job/a.ts', text: "import { posix } from 'node:path';", report: 'node:path may be' },
  {
    path: 'src/runner/a.ts',
    text: "import { createHash } from 'node:crypto';",
    report: 'node:crypto may be',
  },
  // the outside world
  { path: 'src/queue/a.ts', text: 'const now = Date.now();', report: 'Date.now() only in src/system/' },
  { path: 'src/queue/a.ts', text: '\nconst now = new Date();', report: ':2: new Date()' },
  { path: 'src/cli/a.ts', text: 'const home = process.env.HOME;', report: 'process only' },
  { path: 'src/cli/a.ts', text: "const home = process['env'];", report: 'process only' },
  { path: 'src/cli/a.ts', text: "console.log('hello');", report: 'console only' },
  { path: 'src/cli/a.ts', text: 'const t = `at ${Date.now()}`;', report: 'Date.now() only' },
  { path: 'src/cli/a.ts', text: 'globalThis.console.log(1);', report: 'globalThis only' },
  { path: 'src/runner/a.ts', text: 'setTimeout(tick, 5);', report: 'setTimeout() only' },
  { path: 'src/runner/a.ts', text: 'setInterval(tick, 5);', report: 'setInterval() only' },
  { path: 'src/queue/a.ts', text: 'const jitter = Math.random();', report: 'Math.random() only' },
  { path: 'src/notify/a.ts', text: 'const answer = await fetch(url);', report: 'fetch() only' },
  { path: 'src/notify/a.ts', text: "import { run } from '../watcher/watcher.ts';", report: 'from watcher' },
  {
    path: 'src/notify/a.ts',
    text: "import { load } from '../settings/load.ts';",
    report: 'only `import type`',
  },
  { path: 'src/queue/a.ts', text: 'const q = /["\']/; Date.now();', report: 'Date.now() only' },
  { path: 'src/queue/a.ts', text: "const half = a / b; console.log('/');", report: 'console only' },
  // shape
  { path: 'src/store/a.ts', text: 'x;\n'.repeat(251), report: ':251: 251 lines, at most 250' },
  { path: 'src/store/utils/a.ts', text: '', report: 'utils is a drawer' },
  { path: 'src/store/helpers/a.ts', text: '', report: 'helpers is a drawer' },
  { path: 'src/store/common.ts', text: '', report: 'common.ts is a drawer' },
];

const allowed: { path: string; text: string }[] = [
  { path: 'src/job/order.ts', text: "import { z } from 'zod';\nimport { jobId } from './job-id.ts';" },
  { path: 'src/queue/a.ts', text: "import { next } from '../job/states.ts';" },
  { path: 'src/store/a.ts', text: "import type { Snapshot } from '../queue/snapshot.ts';" },
  { path: 'src/store/a.ts', text: "import type Snapshot from '../queue/snapshot.ts';" },
  { path: 'src/store/a.ts', text: "export type { Snapshot } from '../queue/snapshot.ts';" },
  {
    path: 'src/store/a.ts',
    text: "import { createHash } from 'node:crypto';\nimport { join } from 'node:path';",
  },
  { path: 'src/store/a.ts', text: "import type { Files } from '../system/files.ts';" },
  { path: 'src/store/a.ts', text: "export interface Empty {}\nimport type { Q } from '../queue/q.ts';" },
  {
    path: 'src/cli/program.ts',
    text: "import { Command } from 'commander';\nawait import('./commands/status.ts');",
  },
  { path: 'src/system/process/posix.ts', text: "import { execa } from 'execa';\nsetTimeout(f, Date.now());" },
  {
    path: 'src/queue/a.ts',
    text: "// Date.now() and import '../cli/x.ts'\nconst s = 'process.env console.log';",
  },
  { path: 'src/queue/a.ts', text: '/* process.exit() */ const t = `setTimeout( ${name} Math.random(`;' },
  { path: 'src/queue/a.ts', text: 'clock.setTimeout(f); run.process.kill(); new Date(0); new Date(iso);' },
  { path: 'src/queue/a.ts', text: 'const say = "import { x } from \'../cli/x.ts\'";' },
  {
    path: 'bin/main.mts',
    text: "import { files } from '../src/system/files.ts';\nimport { argv } from 'node:process';",
  },
  { path: 'src/store/a.ts', text: 'x;\n'.repeat(250) },
];

describe('the checks themselves', () => {
  test.each(planted)('report, in $path, $text', ({ path, text, report }) => {
    expect(check(path, text)).toEqual([expect.stringContaining(report)]);
  });

  test.each(allowed)('let pass, in $path, $text', ({ path, text }) => {
    expect(check(path, text)).toEqual([]);
  });

  test('find the imports of a file, with line and kind', () => {
    const text =
      "import a, { b } from './a.ts';\nimport type { C } from './c.ts';\nexport * as d from './d.ts';";
    expect(importsOf(text)).toEqual([
      { specifier: './a.ts', line: 1, isType: false },
      { specifier: './c.ts', line: 2, isType: true },
      { specifier: './d.ts', line: 3, isType: false },
    ]);
  });
});
