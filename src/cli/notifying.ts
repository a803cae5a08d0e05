// Puts the sender of messages together with the watcher that gives it its turns and its events.

import type { Notifier } from '../notify/notifier.ts';
import { openNotifier } from '../notify/notifier.ts';
import { missingFile, missingVariable } from '../notify/secrets.ts';
import { readTargetsSeen, writeTargetsSeen } from '../notify/targets-seen.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import { announcer, messageEvents, untold } from '../watcher/announce.ts';
import type { EventBus } from '../watcher/bus.ts';
import type { Context } from './context.ts';
import type { DaemonParts } from './parts.ts';
import { sendsMessages } from './sends-messages.ts';

/** Undefined when the settings name no target, and never did. */
export async function notifierFor(
  context: Context,
  { http, run, random }: DaemonParts,
  { bus, chores, log }: { bus: EventBus; chores: Chores; log: Log },
): Promise<Notifier | undefined> {
  if (!sendsMessages(context)) return undefined;
  const { parts, layout, settings } = context;
  const eventsOf = messageEvents();
  const notifier = await openNotifier({
    disk: parts.disk,
    file: layout.notifications,
    settings: settings.notify,
    variables: parts.environment.variables,
    http,
    run,
    random,
    chores,
    log,
    heard: (change, waiting) => {
      for (const event of eventsOf(change, waiting)) bus.post(event);
    },
  });
  for (const event of untold({ disk: parts.disk, layout }, notifier.dead())) bus.post(event);
  bus.subscribe(announcer({ disk: parts.disk, layout }, notifier));
  return notifier;
}

/** At the watcher's start: warns of targets that cannot be sent to, and writes down what other processes cannot see. */
export async function checkTargets(context: Context, log: Log): Promise<void> {
  const { parts, layout, settings } = context;
  const { disk, environment } = parts;
  const targets = Object.entries(settings.notify.targets);
  if (!sendsMessages(context) && !readTargetsSeen(disk.files, layout.notifications)) return;
  for (const [name, target] of targets) {
    const problem = missingFile(target, disk.files) ?? missingVariable(target, environment.variables);
    if (problem) log.warn({ target: name, problem }, 'no message can be sent to this target');
  }
  const seen = targets.map(
    ([name, target]) => [name, missingVariable(target, environment.variables)] as const,
  );
  await writeTargetsSeen(disk, layout.notifications, new Map(seen));
}
