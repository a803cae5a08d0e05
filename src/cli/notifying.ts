// Puts the sender of messages together with the watcher that gives it its turns and its events.
import type { Notifier } from '../notify/notifier.ts';
import { openNotifier } from '../notify/notifier.ts';
import type { Chores } from '../system/chores.ts';
import type { Log } from '../system/log.ts';
import { announcer, messageEvent, untold } from '../watcher/announce.ts';
import type { EventBus } from '../watcher/bus.ts';
import type { Context } from './context.ts';
import type { DaemonParts } from './parts.ts';

/** Undefined when the settings name no target. */
export async function notifierFor(
  { parts, layout, settings }: Context,
  { http, run, random }: DaemonParts,
  { bus, chores, log }: { bus: EventBus; chores: Chores; log: Log },
): Promise<Notifier | undefined> {
  if (Object.keys(settings.notify.targets).length === 0) return undefined;
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
    heard: (change) => {
      const event = messageEvent(change);
      if (event) bus.post(event);
    },
  });
  for (const event of untold({ disk: parts.disk, layout }, notifier.dead())) bus.post(event);
  bus.subscribe(announcer({ disk: parts.disk, layout }, notifier));
  return notifier;
}
