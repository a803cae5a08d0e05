// The latency bench: four ways over real Syncthing, interleaved, so that what else the machine does meets all of them.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { whyNoSyncthing } from '../../test/integration/mirror/mirror-end.ts';
import type { Pair } from '../../test/integration/mirror/pair.ts';
import { openPair } from '../../test/integration/mirror/pair.ts';
import type { ShellStudy } from '../../test/integration/mirror/studies.ts';
import { shellStudy } from '../../test/integration/mirror/studies.ts';
import { copyBare, shareBare } from './bare.ts';
import { machineText } from './machine.ts';
import type { Round } from './round.ts';
import { oneRound, SCRIPT } from './round.ts';
import type { Row } from './table.ts';
import { tableOf } from './table.ts';

const NUDGED = 'nudged (watcher delay 10 s)';
const DELAY_1 = 'watcher delay 1 s, not nudged';
const DEFAULTS = 'defaults: watcher delay 10 s, not nudged';
const FLOOR = 'floor: bare copy, nudged';

interface Mode {
  name: string;
  nudge: boolean;
  fsWatcherDelayS: number;
}

const MODES: readonly Mode[] = [
  { name: NUDGED, nudge: true, fsWatcherDelayS: 10 },
  { name: DELAY_1, nudge: false, fsWatcherDelayS: 1 },
  { name: DEFAULTS, nudge: false, fsWatcherDelayS: 10 },
];

/** jobq as it comes, but for what only a test needs. */
const AS_IT_COMES = {
  runner: { heartbeat_interval_s: 30, progress_interval_s: 10, publish_interval_s: 30, poll_interval_s: 2 },
  watcher: { unsealed_quiet_s: 60, second_look_s: 2, poll_interval_s: 2 },
  syncthing: { poll_interval_s: 5 },
  log: { level: 'info' },
};

interface Opened {
  mode: Mode;
  pair: Pair;
}

const BARE_OUT = 'bare-out';
const BARE_BACK = 'bare-back';

export interface BenchOptions {
  rounds: number;
  /** What goes on. */
  say(line: string): void;
}

/** By what is measured, then by mode: milliseconds. */
type Figures = Record<'submit' | 'archive', Record<string, number[]>>;

export async function benchSync({ rounds, say }: BenchOptions) {
  const why = whyNoSyncthing();
  if (why !== undefined) throw new Error(why);
  const machine = machineLines(rounds);
  const pairs: Opened[] = [];
  try {
    for (const mode of MODES) pairs.push({ mode, pair: await opened(mode) });
    const figures = await measure(pairs, rounds, say);
    return { text: report(figures, machine), figures: { machine, ...figures } };
  } finally {
    await Promise.all(pairs.map(({ pair }) => pair.close()));
  }
}

async function opened({ name, nudge, fsWatcherDelayS }: Mode): Promise<Pair> {
  const pair = await openPair({ nudge, fsWatcherDelayS, settings: AS_IT_COMES });
  pair.windows.daemon();
  pair.linux.daemon();
  await pair.until('the runner is known', () => pair.linux.has('runners', 'workstation.json'));
  if (name === NUDGED) {
    await shareBare(BARE_OUT, pair.linux, pair.windows);
    await shareBare(BARE_BACK, pair.windows, pair.linux);
  }
  return pair;
}

const FIVE_FILES = 'README.md, run.sh, 1_setup/model.json, job.json and SHA256SUMS';

function studyIn(pair: Pair): ShellStudy {
  const study = shellStudy(pair.home, 'bench', SCRIPT);
  writeFileSync(path.join(study.dir, '1_setup', 'model.json'), `${JSON.stringify({ curvature: 2 })}\n`);
  return study;
}

async function measure(pairs: readonly Opened[], rounds: number, say: BenchOptions['say']): Promise<Figures> {
  const figures: Figures = { submit: {}, archive: {} };
  const note = (mode: string, { toStart, toArchive }: Pick<Round, 'toStart' | 'toArchive'>) => {
    figures.submit[mode] = [...(figures.submit[mode] ?? []), toStart];
    figures.archive[mode] = [...(figures.archive[mode] ?? []), toArchive];
    say(`  ${mode}: ${Math.round(toStart)} ms to the start, ${Math.round(toArchive)} ms home`);
  };
  const studies = new Map(pairs.map(({ pair }) => [pair, studyIn(pair)]));
  const jobOver = async ({ mode, pair }: Opened) => {
    const done = await oneRound(pair, studies.get(pair) as ShellStudy);
    note(mode.name, done);
    return done;
  };
  const [nudged, ...others] = pairs as [Opened, ...Opened[]];
  let last: Round | undefined;
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    const job = async () => {
      last = await jobOver(nudged);
    };
    const bare = async () => note(FLOOR, await bareRound(nudged.pair, last as Round, round));
    // a mirror that has rested is slower: the job and the bare copy rest equally long, and change places each round
    const turns = round % 2 === 1 ? [job, bare] : [bare, job];
    for (const [number, turn] of turns.entries()) {
      await turn();
      await jobOver(others[number] as Opened);
    }
  }
  return figures;
}

/** The files of the last job that went, over the same pair, once the job has left it. */
async function bareRound(
  pair: Pair,
  { job, dir }: Round,
  round: number,
): Promise<Pick<Round, 'toStart' | 'toArchive'>> {
  const { linux, windows } = pair;
  const isGone = () =>
    ['outbox', 'inbox', 'requests'].every((tree) => !linux.has(tree, job) && !windows.has(tree, job));
  await pair.until(`${job} has left the queue`, isGone);
  const name = `${job}-${round}`;
  const order = { like: path.join(dir, 'order'), without: [] };
  const record = { like: dir, without: ['order', 'post'] };
  return {
    toStart: await copyBare({ ...order, name, folder: BARE_OUT, from: linux, to: windows }),
    toArchive: await copyBare({ ...record, name, folder: BARE_BACK, from: windows, to: linux }),
  };
}

function report({ submit, archive }: Figures, machine: string): string {
  const order = [FLOOR, ...MODES.map(({ name }) => name)];
  const rowsOf = (figures: Record<string, number[]>): Row[] =>
    order.map((mode) => ({ mode, samples: figures[mode] ?? [] }));
  return [
    machine,
    `an order of five small files (${FIVE_FILES}); a script of /bin/sh that writes two moments`,
    '',
    tableOf('renamed into outbox/ -> script started', rowsOf(submit), FLOOR, DEFAULTS),
    '',
    tableOf('script ended -> renamed into archive/', rowsOf(archive), FLOOR, DEFAULTS),
  ].join('\n');
}

function machineLines(rounds: number): string {
  const { stdout } = spawnSync('syncthing', ['--version'], { encoding: 'utf8' });
  const mirror = stdout.split(' ').slice(0, 2).join(' ');
  return `${rounds} rounds on ${machineText()}\n${mirror}, both machines on this one`;
}
