// What both daemons' commands share: one process a lock, a queue that comes and goes, and errors told once.
import { JobqError, messageOf } from '../errors.ts';
import type { Lock } from '../system/lock.ts';
import type { Log } from '../system/log.ts';
import type { Bell, LoopOptions, Ticking } from '../system/loop.ts';
import type { Context } from './context.ts';
import { holderText, noteHolder, readHolder } from './holder.ts';
import type { CliParts } from './parts.ts';

/** Holds the lock while the work is done; refuses when another process holds it, and says who that is. */
export async function whileLocked<T>(
  context: Context,
  file: string,
  who: string,
  work: () => Promise<T>,
): Promise<T> {
  const { parts, layout } = context;
  parts.disk.files.makeDir(layout.staging);
  const lock = await takeLock(parts, file);
  if (!lock) {
    const holder = holderText(readHolder(parts.disk.files, layout.holder(file)));
    throw new JobqError('conflict', `${who} runs already for the queue ${layout.root}${holder}`, {
      file,
      remedy: 'stop the other process first, or let it do the work',
    });
  }
  try {
    await noteHolder(context, file);
    return await work();
  } finally {
    await parts.disk.files.removeFile(layout.holder(file)).catch(() => {});
    await lock.release();
  }
}

/** Whoever only looks whether a daemon runs holds its lock for a moment. */
const LOOKERS_MS = 500;

async function takeLock({ locks, disk, interrupt }: CliParts, file: string): Promise<Lock | undefined> {
  const endMs = disk.clock.monotonic() + LOOKERS_MS;
  for (;;) {
    const lock = await locks.take(file, true);
    if (lock || interrupt.aborted || disk.clock.monotonic() >= endMs) return lock;
    await disk.clock.sleep(LOOKERS_MS / 5, interrupt);
  }
}

/** Opens at the first tick that can: a daemon waits for a queue that is not there yet instead of giving up. */
export function reopening(open: () => Promise<Ticking>): Ticking {
  let opened: Ticking | undefined;
  return {
    tick: async () => {
      opened ??= await open();
      return opened.tick();
    },
    glance: async () => (await opened?.glance?.()) ?? true,
    settled: async () => opened?.settled(),
    close: async () => opened?.close?.(),
  };
}

export function daemonOptions(context: Context, log: Log, bell: Bell, pollS: number): LoopOptions {
  const { disk, interrupt } = context.parts;
  let told = '';
  return {
    clock: disk.clock,
    bell,
    pollMs: pollS * 1000,
    stop: interrupt,
    onTick: () => {
      if (told) log.info({}, 'the queue can be used again');
      told = '';
    },
    onError: (error) => {
      const message = messageOf(error);
      if (message === told) return;
      told = message;
      const remedy = error instanceof JobqError ? error.remedy : undefined;
      log.error(
        { error: message, ...(remedy && { remedy }) },
        'the queue cannot be used now; nothing is started and nothing deleted',
      );
    },
  };
}

/** What failed while a daemon worked until it was idle: told in its result, not only in its log. */
export interface Failure {
  job_id?: string;
  action?: string;
  error: string;
}

/** A log that also keeps what failed. */
export function keepingFailures(log: Log): { log: Log; failures: Failure[] } {
  const failures: Failure[] = [];
  const error: Log['error'] = (facts, message) => {
    failures.push({ error: message, ...facts });
    log.error(facts, message);
  };
  const { debug, info, warn } = log;
  return { log: { debug: debug.bind(log), info: info.bind(log), warn: warn.bind(log), error }, failures };
}
