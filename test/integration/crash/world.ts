// A queue in a fresh folder for the crash tests: both daemons as processes that may be killed, settings from the
// environment alone, a journal that the scripts write outside their work directories. It kills and judges nothing.
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pythonWith, ROOT } from '../queue.ts';
import type { LedgerLine } from './journal.ts';
import { ledgerHistory } from './journal.ts';
import { processesNaming } from './processes.ts';

const PROGRAM = path.join(ROOT, 'bin', 'jobq.js');
export const STUDY = path.join(ROOT, 'fixtures', 'studies', 'restless');
const RUNNER_ID = 'workstation';

export type Role = 'runner' | 'watcher';

/** One life of a daemon, from its start to its end. */
export interface Life {
  role: Role;
  child: ChildProcess;
  /** Somebody of the test ended it. */
  wasEnded: boolean;
  output(): string;
  gone: Promise<void>;
}

export interface Answer {
  status: number;
  value: Record<string, unknown>;
  stderr: string;
}

export interface World {
  home: string;
  queue: string;
  work: string;
  journal: string;
  ledger: string;
  /** All that it has told since the world began. */
  ledgerLines(): LedgerLine[];
  lives: Life[];
  /** The life of this role that goes on. */
  alive(role: Role): Life | undefined;
  start(role: Role, otherwise?: Otherwise): Life;
  end(life: Life, signal: NodeJS.Signals): Promise<void>;
  jobq(...args: string[]): Promise<Answer>;
  /** Submits the study with these options; answers the job id. */
  submit(...options: string[]): Promise<string>;
  archived(job: string): string[];
  /** Is the job in the archive, and nothing of it in the queue any more? */
  isAtRest(job: string): boolean;
  /** Waits for a fact, with a limit. */
  until<T>(what: string, look: () => T | undefined | false, limitMs?: number, everyMs?: number): Promise<T>;
  /** What everybody said. */
  story(): string;
  close(): Promise<void>;
}

/** How a daemon differs from the others. */
export interface Otherwise {
  queue?: string;
  variables?: Readonly<Record<string, string>>;
}

interface Ground {
  home: string;
  journal: string;
}

export interface Wishes {
  slots: number;
  post?: boolean;
  /** How long work directories stay when their jobs are over. */
  keepDays?: number;
  /** A folder that somebody else has made and removes, with a journal outside it. */
  ground?: Ground;
  /** Settings beside those of every world. */
  variables?: Readonly<Record<string, string>>;
}

/** Nothing of the environment of whoever runs the tests is for jobq. */
function plainEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('JOBQ_')));
}

function settings({ home, journal }: Ground, python: string, wishes: Wishes) {
  const { slots, post = false, keepDays = 0, variables = {} } = wishes;
  const env = { CRASH_JOURNAL: journal };
  return {
    JOBQ_QUEUE_ID: 'q-crash',
    JOBQ_SYNCTHING_LINK: 'local',
    JOBQ_LOG_DIR: path.join(home, 'log'),
    JOBQ_RUNNER_ID: RUNNER_ID,
    JOBQ_RUNNER_SLOTS: String(slots),
    JOBQ_RUNNER_STATE_DIR: path.join(home, 'state'),
    JOBQ_RUNNER_WORK_ROOT: path.join(home, 'work'),
    JOBQ_RUNNER_INTERPRETERS: JSON.stringify({
      python: { path: python, env },
      node: { path: process.execPath, env },
    }),
    JOBQ_RUNNER_POLL_INTERVAL_S: '0.2',
    JOBQ_RUNNER_PROGRESS_INTERVAL_S: '0.2',
    JOBQ_RUNNER_PUBLISH_INTERVAL_S: '1',
    JOBQ_RUNNER_GRACE_S: '1',
    JOBQ_RUNNER_LINGER_S: '0.3',
    JOBQ_RUNNER_KEEP_DAYS: String(keepDays),
    JOBQ_RUNNER_KEEP_FAILED_DAYS: String(keepDays),
    JOBQ_RUNNER_MIN_FREE_MB: '0',
    JOBQ_WATCHER_POLL_INTERVAL_S: '0.2',
    JOBQ_WATCHER_SECOND_LOOK_S: '0.2',
    ...(post && { JOBQ_WATCHER_POST_COMMAND: JSON.stringify([python, '-c', POST_PROCESSOR]) }),
    ...variables,
  };
}

