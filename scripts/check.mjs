// Everything that must hold before a change goes in, in order; stops at the first thing that does not.
import { fileURLToPath } from 'node:url';
import { runNode, runTool } from './tools.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = { cwd: root };

// The tests come last, so that what was skipped and why is the end of the output.
/** @type {[string, () => Promise<number>][]} */
const steps = [
  ['format and lint', () => runTool('@biomejs/biome', 'biome', ['check', '--error-on-warnings', '.'], at)],
  ['promises', () => runTool('oxlint', 'oxlint', ['--type-aware', '--deny-warnings'], at)],
  ['types', () => runTool('typescript', 'tsc', ['--noEmit'], at)],
  ['unused code', () => runTool('knip', 'knip', ['--no-progress'], at)],
  ['build', () => runNode('scripts/build.mjs', [], at)],
  ['package', () => runTool('publint', 'publint', ['--strict'], at)],
  ['tests', () => runTool('vitest', 'vitest', ['run'], at)],
];

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const began = performance.now();

for (const [name, run] of steps) {
  const start = performance.now();
  console.log(`\n== ${name} (at ${seconds(began)})`);
  const code = await run();
  if (code !== 0) {
    console.error(`\ncheck stopped: ${name} failed after ${seconds(start)}`);
    process.exit(1);
  }
}
console.log(`check passed in ${seconds(began)}`);
