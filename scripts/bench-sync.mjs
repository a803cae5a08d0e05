// How long an order takes to its script, and results take home, over two real Syncthings on this machine: four ways in
// one run, and one table. `--rounds n` (15), `--json` for the figures themselves.
import { parseArgs } from 'node:util';
import { wholeRounds, withBench } from './bench/load.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
});
const rounds = wholeRounds(values.rounds);

await withBench(new URL('./bench/sync.ts', import.meta.url), async ({ benchSync }) => {
  const { text, figures } = await benchSync({ rounds, say: (line) => console.error(line) });
  console.log(values.json ? JSON.stringify(figures, null, 2) : text);
});
