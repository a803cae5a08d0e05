// Runs simulated queues, one for each seed, and tells what was seen: `npm run simulate -- --seeds 1000 [--seed-base B]`;
// `--seed N [--trace]` runs one. A failure is made smaller and told with its seed; then this ends with 1. [--processes N]
import { parseArgs } from 'node:util';
import { bundledSimulator } from './simulate/bundle.mjs';
import { runPool } from './simulate/pool.mjs';

const USAGE = `npm run simulate -- [options]

  --seeds N           how many worlds, one for each seed (default 200)
  --seed-base B       the first seed (default: another one each time)
  --seed N            one world alone
  --trace             with --seed: tell all that happens in it
  --failures N        stop after so many failures (default 1)
  --processes N       how many at once (default: as many as there are processors)
  --no-coverage       do not list what was seen
  --no-shrink         do not make failures smaller
  --help              this text

It ends with 0 when no rule was broken, with 1 when one was, with 2 when it does not understand.`;

const NUMBERS = ['seeds', 'seed-base', 'seed', 'failures', 'processes'];

/** Options, or one line that says what is wrong with them. */
function understood() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '200' },
        'seed-base': { type: 'string' },
        seed: { type: 'string' },
        trace: { type: 'boolean', default: false },
        failures: { type: 'string', default: '1' },
        processes: { type: 'string' },
        coverage: { type: 'boolean', default: true },
        shrink: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowNegative: true,
    });
    const wrong = NUMBERS.find((name) => values[name] !== undefined && !/^\d{1,15}$/.test(values[name]));
    return wrong ? { problem: `--${wrong} wants a number, not "${values[wrong]}"` } : { values };
  } catch (error) {
    return { problem: error.message.split('. ')[0] };
  }
}

const { values, problem } = understood();
if (problem !== undefined) {
  console.error(`simulate: ${problem}. See npm run simulate -- --help`);
  process.exit(2);
}
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const { simulator, bundle, clear } = await bundledSimulator();
try {
  process.exitCode = values.seed === undefined ? await many() : await one(Number(values.seed));
} finally {
  await clear();
}

async function many() {
  const base = Number(values['seed-base'] ?? 1 + Math.floor(Math.random() * 1e9));
  const began = process.hrtime.bigint();
  const runs = await runPool({
    bundle,
    base,
    seeds: Number(values.seeds),
    failuresMax: Number(values.failures),
    processes: values.processes && Number(values.processes),
    // a long run tells what it finds when it finds it
    each: ({ seed, failure }) => console.log(`seed ${seed}: ${failure}`),
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (values.coverage) console.log(`${simulator.coverage(runs.seen)}\n`);
  console.log(
    `${runs.seeds} seeds from ${base}, ${runs.jobs} jobs, ${runs.ticks} ticks, ${runs.events} events, ` +
      `${(runs.ms / 3_600_000).toFixed(0)} hours of their time`,
  );
  console.log(
    `${(runs.seeds / seconds).toFixed(1)} seeds/s, ${(runs.jobs / seconds).toFixed(1)} jobs/s ` +
      `(${(runs.jobs / runs.cpuSeconds).toFixed(1)} jobs for a second of one processor)`,
  );
  if (values.shrink) for (const failure of runs.failures) await tell(failure);
  return runs.failures.length === 0 ? 0 : 1;
}

async function tell(found) {
  const { scenario, failure } = await simulator.smallest(found);
  console.log(`\nseed ${found.seed} made smaller: ${failure}\n${JSON.stringify(scenario, null, 1)}`);
  console.log(`the same again, step by step: npm run simulate -- --seed ${found.seed} --trace`);
}

async function one(seed) {
  const scenario = simulator.scenarioWith(seed);
  const first = await simulator.tracedRun(scenario);
  if (first.failure === undefined) {
    if (values.trace) console.log(first.trace.join('\n'));
    console.log(`seed ${seed}: no rule was broken, ${first.jobs} jobs`);
    return 0;
  }
  const small = await simulator.smallest({ seed, scenario, failure: first.failure });
  if (values.trace) {
    const { trace } = await simulator.tracedRun(small.scenario);
    console.log(trace.join('\n'));
  }
  console.log(`seed ${seed}: ${first.failure}\nmade smaller: ${small.failure}`);
  console.log(JSON.stringify(small.scenario, null, 1));
  return 1;
}
