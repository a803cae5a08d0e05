// How fast jobq is, each figure beside a floor or a peer that is measured in turn with it, in one table.
// `--only <case>` (several times), `--rounds <n>`, `--json` for the figures themselves, `--list` for the cases, `--bullmq
// <folder>` where BullMQ is installed.
import { parseArgs } from 'node:util';
import { wholeRounds, withBench } from './bench/load.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    bullmq: { type: 'string' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const options = {
  only: values.only ?? [],
  rounds: wholeRounds(values.rounds),
  bullmq: values.bullmq,
  say: (line) => console.error(line),
};

await withBench(new URL('./bench/bench.ts', import.meta.url), async ({ bench, caseList }, home) => {
  if (values.list) return console.log(caseList());
  const { text, figures } = await bench({ ...options, home });
  console.log(values.json ? JSON.stringify(figures, null, 2) : text);
});
