// Makes a runner of the settings and the real parts, for the daemon and for a run by hand.

import path from 'node:path';
import { JobqError } from '../errors.ts';
import type { RunnerIdentity } from '../job/record.ts';
import type { RunnerParts } from '../runner/parts.ts';
import type { Runner } from '../runner/runner.ts';
import { openRunner } from '../runner/runner.ts';
import { isoNow } from '../store/disk.ts';
import type { RunnerLayout } from '../store/layout.ts';
import { runnerLayoutOf } from '../store/layout.ts';
import type { Log } from '../system/log.ts';
import type { Bell } from '../system/loop.ts';
import type { Context } from './context.ts';
import type { Failure } from './daemon.ts';
import { keepingFailures } from './daemon.ts';
import { keepLog as keepDaemonLog } from './daemon-log.ts';
import type { DaemonParts } from './parts.ts';

export interface PreparedRunner {
  daemon: DaemonParts;
  at: RunnerLayout;
  identity: RunnerIdentity;
  log: Log;
  /** From now on the log is kept in its file, too: for the daemon, not for a run by hand. */
  keepLog(): Promise<void>;
  /** What failed so far. */
  failures: readonly Failure[];
  bell: Bell;
  /** Who is to be told where something is about to move. */
  follow(follow: NonNullable<RunnerParts['follow']>): void;
  open(): Promise<Runner>;
}

export interface RunnerWishes {
  /** One job that a person runs by hand: the runner looks at no other. */
  only?: string;
  /** The owner knows that the ledger of earlier runs is gone. */
  acceptLostLedger?: boolean;
  /** The device of the mirror that this machine is, once that is known. */
  device?: RunnerParts['device'];
}

export async function prepareRunner(context: Context, wishes: RunnerWishes = {}): Promise<PreparedRunner> {
  const { parts, settings, layout } = context;
  const daemon = await parts.loadDaemon();
  const made = daemon.makeLog(settings.log.level);
  const { log, failures } = keepingFailures(made);
  const bell = daemon.newBell();
  const at = placesOf(context);
  const { host, pid, bootId } = parts.environment;
  const identity = { id: settings.runner.id, host, pid, boot_id: bootId, version: parts.version };
  let follow: RunnerParts['follow'];
  const own = {
    disk: parts.disk,
    layout,
    at,
    launcher: daemon.launcher,
    run: daemon.run,
    machine: parts.machine,
    log,
    identity,
    // whoever runs a job by hand wants it now
    settings: wishes.only === undefined ? settings.runner : { ...settings.runner, schedule: [] },
    only: wishes.only,
    follow: (dir: string) => follow?.(dir),
    ...(wishes.device && { device: wishes.device }),
  };
  const open = async () => {
    parts.disk.files.makeDir(layout.staging);
    const runner = await openRunner(own, context.queueId, daemon.newChores(bell.ring), bell.ring);
    await lookAtLoss(runner, wishes, log, isoNow(parts.disk));
    return runner;
  };
  const keepLog = () => keepDaemonLog(context, made, 'runner');
  const setFollow: PreparedRunner['follow'] = (told) => {
    follow = told;
  };
  return { daemon, at, identity, log, keepLog, failures, bell, follow: setFollow, open };
}

async function lookAtLoss({ ledger }: Runner, wishes: RunnerWishes, log: Log, now: string): Promise<void> {
  if (!ledger.lost) return;
  if (wishes.acceptLostLedger) return ledger.accept(now);
  const remedy = 'release the orders that may run (`jobq release`), or start with --accept-lost-ledger';
  log.warn({ remedy }, 'the ledger of earlier runs is gone: every order waits for a release');
}

/** Where the runner keeps its ledger and its work directories: outside the queue. */
export function placesOf({ parts, settings, layout, queueId }: Context): RunnerLayout {
  const { state_dir, work_root } = settings.runner;
  if (queueId === undefined && (state_dir === undefined || work_root === undefined)) {
    throw new JobqError('queue-unusable', 'the id of the queue is not known on this machine yet', {
      file: layout.settings,
      field: 'queue.id',
      remedy:
        'run `jobq init <queue> --role windows --queue-id <id>` with the id that init printed on the Linux side',
    });
  }
  const home = path.join(parts.environment.dataDir, queueId ?? '');
  return runnerLayoutOf(state_dir ?? path.join(home, 'runner'), work_root ?? path.join(home, 'work'));
}
