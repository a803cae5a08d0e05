// What is known of one job once it is at rest: the archive, the journal, the ledger, the kills. It judges nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JobRecord } from '../../../src/job/record.ts';
import type { Killed } from './assault.ts';
import { attemptProcesses } from './assault.ts';
import type { JournalLine, LedgerLine } from './journal.ts';
import { readJournal } from './journal.ts';
import type { JobPlan } from './plan.ts';
import type { World } from './world.ts';

export interface Archived {
  record: JobRecord;
  /** What `sha256sum -c` says against the record, and against the order beside it. */
  sumsProblems: string[];
  /** The published files, by path, with their digest; the order and what a post-processor made are no part of it. */
  files: Record<string, string>;
  log: string;
  made?: { attempt: number; files: Record<string, string> } | undefined;
}

export interface JobEvidence {
  id: string;
  plan: JobPlan;
  archived: Archived[];
  journal: JournalLine[];
  ledger: LedgerLine[];
  killed: Killed[];
}

export function gather(
  world: World,
  jobs: ReadonlyMap<string, JobPlan>,
  killed: readonly Killed[],
): JobEvidence[] {
  const journal = readJournal(world.journal);
  const ledger = world.ledgerLines();
  const owned = withOwners(killed, ledger);
  return [...jobs].map(([id, plan]) => ({
    id,
    plan,
    archived: world.archived(id).map((name) => readArchived(path.join(world.queue, 'archive', name))),
    journal: journal.filter((line) => line.job === id),
    ledger: ledger.filter((line) => line.job_id === id),
    killed: owned.filter((one) => one.job === id),
  }));
}

function readArchived(dir: string): Archived {
  const files = Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
      .filter((file) => !/^(order|post)\//.test(file))
      .map((file) => [file, sha256(readFileSync(path.join(dir, file)))]),
  );
  const made = readMade(path.join(dir, '3_results', 'made.json'));
  return {
    record: JSON.parse(readFileSync(path.join(dir, 'job.json'), 'utf8')) as JobRecord,
    sumsProblems: [...sumsProblems(dir, files), ...sumsProblems(path.join(dir, 'order'))],
    files,
    log: files['stdout.log'] === undefined ? '' : readFileSync(path.join(dir, 'stdout.log'), 'utf8'),
    made,
  };
}

/** What the script says that it made. One that was killed while it wrote leaves half a file, or none. */
function readMade(file: string): Archived['made'] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as NonNullable<Archived['made']>;
  } catch {
    return undefined;
  }
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What `sha256sum -c` says, and files that stand there without being named. */
function sumsProblems(dir: string, files: Readonly<Record<string, string>> = {}): string[] {
  const checked = spawnSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], {
    cwd: dir,
    encoding: 'utf8',
  });
  const problems = checked.status === 0 ? [] : [`${dir}: ${checked.stdout}${checked.stderr}`];
  const named = new Set(
    readFileSync(path.join(dir, 'SHA256SUMS'), 'utf8')
      .split('\n')
      .map((line) => line.slice(66)),
  );
  const unnamed = Object.keys(files).filter((file) => file !== 'SHA256SUMS' && !named.has(file));
  return [...problems, ...unnamed.map((file) => `${dir}: ${file} is not named by the seal`)];
}

const namesIn = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir) : []);

/** Work directories and attempts that are still there. */
export function workLeft({ work }: World): string[] {
  const jobs = [work, path.join(work, '.jobq-attempts')].flatMap(namesIn);
  return jobs.filter((name) => !name.startsWith('.')).map((name) => `work of ${name}`);
}

/** Temporary files, wherever they are. */
export function temporaryFiles({ home }: World): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.jobq-(tmp|copying|collected|lingering)-/.test(file),
  );
}

/** What is left in the folders though nothing is under way any more. */
export function leftovers(world: World): string[] {
  const trees = ['outbox', 'inbox', 'requests', 'processing'].flatMap((tree) =>
    namesIn(path.join(world.queue, tree)).flatMap((name) =>
      name.startsWith('.') ? [] : [`${tree}/${name}`],
    ),
  );
  const staged = namesIn(path.join(world.work, '.jobq-staging')).map((name) => `staged: ${name}`);
  return [...temporaryFiles(world), ...trees, ...workLeft(world), ...staged];
}

export function processesLeft(world: World): string[] {
  return attemptProcesses(world).map(
    ({ what, pid, job, attempt }) => `${what} ${pid} of ${job}, attempt ${attempt}`,
  );
}

/** Lines of the daemons' logs that say that something failed, in words. */
export function failuresTold({ lives }: World): string[] {
  return lives.flatMap((life, index) =>
    life
      .output()
      .split('\n')
      .filter((line) => /"msg":"failed; tried again later"|"level":(50|60)|could not/.test(line))
      .map((line) => `${life.role} (life ${index}): ${line}`),
  );
}

/** Daemons that ended though nobody ended them, or not as they should when they were told to stop. */
export function wrongEnds({ lives }: World): string[] {
  return lives.flatMap(({ role, child, wasEnded, output }) => {
    const end = child.signalCode ?? child.exitCode;
    if (end === null || (wasEnded && (end === 'SIGKILL' || end === 0))) return [];
    return [`${role} ${child.pid} ended with ${end}${wasEnded ? '' : ' by itself'}: ${output()}`];
  });
}

/** A supervisor that had not written yet whose it is may have been that of any attempt then under way. */
function withOwners(killed: readonly Killed[], ledger: readonly LedgerLine[]): Killed[] {
  return killed.flatMap((one) => {
    if (one.what !== 'supervisor' || one.job !== undefined) return [one];
    const underWay = ledger.filter((line) => line.event === 'intent' && isDuring(line, ledger, one.at ?? 0));
    return [one, ...underWay.map(({ job_id, attempt }) => ({ ...one, job: job_id, attempt }))];
  });
}

function isDuring({ job_id, attempt, at = '' }: LedgerLine, ledger: readonly LedgerLine[], moment: number) {
  const end = ledger.find(
    (line) =>
      line.job_id === job_id &&
      line.attempt === attempt &&
      (line.event === 'ended' || line.event === 'again'),
  );
  return Date.parse(at) <= moment && moment <= Date.parse(end?.at ?? '');
}
