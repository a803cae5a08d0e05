// Plants mistakes in a copy of the sources, one at a time, and lets the simulator look for each: a mistake that is not
// found within so many seeds, or that no longer fits the sources, is a failure of the simulator. [--seeds N] [--only words]
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledSimulator } from './simulate/bundle.mjs';
import { MUTANTS } from './simulate/mutants.mjs';
import { runPool } from './simulate/pool.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1500' },
    'seed-base': { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

function planted({ file, from, to }) {
  const target = path.join(root, file);
  return {
    name: 'mistake',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== target) return undefined;
        const text = await readFile(target, 'utf8');
        const places = text.split(from).length - 1;
        if (places !== 1) throw new Error(`${file}: its text is there ${places} times, not once`);
        return { contents: text.replace(from, () => to), loader: 'ts' };
      });
    },
  };
}

async function look(mutant) {
  const { simulator, bundle, clear } = await bundledSimulator([planted(mutant)]);
  try {
    const base = Number(values['seed-base']);
    const named = await simulator.firstNamedFailure();
    if (named) return { named };
    return await runPool({ bundle, base, seeds: Number(values.seeds), failuresMax: 1 });
  } finally {
    await clear();
  }
}

/** What is broken without a mistake tells nothing of one. */
async function assertSound() {
  const { simulator, clear } = await bundledSimulator([]);
  try {
    const named = await simulator.firstNamedFailure();
    if (named) throw new Error(`${named.story}: ${named.failure}`);
  } finally {
    await clear();
  }
}

await assertSound();
const chosen = MUTANTS.filter(({ name }) => values.only === undefined || name.includes(values.only));
let missed = 0;
for (const mutant of chosen) {
  const found = await look(mutant).catch((error) => ({ problem: error.message.split('\n').at(-1) }));
  const [failure] = found.failures ?? [];
  const { named } = found;
  if (!failure && !named) missed += 1;
  const told = named
    ? `${named.failure.slice(0, 110)} (${named.story.slice(0, 60)}…)`
    : untold(found, failure);
  console.log(`${mutant.name.padEnd(52)} ${told}`);
}

function untold(found, failure) {
  return failure
    ? `seed ${failure.seed} (${found.seeds} tried): ${failure.failure.slice(0, 150)}`
    : `NOT FOUND: ${found.problem ?? `${found.seeds} seeds`}`;
}

console.log(`${chosen.length - missed} of ${chosen.length} mistakes found`);
process.exitCode = missed === 0 ? 0 : 1;
