// Bundles a bench written in TypeScript and imports it, built program beside it. It knows no bench.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleModule } from '../bundling.mjs';
import { runNode } from '../tools.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

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

/** What the module `source` exports; its bundle is put into `dir`. */
async function load(source, dir) {
  const bundled = path.join(dir, 'bench.mjs');
  await bundleModule(fileURLToPath(source), bundled, [ownPlaces]);
  return import(pathToFileURL(bundled).href);
}

/** Builds the program, then runs the bench in a fresh folder, which is deleted when all is measured. */
export async function withBench(source, run) {
  const stdio = ['ignore', 'ignore', 'inherit'];
  if ((await runNode(path.join(root, 'scripts', 'build.mjs'), [], { stdio })) !== 0) process.exit(1);
  const home = await mkdtemp(path.join(tmpdir(), 'jobq-bench-'));
  try {
    await run(await load(source, home), home);
  } catch (error) {
    console.error(`the bench failed: ${error.stack ?? error.message}`);
    process.exitCode = 1;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** `--rounds`; undefined where it was not given. */
export function wholeRounds(text) {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on');
  return rounds;
}