const POST_PROCESSOR = 'import shutil, time; time.sleep(0.1); shutil.copy("job.json", "copied.json")';

function startLife(role: Role, args: readonly string[], env: Record<string, string | undefined>): Life {
  const child = spawn(process.execPath, [PROGRAM, role, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let output = '';
  child.stderr.on('data', (text: Buffer) => {
    output += String(text);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { role, child, wasEnded: false, output: () => output, gone };
}

const hasEnded = ({ child }: Life) => child.exitCode !== null || child.signalCode !== null;

function freshGround(): Ground {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'jobq-crash-')));
  return { home, journal: path.join(home, 'journal.jsonl') };
}

export async function openWorld(wishes: Wishes): Promise<World> {
  const python = pythonWith('import hashlib');
  if (!python) throw new Error('no Python');
  const ground = wishes.ground ?? freshGround();
  const { home, journal } = ground;
  const queue = path.join(home, 'queue');
  const env = { ...plainEnvironment(), ...settings(ground, python, wishes) };
  const lives: Life[] = [];
  const ledger = path.join(home, 'state', 'ledger.jsonl');
  const ledgerLines = ledgerHistory(ledger);
  const jobq: World['jobq'] = (...args) => run([...args, '--queue', queue, '--json'], env);
  const made = await run(['init', queue, '--queue-id', 'q-crash', '--json'], env);
  if (made.status !== 0) throw new Error(`init failed: ${made.stderr}`);
  const archived = (job: string) =>
    readdirSync(path.join(queue, 'archive')).filter((name) => name.startsWith(`${job}_`));
  const world: World = {
    home,
    queue,
    work: path.join(home, 'work'),
    journal,
    ledger,
    ledgerLines,
    lives,
    alive: (role) => lives.find((life) => life.role === role && !hasEnded(life)),
    start: (role, otherwise = {}) => {
      const args = ['--queue', otherwise.queue ?? queue];
      ledgerLines();
      const life = startLife(role, args, { ...env, ...otherwise.variables });
      lives.push(life);
      return life;
    },
    end: async (life, signal) => {
      life.wasEnded = true;
      life.child.kill(signal);
      await life.gone;
    },
    jobq,
    submit: async (...options) => {
      const { value, stderr } = await jobq('submit', STUDY, '--run-on', RUNNER_ID, ...options);
      if (typeof value['job_id'] !== 'string') throw new Error(`submit: ${JSON.stringify(value)} ${stderr}`);
      return value['job_id'];
    },
    archived,
    isAtRest: (job) =>
      archived(job).length > 0 &&
      ['outbox', 'inbox', 'requests'].every((tree) => !existsSync(path.join(queue, tree, job))),
    until: (what, look, limitMs = 30_000, everyMs = 50) => until(what, look, limitMs, everyMs),
    story: () => story(world),
    close: () => close(world, wishes.ground === undefined),
  };
  return world;
}

function run(args: readonly string[], env: Record<string, string | undefined>): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      const value = stdout ? (JSON.parse(stdout) as Answer['value']) : {};
      resolve({ status: error ? Number(error.code ?? -1) : 0, value, stderr });
    });
  });
}

async function until<T>(
  what: string,
  look: () => T | undefined | false,
  limitMs: number,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function story({ lives, journal, ledger }: World): string {
  const files = [journal, ledger].filter((file) => existsSync(file));
  return [
    ...lives.map((life, index) => {
      const end = hasEnded(life) ? `ended (${life.child.signalCode ?? life.child.exitCode})` : 'alive';
      return `--- ${index}: ${life.role} ${life.child.pid}, ${end}\n${life.output()}`;
    }),
    ...files.map((file) => `--- ${path.basename(file)}\n${readFileSync(file, 'utf8')}`),
  ].join('\n');
}

/** Ends whatever the world has started, known or not, and removes what is its own. */
async function close({ home, lives }: World, isOwn: boolean): Promise<void> {
  for (const life of lives) life.child.kill('SIGKILL');
  await Promise.all(lives.map((life) => life.gone));
  await until('no process is left', () => killAll(home) === 0, 10_000);
  if (isOwn) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Everything that has to do with this folder, each by its id. Answers how many there were. */
function killAll(home: string): number {
  const found = processesNaming(home);
  for (const { pid } of found) kill(pid);
  return found.length;
}

/** False when it was gone already. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
