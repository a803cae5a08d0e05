// Makes a runner of the settings and the real parts, for the daemon and for a run by hand.
import path from 'node:path';
import { JobqError } from '../errors.ts';
import type { RunnerIdentity } from '../job/record.ts';
import type { Runner } from '../runner/runner.ts';
import { openRunner } from '../runner/runner.ts';
import type { RunnerLayout } from '../store/layout.ts';
import { runnerLayoutOf } from '../store/layout.ts';
import type { Log } from '../system/log.ts';
import type { Bell, Ticking } from '../system/loop.ts';
import type { Context } from './context.ts';
import { reopening } from './daemon.ts';
import type { DaemonParts } from './parts.ts';

export interface PreparedRunner {
  daemon: DaemonParts;
  at: RunnerLayout;
  identity: RunnerIdentity;
  log: Log;
  bell: Bell;
  open(): Promise<Runner>;
  reopening(): Ticking;
}

/** `only` restricts the runner to one job that a person runs by hand. */
export async function prepareRunner(context: Context, only?: string): Promise<PreparedRunner> {
  const { parts, settings, layout } = context;
  const daemon = await parts.loadDaemon();
  const log = daemon.makeLog(parts.environment.variables['JOBQ_LOG_LEVEL'] ?? 'info');
  const bell = daemon.newBell();
  const at = placesOf(context);
  const { host, pid, bootId } = parts.environment;
  const identity = { id: settings.runner.id, host, pid, boot_id: bootId, version: parts.version };
  const own = {
    disk: parts.disk,
    layout,
    at,
    launcher: daemon.launcher,
    log,
    identity,
    settings: settings.runner,
    only,
  };
  const open = async () => {
    for (const dir of [at.work, layout.staging]) parts.disk.files.makeDir(dir);
    return openRunner(own, context.queueId, daemon.newChores(bell.ring), bell.ring);
  };
  return { daemon, at, identity, log, bell, open, reopening: () => reopening(open) };
}

/** Where the runner keeps its ledger and its work directories: outside the queue. */
function placesOf({ parts, settings, layout, queueId }: Context): RunnerLayout {
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
