// `jobq watcher`: the daemon beside the agents. It seals hand-made orders, brings results home and archives them.
import { EXIT_CODES } from '../../errors.ts';
import { isSkippedName } from '../../job/skipped-names.ts';
import { secretVariables } from '../../settings/notify-names.ts';
import { archivedNames } from '../../store/archive.ts';
import { sweepTemps } from '../../store/disk.ts';
import type { Log } from '../../system/log.ts';
import type { Bell, Ticking } from '../../system/loop.ts';
import type { Watching } from '../../system/watch.ts';
import { newBus } from '../../watcher/bus.ts';
import { openWatcher } from '../../watcher/watcher.ts';
import type { Context } from '../context.ts';
import { openContext } from '../context.ts';
import type { Failure } from '../daemon.ts';
import { daemonOptions, keepingFailures, reopening, whileLocked } from '../daemon.ts';
import { keepLog } from '../daemon-log.ts';
import type { DaemonMirror } from '../daemon-mirror.ts';
import { newDaemonMirror } from '../daemon-mirror.ts';
import { checkTargets, notifierFor } from '../notifying.ts';
import type { CliParts, DaemonParts } from '../parts.ts';
import { requireArchive } from '../side.ts';
import { requestStop } from '../stop.ts';
import { whileStoppable } from '../stop-file.ts';
import type { VerbInput, VerbResult } from '../verb.ts';

interface Options {
  once?: boolean;
  timeout: number;
}

export async function run(parts: CliParts, input: VerbInput<Options>): Promise<VerbResult> {
  const startedMs = parts.disk.clock.now();
  const mirror = newDaemonMirror(await openContext(parts, { queue: input.queue }));
  const { context } = mirror;
  requireArchive(context);
  if (input.args[0] === 'stop') return requestStop(context, { role: 'watcher' }, input.options.timeout);
  const daemon = await parts.loadDaemon();
  const made = daemon.makeLog(context.settings.log.level);
  const { log, failures } = keepingFailures(made);
  const bell = daemon.newBell();
  const stopping = new AbortController();
  const stopped = AbortSignal.any([stopping.signal, parts.interrupt]);
  const open = (follow?: Follow) =>
    openOne(context, daemon, { log, bell, mirror, stopping: stopped, follow });
  return whileLocked(context, context.layout.watcherLock, 'the watcher', async () => {
    await keepLog(context, made, 'watcher');
    for (const dir of [context.layout.staging, context.layout.watcher]) await sweepTemps(parts.disk, dir);
    await checkTargets(context, log);
    return mirror.whileOpen(log, bell.ring, async () =>
      input.options.once
        ? once(context, daemon, await open(), bell, failures)
        : goOn(context, daemon, { log, bell, startedMs, stopping, open }),
    );
  });
}

type Follow = Watching['follow'];

interface GoingOn {
  log: Log;
  bell: Bell;
  startedMs: number;
  /** Fires when the daemon is told to stop. */
  stopping: AbortController;
  open(follow: Follow): Promise<Ticking>;
}

/** Ticks until the daemon is told to stop. */
async function goOn(
  context: Context,
  daemon: DaemonParts,
  { log, bell, startedMs, stopping, open }: GoingOn,
): Promise<VerbResult> {
  const { layout, parts, settings } = context;
  const options = daemonOptions(context, log, bell, settings.watcher.poll_interval_s);
  const trees = (['outbox', 'inbox', 'requests'] as const).map((tree) => layout.tree(tree));
  const watching = daemon.watch(trees, bell.ring, isSkippedName);
  // a runner says every half minute that it lives, and seldom anything else
  const hearing = daemon.watch([layout.tree('runners')], bell.stir, isSkippedName);
  log.info({ queue: layout.root, version: parts.version }, 'watcher is up');
  const ticking = reopening(() => open(watching.follow));
  await whileStoppable(context, { daemon: 'watcher', startedMs, log }, (stop) => {
    stop.addEventListener('abort', () => stopping.abort(), { once: true });
    return daemon.runLoop(ticking, { ...options, stop });
  });
  await Promise.all([watching.close(), hearing.close()]);
  log.info({ queue: layout.root }, 'watcher has stopped');
  return { value: { queue: layout.root, stopped: true }, text: () => '' };
}

interface Around {
  follow: Follow | undefined;
  log: Log;
  bell: Bell;
  mirror: Pick<DaemonMirror, 'link' | 'why'>;
  stopping: AbortSignal;
}

async function openOne(
  context: Context,
  daemon: DaemonParts,
  { log, bell, mirror, stopping, follow }: Around,
): Promise<Ticking> {
  const { parts, layout, settings } = context;
  const { host, user } = parts.environment;
  const chores = daemon.newChores(bell.ring);
  const bus = newBus(bell.ring);
  const notifier = await notifierFor(context, daemon, { bus, chores, log });
  const { run: runCommand, endRun } = daemon;
  const own = { disk: parts.disk, layout, run: runCommand, endRun, stopping, log, identity: { host, user } };
  const told = { bus, ...(notifier && { notifier }) };
  const withheld = secretVariables(settings.notify.targets);
  const watcher = {
    ...own,
    ...told,
    settings: settings.watcher,
    withheld,
    link: mirror.link,
    linkWhy: mirror.why,
    ...(follow && { follow }),
  };
  return openWatcher(watcher, context.queueId, chores, bell.ring);
}

async function once(
  { parts, layout }: Context,
  daemon: DaemonParts,
  watcher: Ticking,
  bell: Bell,
  failures: readonly Failure[],
): Promise<VerbResult> {
  const names = () => [...archivedNames(parts.disk.files, layout).values()].flat();
  const before = new Set(names());
  await daemon.runUntilIdle(watcher, bell, parts.interrupt);
  const archived = names().filter((name) => !before.has(name));
  return {
    value: { queue: layout.root, archived, failed: failures },
    exitCode: failures.length > 0 ? EXIT_CODES['queue-unusable'].exit : 0,
    text: () =>
      archived.length === 0
        ? 'nothing to archive'
        : archived.map((name) => `archived ${layout.archived(name)}`).join('\n'),
  };
}
