// The command line over a queue in which every file is wrong in the same way: each verb ends with an exit code of the
// contract, says what it must in words or as JSON, and shows nobody a stack.
import path from 'node:path';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import type { World } from '../cli/world.ts';
import { QUEUE, queueWorld, STUDY } from '../cli/world.ts';
import { ACCIDENT } from './fenced.ts';
import { hostileObjects } from './json-mutations.ts';
import { machineKinds } from './machine-kinds.ts';
import { hostileBytes } from './mutations.ts';
import type { Kind } from './queue-kinds.ts';
import { queueKinds, ROOT } from './queue-kinds.ts';
import { JOB } from './samples.ts';
import { printTally, tally } from './tally.ts';

printTally('the command line');

const VERBS: readonly (readonly string[])[] = [
  ['status'],
  ['status', JOB],
  ['list', '--all'],
  ['show', JOB],
  ['logs', JOB],
  ['wait', JOB, '--timeout', '1'],
  ['events'],
  ['news', '--as', 'agent'],
  ['notify', 'list'],
  ['doctor'],
  ['runner', 'status'],
  ['prune'],
  ['settings'],
  ['submit', STUDY, '--name', 'new', '--key', 'k', '--dry-run'],
  ['seal', JOB],
  ['release', JOB],
  ['cancel', JOB],
  ['retry', JOB],
  ['abandon', JOB, '--yes'],
];

const CODES: readonly number[] = Object.values(EXIT_CODES).map(({ exit }) => exit);
const isOfEverything = ({ name, file }: Kind) =>
  file.startsWith(ROOT) && name !== 'a marker' && name !== 'jobq.toml';
const kinds = [...queueKinds, ...machineKinds].filter(({ file }) => file.startsWith(ROOT));

/** The same place in the queue of the command line's tests. */
const placeOf = ({ file }: Kind) => path.join(QUEUE, path.relative(ROOT, file));

function puts(world: World, kind: Kind, bytes: Buffer): void {
  const file = placeOf(kind);
  world.disk.files.makeDir(path.dirname(file));
  world.disk.volume.writeFileSync(file, bytes);
}

/** A queue on a machine on which no other program answers. */
async function anyWorld(): Promise<World> {
  const world = await queueWorld();
  world.ask = () => Promise.resolve({ exit_code: null, output: '', complaint: 'spawn ENOENT' });
  return world;
}

/** What is wrong with how a verb ended; nothing when all is well. */
async function faultsOf(world: World, argv: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await world.run(...argv);
  const said = stdout + stderr;
  const faults = [
    ...(CODES.includes(code) && code !== EXIT_CODES.internal.exit
      ? []
      : [`ends with ${code}: ${said.slice(0, 300)}`]),
    ...(/\n\s+at \S+ \(/.test(said) || ACCIDENT.test(said) ? [`shows a stack: ${said.slice(0, 300)}`] : []),
    ...(argv.includes('--json') && !isJson(stdout) ? [`says what is no JSON: ${stdout.slice(0, 300)}`] : []),
  ];
  return faults.map((fault) => `${argv.join(' ')} ${fault}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Each of them for every kind: its own good text is what the mutations are made of. */
const whats = hostileBytes('{"a":1}\n')
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('cut after'));
const ofObjects = hostileObjects({ a: 1 }).map(({ name }) => name);

function inputOf({ good }: Kind, what: string): Buffer {
  const object =
    good.startsWith('{') && !good.includes('\n') ? (JSON.parse(good) as Record<string, unknown>) : { a: 1 };
  const all = [...hostileBytes(good), ...hostileObjects(object)];
  return all.find(({ name }) => name === what)?.bytes ?? Buffer.alloc(0);
}

/** Every sixth of them, and what no verb could print, in words or as JSON: the readers have met them all. */
const chosen = [...whats, ...ofObjects]
  .filter((what, nth) => what.includes('20000 deep') || (nth % 6 === 0 && !what.includes('0000')))
  .map((what, nth) => ({ what, flags: nth % 2 === 0 ? [] : ['--json'] }));

test.each(chosen)('every file at once: $what $flags', async ({ what, flags }) => {
  const world = await anyWorld();
  for (const kind of kinds.filter(isOfEverything)) {
    puts(world, kind, inputOf(kind, what));
    tally('files of a queue');
  }
  const faults: string[] = [];
  for (const verb of VERBS) {
    faults.push(...(await faultsOf(world, [...verb, ...flags])));
    tally('commands');
  }
  expect(faults).toEqual([]);
});

test.each(kinds.filter((kind) => !isOfEverything(kind)))('$name alone, in every way', async (kind) => {
  const faults: string[] = [];
  for (const { name, bytes } of hostileBytes(kind.good)) {
    const world = await anyWorld();
    puts(world, kind, bytes);
    for (const verb of [['status'], ['list', '--json'], ['doctor'], ['submit', STUDY, '--name', 'new']])
      faults.push(...(await faultsOf(world, verb)).map((fault) => `${name}: ${fault}`));
    tally(kind.name);
    tally('commands', 4);
  }
  expect(faults).toEqual([]);
});
