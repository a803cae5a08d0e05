// Wakes a daemon when something moves in the few directories that matter. Events carry no truth: the loop re-reads.
// The only import of chokidar.
import { watch } from 'chokidar';

export interface Watching {
  close(): Promise<void>;
}

/** Calls `wake` when an entry of one of these directories, or of its sub-directories, changes. */
export type Watch = (dirs: readonly string[], wake: () => void) => Watching;

export const systemWatch: Watch = (dirs, wake) => {
  const watcher = watch([...dirs], { depth: 1, ignoreInitial: true, ignorePermissionErrors: true });
  watcher.on('all', wake);
  watcher.on('error', wake);
  return { close: () => watcher.close() };
};

/** No events: the daemon's slow timer does the same, later. */
export const noWatch: Watch = () => ({ close: () => Promise.resolve() });
