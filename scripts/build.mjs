// Makes dist/: the bundled program, the library with its types, and the licences of what was bundled.
// Everything is built in a folder beside dist/ and swapped in by rename: nobody sees half a build.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundleQuick, keepCode, startsAtOnce } from './build/quick.mjs';
import { runTool } from './tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const fresh = join(root, `.dist-new-${process.pid}`);
const stale = join(root, `.dist-old-${process.pid}`);

// Bundled CommonJS packages call `require` for Node's own modules; an ES module has none.
const requireBanner = `import { createRequire as jobqCreateRequire } from 'node:module';
const require = jobqCreateRequire(import.meta.url);`;

/** What all programs have in common. */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // a program of its own for each platform, which need not be there
  external: ['koffi'],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

function bundle() {
  return build({
    ...shared,
    entryPoints: { main: 'bin/main.mts', index: 'src/index.ts' },
    outdir: fresh,
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    format: 'esm',
    banner: { js: requireBanner },
  });
}

/** There is one for each attempt. */
function bundleSupervisor() {
  return build({ ...startsAtOnce(shared, fresh), entryPoints: { supervisor: 'bin/supervisor.mts' } });
}

/** What `jobq --help` prints where no terminal is. */
async function writeHelp() {
  const { stdout } = await promisify(execFile)(process.execPath, [join(fresh, 'main.js'), '--help']);
  await writeFile(join(fresh, 'help.txt'), stdout);
}

async function emitTypes() {
  const out = relative(root, join(fresh, 'types'));
  const code = await runTool('typescript', 'tsc', ['-p', 'tsconfig.build.json', '--outDir', out], {
    cwd: root,
  });
  if (code !== 0) throw new Error(`tsc could not write the declarations (exit ${code})`);
}

/** The folders of the packages whose code is in the bundles, nested ones included. */
function bundledPackages(metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const used = outputs.flatMap((output) =>
    Object.entries(output.inputs).filter(([, part]) => part.bytesInOutput > 0),
  );
  const folders = used.map(([path]) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const byName = (a, b) => (a < b ? -1 : 1);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort(byName);
}

async function licenceOf(folder) {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const names = (await readdir(join(root, folder))).filter((name) =>
    /^(licen[cs]e|copying|notice)/i.test(name),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(join(root, folder, name), 'utf8')));
  if (texts.length === 0 && !manifest.license) throw new Error(`${folder} is bundled but names no licence`);
  const author = manifest.author?.name ?? manifest.author ?? `the ${manifest.name} authors`;
  const text = texts.length > 0 ? texts.join('\n') : `Copyright (c) ${author}. Licence: ${manifest.license}.`;
  return {
    title: `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`,
    text: text.trim(),
  };
}

async function writeLicences(metafiles) {
  const licences = await Promise.all(bundledPackages(metafiles).map(licenceOf));
  const parts = licences.map(({ title, text }) => `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`);
  const head = 'jobq contains code of the packages below, each under its own licence.\n';
  await writeFile(join(fresh, 'THIRD-PARTY-LICENSES.txt'), [head, ...parts].join('\n\n'));
  return licences.length;
}

/** Another build may swap at the same moment: then one of the two simply goes again. */
async function swapIn(tries = 5) {
  try {
    if (existsSync(dist)) await rename(dist, stale);
    await rename(fresh, dist);
  } catch (error) {
    if (tries === 0) throw error;
    await rm(stale, { recursive: true, force: true });
    return swapIn(tries - 1);
  }
  await rm(stale, { recursive: true, force: true });
}

async function sizeOf(name) {
  return `dist/${name} ${Math.ceil((await stat(join(dist, name))).size / 1024)} kB`;
}

/** What builds that were stopped half-way left behind, if nobody can be working in it any more. */
async function sweep() {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of (await readdir(root)).filter((entry) => entry.startsWith('.dist-'))) {
    const { mtimeMs } = await stat(join(root, name));
    if (mtimeMs < hourAgo) await rm(join(root, name), { recursive: true, force: true });
  }
}

try {
  await sweep();
  const built = await Promise.all([bundle(), bundleQuick(shared, fresh), bundleSupervisor()]);
  await Promise.all([emitTypes(), writeHelp()]);
  await keepCode(fresh);
  const packages = await writeLicences(built.map(({ metafile }) => metafile));
  await swapIn();
  const sizes = await Promise.all(['quick.cjs', 'main.js', 'supervisor.cjs', 'index.js'].map(sizeOf));
  console.log(`built ${sizes.join(', ')}; licences of ${packages} bundled packages`);
} catch (error) {
  console.error(`build failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
}
