// Makes the quick program, and beside it what Node compiled of it for each of its verbs.
// It knows how a program is made that is to start at once, and no verb but by its name.
import crypto from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { runNode } from '../tools.mjs';

/** The commands in the quick program; it never loads those of other verbs. */
const QUICK = ['status', 'list', 'submit'];

const withoutOtherVerbs = {
  name: 'without-other-verbs',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/commands\// }, ({ path: file }) =>
      QUICK.some((verb) => file === `../commands/${verb}.ts`) ? undefined : { path: file, external: true },
    ),
};

/** Node's `crypto` takes long to load, and many calls need none of it: it is loaded by the first that does. */
const lateCrypto = {
  name: 'late-crypto',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^node:crypto$/ }, ({ path: name, namespace }) =>
      namespace === 'late' ? undefined : { path: name, namespace: 'late' },
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path: name }) => ({
      contents: Object.keys(crypto)
        .filter((key) => /^[a-z]\w+$/.test(key) && typeof crypto[key] === 'function')
        .map((key) => `export const ${key} = (...given) => require('${name}').${key}(...given);`)
        .join('\n'),
    }));
  },
};

/**
 * CommonJS in as few files as can be: what a program loads one by one, and what ES modules need before they start, takes
 * longest. `shared`: what it has in common with the other programs. `out`: where it is to be.
 */
export function startsAtOnce(shared, out) {
  return {
    ...shared,
    outdir: out,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    minifyIdentifiers: true,
    alias: { 'zod/mini': './src/quick/mini.ts', 'fs-extra': 'node:fs' },
    // a module of Node's that is loaded later comes without the loader of ES modules, which compiled code could not ask
    supported: { 'dynamic-import': false },
    // what the stand-in for zod/mini does not have
    logOverride: { 'import-is-undefined': 'error' },
  };
}

export async function bundleQuick(shared, out) {
  const verbs = await build({
    ...startsAtOnce(shared, out),
    entryPoints: { 'quick-verbs': 'bin/quick-verbs.mts' },
    entryNames: '[name]-[hash]',
    plugins: [withoutOtherVerbs, lateCrypto],
  });
  const [name] = Object.keys(verbs.metafile.outputs).map((file) => path.basename(file));
  const [odd] = /[^\0-\x7f].{0,40}/.exec(await readFile(path.join(out, name), 'utf8')) ?? [];
  if (odd) throw new Error(`${name} is read as ASCII, and has ${odd}: write it as an escape`);
  await build({
    ...startsAtOnce(shared, out),
    entryPoints: { quick: 'bin/quick.mts' },
    define: { QUICK_VERBS: JSON.stringify(name) },
  });
  return verbs;
}

/** Calls each verb once, as it will be called, and keeps what was compiled for it. `dist`: the programs, help text included. */
export async function keepCode(dist) {
  const home = await mkdtemp(path.join(tmpdir(), 'jobq-build-'));
  try {
    const queue = path.join(home, 'queue');
    const study = path.join(home, 'wing');
    await mkdir(study);
    await writeFile(path.join(study, 'run_optimization.py'), "print('done')\n");
    await writeFile(path.join(study, 'README.md'), '# Wing\n');
    await run([path.join(dist, 'main.js'), 'init', queue]);
    for (const args of [
      ['submit', study],
      ['status', '--json'],
      ['list', '--json'],
    ])
      await run(['-e', KEEP, '--', path.join(dist, 'quick.cjs'), ...args, '--queue', queue]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** `-e` leaves no name of a script among the arguments, as `jobq` has one. */
const KEEP = `const { keepCode } = require(process.argv[1]); keepCode(process.argv[2]);`;

async function run(args) {
  // neither flags, which compiled code depends on, nor settings that are none of a build
  const ofBuild = ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('JOBQ_');
  const env = Object.fromEntries(Object.entries(process.env).filter(ofBuild));
  const code = await runNode(args[0], args.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
}
