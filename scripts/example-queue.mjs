// Makes job-queue.example/: a queue as a person finds it, with one job in each state. The jobs are real runs of
// fixtures/studies/parabola by both daemons, on three machines that share one folder and a clock of 2026-02-10.
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = fileURLToPath(new URL('./example-queue/make.ts', import.meta.url));
const example = path.join(root, 'job-queue.example');
const fresh = `${example}.new-${process.pid}`;
const stale = `${example}.old-${process.pid}`;

// Bundled CommonJS packages call `require` for Node's own modules; an ES module has none.
const requireBanner = `import { createRequire as jobqCreateRequire } from 'node:module';
const require = jobqCreateRequire(import.meta.url);`;

async function makeIn(home) {
  const bundled = path.join(home, 'make.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: bundled,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: requireBanner },
    logLevel: 'warning',
  });
  const { makeExampleQueue } = await import(pathToFileURL(bundled).href);
  const study = path.join(root, 'fixtures', 'studies', 'parabola');
  return makeExampleQueue({ home, study, target: fresh });
}

async function swapIn() {
  await rename(example, stale).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, example);
}

const home = await mkdtemp(path.join(tmpdir(), 'jobq-example-'));
try {
  const { files, bytes, table } = await makeIn(home);
  await swapIn();
  console.log(`${table}\n\nmade job-queue.example/: ${files} files, ${Math.ceil(bytes / 1000)} kB`);
} catch (error) {
  console.error(`the example queue was not made: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const dir of [home, fresh, stale]) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}
