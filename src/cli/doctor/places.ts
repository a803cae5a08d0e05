// The places that daemons write to: are they there, writable, local, short enough, and is there room?
import path from 'node:path';
import { JobqError, messageOf } from '../../errors.ts';
import { lookAtLedger } from '../../store/ledger.ts';
import { readPresence } from '../../store/presences.ts';
import { forShowing } from '../../store/unreadable.ts';
import type { Files } from '../../system/files.ts';
import type { Context } from '../context.ts';
import { placesOf } from '../prepare-runner.ts';
import type { Finding } from './finding.ts';
import { newCheck } from './finding.ts';

export interface Place {
  dir: string;
  /** Why nothing can be written there; undefined when it can. */
  problem: string | undefined;
  freeBytes: number | undefined;
}

/** Writes a file and removes it; of a folder that is not there yet, where it would be made. */
export async function lookAtPlace(files: Files, dir: string): Promise<Place> {
  const existing = nearest(files, dir);
  const probe = path.join(existing, `.jobq-tmp-${files.uniqueName()}`);
  const freeBytes = files.freeBytes(existing);
  try {
    files.openNew(probe).close();
    await files.removeFile(probe);
    return { dir, problem: undefined, freeBytes };
  } catch (error) {
    return { dir, problem: messageOf(error), freeBytes };
  }
}

function nearest(files: Files, dir: string): string {
  for (let at = dir; ; at = path.dirname(at)) {
    if (isThere(files, at) || at === path.dirname(at)) return at;
  }
}

/** What may not be looked at is there. */
function isThere(files: Files, dir: string): boolean {
  try {
    return files.realPath(dir) !== undefined;
  } catch {
    return true;
  }
}

export interface RunnerPlaces {
  platform: string;
  work: Place;
  state: Place;
  ledger: 'missing' | 'unreadable' | 'lost' | 'whole';
  /** What the runner's presence says that it had. */
  hadLedger: boolean;
  insideQueue: boolean;
  maxPathLength: number;
  minFreeMb: number;
}

export async function lookAtRunnerPlaces(context: Context): Promise<RunnerPlaces | JobqError> {
  const { parts, layout, settings } = context;
  const { files } = parts.disk;
  try {
    const at = placesOf(context);
    const work = settings.runner.work_path ?? at.work;
    const realRoot = realPathOf(files, layout.root);
    const places = [at.work, at.state].map((dir) => realOf(files, dir));
    return {
      platform: parts.environment.platform,
      work: { ...(await lookAtPlace(files, at.work)), dir: work },
      state: await lookAtPlace(files, at.state),
      ledger: ledgerState(files, at.ledger),
      hadLedger:
        readPresence(
          forShowing(files, () => {}),
          layout,
          settings.runner.id,
        ) !== undefined,
      insideQueue: places.some((dir) => isInside(realRoot, dir)),
      maxPathLength: settings.queue.max_path_length,
      minFreeMb: settings.runner.min_free_mb,
    };
  } catch (error) {
    if (error instanceof JobqError) return error;
    throw error;
  }
}

function ledgerState(files: Files, file: string): RunnerPlaces['ledger'] {
  const seen = lookAtLedger(files, file);
  if (typeof seen === 'string') return seen;
  return seen.lost ? 'lost' : 'whole';
}

/** The path with links resolved as far as it exists. */
function realOf(files: Files, dir: string): string {
  const existing = nearest(files, dir);
  return path.join(realPathOf(files, existing), path.relative(existing, dir));
}

function realPathOf(files: Files, dir: string): string {
  try {
    return files.realPath(dir) ?? dir;
  } catch {
    return dir;
  }
}

function isInside(root: string, dir: string): boolean {
  const relative = path.relative(root, dir);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

export function judgeRunnerPlaces(facts: RunnerPlaces): Finding[] {
  return [
    judgeWork(facts),
    ...judgeLength(facts),
    judgeRoom('room for jobs', facts.work, facts.minFreeMb, 'jobs wait for runner.min_free_mb'),
    judgeState(facts),
  ];
}

function judgeWork({ work, insideQueue, platform }: RunnerPlaces): Finding {
  const check = newCheck(
    'work directory',
    'scripts run there: on a local disk, outside every mirrored folder',
  );
  const remedy = 'set runner.work_root to a folder of a local disk outside the queue';
  if (work.problem !== undefined) return check.problem(`${work.dir}: ${work.problem}`, remedy);
  if (insideQueue) return check.problem(`${work.dir} or runner.state_dir is inside the queue`, remedy);
  const isNetwork = platform === 'win32' && /^[\\/]{2}/.test(work.dir);
  if (isNetwork) return check.warning(`${work.dir} is on another machine`, remedy);
  return check.ok(work.dir);
}

const WINDOWS_MAX = 259;
/** The folder of the job, and what programs add to a name (`_sim1-solution_1.op2`). */
const PATH_MARGIN = 60;

function judgeLength({ work, platform, maxPathLength }: RunnerPlaces): Finding[] {
  if (platform !== 'win32') return [];
  const check = newCheck(
    'path length',
    'NX and many other programs fail beyond 259 characters, whatever LongPathsEnabled says',
  );
  const longest = work.dir.length + maxPathLength + PATH_MARGIN;
  const sum = `${work.dir.length} of the work directory + ${maxPathLength} of queue.max_path_length + ${PATH_MARGIN} for job and program`;
  if (longest <= WINDOWS_MAX) return [check.ok(`at most ${longest} characters: ${sum}`)];
  return [
    check.warning(
      `up to ${longest} characters: ${sum}`,
      "set runner.work_root to a short path, such as 'C:\\jq'",
    ),
  ];
}

const MB = 1_000_000;

export function judgeRoom(name: string, { dir, freeBytes }: Place, wantedMb: number, why: string): Finding {
  const check = newCheck(name, why);
  if (freeBytes === undefined) return check.note(`${dir}: the system does not tell how much is free`);
  const freeMb = Math.floor(freeBytes / MB);
  if (freeMb >= wantedMb) return check.ok(`${freeMb} MB free in ${dir}`);
  return check.warning(
    `${freeMb} MB free in ${dir}, ${wantedMb} MB wanted`,
    'make room, or lower the setting',
  );
}

function judgeState({ state, ledger, hadLedger }: RunnerPlaces): Finding {
  const check = newCheck('ledger', 'it tells what ran already: without it nothing starts by itself');
  if (state.problem !== undefined)
    return check.problem(
      `${state.dir}: ${state.problem}`,
      'set runner.state_dir to a folder that can be written',
    );
  const isLost = ledger === 'unreadable' || ledger === 'lost' || (ledger === 'missing' && hadLedger);
  if (!isLost) return check.ok(ledger === 'missing' ? 'none yet: nothing has run here' : state.dir);
  return check.problem(
    `the ledger in ${state.dir} is ${ledger}, and this runner had one`,
    'release the orders that may run (`jobq release`), or start once with `jobq runner --accept-lost-ledger`',
  );
}

/** A folder that only has to be writable. */
export function judgeWritable(name: string, why: string, place: Place, remedy: string): Finding {
  const check = newCheck(name, why);
  return place.problem === undefined
    ? check.ok(place.dir)
    : check.problem(`${place.dir}: ${place.problem}`, remedy);
}
