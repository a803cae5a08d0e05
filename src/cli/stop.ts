// Asks a daemon of this machine to stop, and waits until it has.
import { JobqError } from '../errors.ts';
import { isoNow, jsonText, writeWhole } from '../store/disk.ts';
import type { Context } from './context.ts';
import { whoAsks } from './side.ts';
import type { VerbResult } from './verb.ts';

const LOOK_MS = 200;

/** Which daemon: the watcher of the queue, or the runner of this id. */
export type DaemonName = { role: 'watcher' } | { role: 'runner'; id: string };

/** The name in files: `watcher`, `runner-nx-station`. */
export function fileNameOf(daemon: DaemonName): string {
  return daemon.role === 'watcher' ? 'watcher' : `runner-${daemon.id}`;
}

function lockOf({ layout }: Context, daemon: DaemonName): string {
  return daemon.role === 'watcher' ? layout.watcherLock : layout.runnerLock(daemon.id);
}

/** Does it run on this machine? Its lock tells. */
export function runsHere(context: Context, daemon: DaemonName): Promise<boolean> {
  return context.parts.locks.isHeld(lockOf(context, daemon));
}

/** What `jobq runner stop` and `jobq watcher stop` do. */
export async function requestStop(
  context: Context,
  daemon: DaemonName,
  timeoutS: number,
): Promise<VerbResult> {
  const { parts, layout } = context;
  const file = layout.stopFile(fileNameOf(daemon));
  const who = daemon.role === 'watcher' ? 'the watcher' : `runner ${daemon.id}`;
  const value = { daemon: daemon.role, runner: daemon.role === 'runner' ? daemon.id : null };
  if (!(await runsHere(context, daemon))) {
    await parts.disk.files.removeFile(file);
    const text = `${who} does not run on this machine: nothing to stop`;
    return { value: { ...value, was_running: false }, text: () => text };
  }
  await ask(context, file);
  await untilStopped(context, daemon, who, timeoutS);
  // one that came too late for the daemon that ended is not for the next
  await parts.disk.files.removeFile(file);
  return { value: { ...value, was_running: true }, text: () => `${who} has stopped` };
}

async function ask(context: Context, file: string): Promise<void> {
  const { parts, layout } = context;
  parts.disk.files.makeDir(layout.staging);
  const requested_at = isoNow(parts.disk);
  const request = { requested_at, requested_by: whoAsks(context) };
  await writeWhole(parts.disk, layout.staging, file, jsonText(request));
}

async function untilStopped(
  context: Context,
  daemon: DaemonName,
  who: string,
  timeoutS: number,
): Promise<void> {
  const { disk, interrupt } = context.parts;
  const endMs = disk.clock.monotonic() + timeoutS * 1000;
  while (await runsHere(context, daemon)) {
    if (interrupt.aborted || disk.clock.monotonic() >= endMs) throw goesOn(context, daemon, who);
    await disk.clock.sleep(LOOK_MS, interrupt);
  }
}

function goesOn({ parts, layout }: Context, daemon: DaemonName, who: string): JobqError {
  const file = layout.stopFile(fileNameOf(daemon));
  const seen = parts.disk.files.facts(file) === undefined;
  return new JobqError('wait-timeout', `${who} still runs${seen ? ': it has seen the request' : ''}`, {
    file,
    remedy: seen
      ? 'wait: it finishes what it copies; `--timeout` waits longer, its log says what it does'
      : 'look into its log; the request stays until it sees it',
  });
}
