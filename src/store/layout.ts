// The only file that knows the names of the folders of a queue.
import path from 'node:path';

/** The four trees that are mirrored, and which side writes each. */
export const TREES = {
  outbox: 'linux',
  requests: 'linux',
  inbox: 'windows',
  runners: 'windows',
} as const;
export type Tree = keyof typeof TREES;
export const TREE_NAMES = Object.keys(TREES) as Tree[];

/** The folders that stay on the Linux side. */
export const LOCAL_DIRS = ['processing', 'archive', '.jobq-staging', '.jobq-watcher'] as const;

export const SETTINGS_FILE = 'jobq.toml';
export const POST_DIR = 'post';
export const ORDER_DIR = 'order';
/** In an archived job's directory: that it was given up, and that it is tried again. */
export const ABANDONED_FILE = 'abandoned.json';
export const RETRY_FILE = 'retry.json';
/** There too: what was removed of it to free space. */
export const PRUNED_FILE = 'pruned.json';

/** The paths of one queue on this machine. */
export interface Layout {
  root: string;
  tree(name: Tree): string;
  order(jobId: string): string;
  record(jobId: string): string;
  requests(jobId: string): string;
  presence(runnerId: string): string;
  processing(jobId: string): string;
  archive: string;
  archived(name: string): string;
  /** A copy of a record that is being made; worthless until renamed to `collected`. */
  copying(jobId: string): string;
  /** A whole and verified copy of a record, not yet archived under its final name. */
  collected(jobId: string): string;
  /** On the queue's file system and never mirrored: where everything is built before it is renamed into place. */
  staging: string;
  /** The watcher's own state. */
  watcher: string;
  lost(jobId: string): string;
  /** What happened, one JSON line each; older ones lie beside it. */
  events: string;
  checkpoint: string;
  /** Who is alive, as the watcher judges it. */
  judgement: string;
  /** How far a reader of the news is. */
  news(consumer: string): string;
  /** The ledger of messages. */
  notifications: string;
  /** Who gave up a job that had been asked to be cancelled before. */
  abandoned(jobId: string): string;
  /** Who lifted the hold of a job that still depends on others. */
  unheld(jobId: string): string;
  /** Who said that a retry which is decided is not to be made; by the id that it would have. */
  stoppedRetry(retryId: string): string;
  /** Held by the runner of this id; one lock for all users of this machine. */
  runnerLock(runnerId: string): string;
  watcherLock: string;
  /** Who holds a lock; beside it. */
  holder(lock: string): string;
  /** Whoever writes it asks the daemon of this name, `watcher` or `runner-<id>`, to stop. */
  stopFile(daemon: string): string;
  settings: string;
}

export function layoutOf(root: string): Layout {
  const at = below(root);
  return {
    root,
    tree: (name) => at(name),
    order: (jobId) => at('outbox', jobId),
    record: (jobId) => at('inbox', jobId),
    requests: (jobId) => at('requests', jobId),
    presence: (runnerId) => at('runners', `${runnerId}.json`),
    processing: (jobId) => at('processing', jobId),
    archive: at('archive'),
    archived: (name) => at('archive', name),
    copying: (jobId) => at('archive', `.jobq-copying-${jobId}`),
    collected: (jobId) => at('archive', `.jobq-collected-${jobId}`),
    staging: at('.jobq-staging'),
    watcher: at('.jobq-watcher'),
    lost: (jobId) => at('.jobq-watcher', 'lost', `${jobId}.json`),
    events: at('.jobq-watcher', 'events.jsonl'),
    checkpoint: at('.jobq-watcher', 'checkpoint.json'),
    judgement: at('.jobq-watcher', 'liveness.json'),
    news: (consumer) => at('.jobq-watcher', 'news', `${consumer}.json`),
    notifications: at('.jobq-watcher', 'notify.jsonl'),
    abandoned: (jobId) => at('.jobq-watcher', 'abandoned', `${jobId}.json`),
    unheld: (jobId) => at('.jobq-watcher', 'unheld', `${jobId}.json`),
    stoppedRetry: (retryId) => at('.jobq-watcher', 'stopped-retries', `${retryId}.json`),
    runnerLock: (runnerId) => at('.jobq-staging', `runner-${runnerId}.lock`),
    watcherLock: at('.jobq-staging', 'watcher.lock'),
    holder: (lock) => `${lock}.holder.json`,
    stopFile: (daemon) => at('.jobq-staging', `${daemon}.stop`),
    settings: at(SETTINGS_FILE),
  };
}

/** Asked for many paths at each tick: putting them in order anew takes longer than looking at the file. */
function below(root: string): (...parts: string[]) => string {
  const base = path.join(root, 'x').slice(0, -1);
  return (...parts) => (parts.every(isPlainPart) ? base + parts.join(path.sep) : path.join(root, ...parts));
}

const PLAIN_PART = /^[\w-][\w.-]*$|^\.\w[\w.-]*$/;
const isPlainPart = (part: string) => PLAIN_PART.test(part);

const ARCHIVED_NAME = /^(.+)_\d{8}-\d{6}(?:-\d+)?$/;

/** The job id in the name of an archived job's directory, if it is one. */
export function jobOfArchived(name: string): string | undefined {
  return ARCHIVED_NAME.exec(name)?.[1];
}

const ATTEMPTS = '.jobq-attempts';

/** The folders that one machine's runner keeps outside the queue. */
export interface RunnerLayout {
  state: string;
  ledger: string;
  /** What the owner of the machine asked for. */
  owner: string;
  /** What the licence command printed last. */
  licences: string;
  work: string;
  workDir(jobId: string): string;
  staging: string;
  /** Beside the work directories, where a script that clears up behind itself does not reach. */
  attemptsOfAll: string;
  attempts(jobId: string): string;
  attempt(jobId: string, attempt: number): string;
}

export function runnerLayoutOf(stateDir: string, workRoot: string): RunnerLayout {
  const inWork = below(workRoot);
  return {
    state: stateDir,
    ledger: path.join(stateDir, 'ledger.jsonl'),
    owner: path.join(stateDir, 'owner.json'),
    licences: path.join(stateDir, 'licences.txt'),
    work: workRoot,
    workDir: (jobId) => inWork(jobId),
    staging: path.join(workRoot, '.jobq-staging'),
    attemptsOfAll: path.join(workRoot, ATTEMPTS),
    attempts: (jobId) => inWork(ATTEMPTS, jobId),
    attempt: (jobId, attempt) => inWork(ATTEMPTS, jobId, String(attempt)),
  };
}
