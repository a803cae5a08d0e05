// Where a daemon keeps its log beside the terminal: one file a role in `log.dir`, and one daemon a file.
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Lock } from '../system/lock.ts';
import type { DaemonLog } from '../system/log.ts';
import type { Context } from './context.ts';

const MB = 1_000_000;

/** `<log.dir>/runner.log`; undefined while the id of the queue is not known, which names the folder. */
function logFileOf({ settings }: Context, role: 'runner' | 'watcher'): string | undefined {
  return settings.log.dir && path.join(settings.log.dir, `${role}.log`);
}

/** Keeps the log in its file, too, unless another daemon does. Whatever goes wrong is a warning. */
export async function keepLog(context: Context, log: DaemonLog, role: 'runner' | 'watcher'): Promise<void> {
  const file = logFileOf(context, role);
  if (file === undefined) return;
  const { max_mb, keep } = context.settings.log;
  const lock = await lockOf(context, file).catch((error: unknown) => messageOf(error));
  if (typeof lock === 'string') {
    log.warn(
      { file, error: lock },
      'the log is not kept in its file: set log.dir to a folder that can be written',
    );
  } else if (lock === undefined) {
    log.warn({ file }, 'another daemon keeps its log in this file: set log.dir to a folder of its own');
  } else {
    // the lock is held as long as this process lives
    log.alsoTo({ path: file, maxBytes: max_mb * MB, keep });
  }
}

async function lockOf({ parts }: Context, file: string): Promise<Lock | undefined> {
  parts.disk.files.makeDir(path.dirname(file));
  return parts.locks.take(`${file}.lock`);
}
