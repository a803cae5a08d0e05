// Kills what one round's plan says, when it says so, and starts again the daemons that died. It judges nothing.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KillPlan, Victim } from './plan.ts';
import type { Living } from './processes.ts';
import { processesNaming, variable } from './processes.ts';
import type { Role, World } from './world.ts';
import { kill } from './world.ts';

/** One process that was killed, and the attempt it belonged to, if any. */
export interface Killed {
  what: Role | 'supervisor' | 'script' | 'child';
  pid: number;
  job?: string;
  attempt?: number;
  /** When it was killed, milliseconds since 1970, as in the journal. */
  at?: number;
}

const ATTEMPTS = '.jobq-attempts';
const ATTEMPT_DIR = /\/\.jobq-attempts\/([^/]+)\/(\d+)$/;

/** The attempt that a supervisor was started for, or was told of since. */
function attemptOf(lastArg: string, pid: number): { job?: string; attempt?: number } {
  const [, job, attempt] = ATTEMPT_DIR.exec(lastArg) ?? [];
  return job === undefined ? attemptToldTo(lastArg, pid) : { job, attempt: Number(attempt) };
}

/** The attempt whose supervisor this process says it is and that is not over; none as long as it waits for one. */
function attemptToldTo(attemptsDir: string, pid: number): { job?: string; attempt?: number } {
  for (const job of namesIn(attemptsDir)) {
    for (const attempt of namesIn(path.join(attemptsDir, job))) {
      const dir = path.join(attemptsDir, job, attempt);
      const told = readIfThere(path.join(dir, 'supervisor.json'));
      if (told.includes(`"pid": ${pid},`) && !existsSync(path.join(dir, 'exit.json')))
        return { job, attempt: Number(attempt) };
    }
  }
  return {};
}

/** What is removed at that moment is not there. */
function ifThere<T>(none: T, read: () => T): T {
  try {
    return read();
  } catch {
    return none;
  }
}

const namesIn = (dir: string) => ifThere<string[]>([], () => readdirSync(dir));
const readIfThere = (file: string) => ifThere('', () => readFileSync(file, 'utf8'));

/** How long a victim is waited for that is not there, or does nothing. */
const PATIENCE_MS = 1500;
/** How often its folders are looked at then: what it does next is only milliseconds away. */
const LOOK_MS = 3;

function isDaemon(what: string): what is Role {
  return what === 'runner' || what === 'watcher';
}

/** What a living process is; undefined for the daemons and for what they start beside supervisors. */
function killedOf(living: Living, all: readonly Living[]): Killed | undefined {
  const { pid, args } = living;
  const dir = args.at(-1) ?? '';
  if (
    (dir.endsWith(ATTEMPTS) || ATTEMPT_DIR.test(dir)) &&
    args.some((arg) => arg.endsWith('supervisor.cjs'))
  ) {
    // what a supervisor starts looks like a supervisor until it is the program that it is to be
    const isCopy = all.some(
      (other) => other.pid === living.parent && other.args.join('\0') === args.join('\0'),
    );
    return isCopy ? undefined : { what: 'supervisor', pid, ...attemptOf(dir, pid) };
  }
  const job = variable(living, 'JOBQ_JOB_ID');
  const script = args.findIndex((arg) => /restless\.(py|mjs)$/.test(arg));
  if (job === undefined || script < 0) return undefined;
  const what = args[script + 1] === 'beside' ? 'child' : 'script';
  return { what, pid, job, attempt: Number(variable(living, 'JOBQ_ATTEMPT')) };
}

/** Those of attempts, and supervisors that wait for one. */
function allProcesses({ home }: World): Killed[] {
  const all = processesNaming(home);
  return all.flatMap((living) => killedOf(living, all) ?? []);
}

export function attemptProcesses(world: World): Killed[] {
  return allProcesses(world).filter(({ job }) => job !== undefined);
}

/** The processes to kill now: one of each kind that the plan names. Undefined when there is none. */
function targets(world: World, { victim, early, gentle, lurkMs }: KillPlan): Killed[] | undefined {
  if (victim === 'everything') return everything(world);
  const found = allProcesses(world);
  const scripts = new Set(
    found.flatMap(({ what, job, attempt }) => (what === 'script' ? [`${job} ${attempt}`] : [])),
  );
  const hasBegun = ({ what, job, attempt }: Killed) =>
    what !== 'supervisor' || scripts.has(`${job} ${attempt}`);
  const chosen = victim.split(' and ').map((what): Killed | undefined => {
    if (!isDaemon(what)) return ofKind(early ? found : found.filter(hasBegun), what, lurkMs);
    const life = world.alive(what);
    if (gentle && life?.wasEnded) return undefined; // who is told to stop a second time stops at once
    const isUp = early || life?.output().includes('is up');
    return isUp && life?.child.pid !== undefined ? { what, pid: life.child.pid } : undefined;
  });
  return chosen.every((one) => one !== undefined) ? chosen : undefined;
}

