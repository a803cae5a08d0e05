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
  /** Held by the runner of this id; one lock for all users of this machine. */
  runnerLock(runnerId: string): string;
  watcherLock: string;
  settings: string;
}

export function layoutOf(root: string): Layout {
  const at = (...parts: string[]) => path.join(root, ...parts);
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
    runnerLock: (runnerId) => at('.jobq-staging', `runner-${runnerId}.lock`),
    watcherLock: at('.jobq-staging', 'watcher.lock'),
    settings: at(SETTINGS_FILE),
  };
}

const ARCHIVED_NAME = /^(.+)_\d{8}-\d{6}(?:-\d+)?$/;

/** The job id in the name of an archived job's directory, if it is one. */
export function jobOfArchived(name: string): string | undefined {
  return ARCHIVED_NAME.exec(name)?.[1];
}

/** The folders that one machine's runner keeps outside the queue. */
export interface RunnerLayout {
  ledger: string;
  work: string;
  workDir(jobId: string): string;
  staging: string;
  attempt(jobId: string, attempt: number): string;
}

export function runnerLayoutOf(stateDir: string, workRoot: string): RunnerLayout {
  return {
    ledger: path.join(stateDir, 'ledger.jsonl'),
    work: workRoot,
    workDir: (jobId) => path.join(workRoot, jobId),
    staging: path.join(workRoot, '.jobq-staging'),
    attempt: (jobId, attempt) => path.join(workRoot, jobId, `.jobq-attempt-${attempt}`),
  };
}
