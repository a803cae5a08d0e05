// How long an order takes to its script, and results take home, over two real Syncthings on this machine: four ways in
// one run, and one table. `--rounds n` (15), `--json` for the figures themselves.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { runNode } from './tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = fileURLToPath(new URL('./bench/sync.ts', import.meta.url));

/** The bundle lies elsewhere; its parts still find the project by where they themselves are. */
const ownPlaces = {
  name: 'own-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8')).replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(file)),
      ),
      loader: 'ts',
    })),
};

async function load(dir) {
  const bundled = path.join(dir, 'bench.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: bundled,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    plugins: [ownPlaces],
    logLevel: 'warning',
  });
  return import(pathToFileURL(bundled).href);
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on');

if (
  (await runNode(path.join(root, 'scripts', 'build.mjs'), [], { stdio: ['ignore', 'ignore', 'inherit'] })) !==
  0
)
  process.exit(1);
const home = await mkdtemp(path.join(tmpdir(), 'jobq-bench-'));
try {
  const { benchSync } = await load(home);
  const { text, figures } = await benchSync({ rounds, say: (line) => console.error(line) });
  console.log(values.json ? JSON.stringify(figures, null, 2) : text);
} catch (error) {
  console.error(`the bench failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true });
}
