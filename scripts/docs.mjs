// Writes the parts of README.md and docs/settings.md that are made from tables in the source. A block stands between
// `<!-- made: name -->` and `<!-- end -->`; everything else is written by hand and left alone.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', 'docs/settings.md'];

const contents = `
export { EXIT_CODES } from './src/errors.ts';
export { MEANINGS, STATES, stateDiagram, statusOf } from './src/job/states.ts';
export { settingsTable } from './src/settings/describe.ts';`;

async function loadSource() {
  const outfile = join(tmpdir(), `jobq-docs-${process.pid}.mjs`);
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile);
  }
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const { EXIT_CODES, MEANINGS, STATES, stateDiagram, statusOf, settingsTable } = await loadSource();
const stateRows = STATES.map((state) => [`\`${state}\``, `\`${statusOf(state)}\``, MEANINGS[state]]);
const exitRows = Object.entries(EXIT_CODES).map(([code, { exit, meaning }]) => [
  exit,
  `\`${code}\``,
  meaning,
]);

const blocks = {
  states: `\`\`\`mermaid\n${stateDiagram()}\n\`\`\`\n\n${table(['state', 'status', 'meaning'], stateRows)}`,
  'exit codes': table(['exit', 'code', 'meaning'], exitRows),
  settings: settingsTable().trimEnd(),
};

for (const page of pages) {
  const file = join(root, page);
  const before = await readFile(file, 'utf8');
  const after = before.replace(
    /(<!-- made: (.*?) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, start, name, end) => {
      if (!blocks[name])
        throw new Error(`${page} asks for "${name}", which is none of ${Object.keys(blocks).join(', ')}`);
      return `${start}\n${blocks[name]}\n\n${end}`;
    },
  );
  if (after !== before) await writeFile(file, after);
  console.log(`${page}: ${after === before ? 'up to date' : 'rewritten'}`);
}