function ofKind(found: readonly Killed[], what: string, number: number): Killed | undefined {
  const fitting = found.filter((one) => one.what === what);
  return fitting[number % Math.max(1, fitting.length)];
}

/** As when the power fails, in an order in which nobody can tell a tale of another's death. */
function everything(world: World): Killed[] {
  const daemons = (['runner', 'watcher'] as const).flatMap((what) => {
    const pid = world.alive(what)?.child.pid;
    return pid === undefined ? [] : [{ what, pid }];
  });
  const rank = { supervisor: 0, script: 1, child: 2, runner: 3, watcher: 3 };
  return [...daemons, ...allProcesses(world).sort((a, b) => rank[a.what] - rank[b.what])];
}

/** The folders that a victim writes, by their names: what changes there is its work. */
const WRITES: Record<Victim, readonly string[]> = {
  runner: ['state', 'queue/inbox', 'work'],
  watcher: ['queue/archive', 'queue/requests', 'queue/processing'],
  supervisor: ['work'],
  'runner and supervisor': ['work', 'state'],
  script: ['work'],
  child: ['work'],
  everything: ['state', 'work', 'queue/archive'],
};

/** Names and sizes two levels down: where ledgers grow, attempts begin and end, records come and go. */
function tracesOf({ home }: World, victim: Victim): string {
  const below = (dir: string): string[] =>
    (readdirSafely(dir) ?? []).map(
      (entry) => `${entry.name} ${entry.isFile() ? sizeOf(path.join(dir, entry.name)) : ''}`,
    );
  return WRITES[victim]
    .map((folder) => path.join(home, folder))
    .flatMap((dir) => [dir, ...dirsBelow(dir), ...dirsBelow(dir).flatMap(dirsBelow)].flatMap(below))
    .join('\n');
}

function readdirSafely(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return undefined; // gone meanwhile
  }
}

function dirsBelow(dir: string): string[] {
  return (readdirSafely(dir) ?? []).flatMap((entry) =>
    entry.isDirectory() && entry.name !== '3_results' ? [path.join(dir, entry.name)] : [],
  );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Kills what the plan names as soon as it is there, or nothing. */
async function strike(
  world: World,
  plan: KillPlan,
  log: Killed[],
  isOver: () => boolean,
): Promise<Promise<void>[]> {
  const isThere = () => isOver() || targets(world, plan) !== undefined;
  const appears = () => world.until(plan.victim, isThere, PATIENCE_MS).catch(() => false);
  await appears();
  if (plan.atWork) await works(world, plan.victim);
  await sleep(plan.lurkMs);
  await appears();
  const isGentle = plan.gentle && !plan.early && plan.victim !== 'everything';
  const struck = (targets(world, plan) ?? []).filter(({ what, pid }) =>
    kill(pid, isGentle && isDaemon(what) ? 'SIGTERM' : 'SIGKILL'),
  );
  log.push(...struck.map((one) => ({ ...one, at: Date.now() })));
  return struck.flatMap(({ what }) => (isDaemon(what) ? [again(world, what, plan.awayMs)] : []));
}

/** Waits until something changes in the folders that the victim writes. */
async function works(world: World, victim: Victim): Promise<void> {
  const before = tracesOf(world, victim);
  const changes = () => tracesOf(world, victim) !== before;
  await world.until('a change', changes, PATIENCE_MS, LOOK_MS).catch(() => false);
}

async function again(world: World, role: Role, awayMs: number): Promise<void> {
  const life = world.alive(role);
  if (life?.wasEnded) return; // it was stopping already: whoever told it to starts the next
  if (life) {
    life.wasEnded = true;
    await life.gone;
  }
  await sleep(awayMs);
  world.start(role);
}

/** Carries out the kills until they are done, or nothing is left to disturb. Answers what was killed. */
export async function assault(
  world: World,
  kills: readonly KillPlan[],
  isOver: () => boolean,
): Promise<Killed[]> {
  const log: Killed[] = [];
  const returning: Promise<void>[] = [];
  for (const each of kills) {
    await sleep(each.afterMs);
    if (isOver()) break;
    returning.push(...(await strike(world, each, log, isOver)));
  }
  await Promise.all(returning);
  return log;
}

/** Kills the daemons and everything of every attempt, at once. */
export async function powerFailure(world: World): Promise<Killed[]> {
  const killed = everything(world);
  for (const { pid } of killed) kill(pid);
  await Promise.all(
    world.lives.map((life) => {
      life.wasEnded = true;
      return life.gone;
    }),
  );
  await world.until('every process is gone', () => allProcesses(world).length === 0, 5000);
  return killed;
}
