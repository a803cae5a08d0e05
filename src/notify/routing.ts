// Who is told of a message: the targets of its channel, or the default ones, as far as they want to hear of it. Pure.
import { nameFits } from '../job/name-pattern.ts';
import type { Settings } from '../settings/keys.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Message } from './message.ts';

export type Routing = Pick<Settings['notify'], 'targets' | 'channels' | 'default'>;

/** Results that come late are an end of the job, too. */
function hears(target: NotifyTarget, { event, route }: Message): boolean {
  return target.on.some((word) => word === event || (event === 'late' && word === route.state));
}

function namesFor({ targets, channels, default: others }: Routing, channel: string | undefined): string[] {
  if (channel !== undefined && Object.hasOwn(channels, channel)) return channels[channel] ?? [];
  return others ?? Object.keys(targets);
}

export function targetsFor(message: Message, routing: Routing): string[] {
  const { wanted, channel, project, type } = message.route;
  if (!wanted) return [];
  return [...new Set(namesFor(routing, channel))].filter((name) => {
    const target = Object.hasOwn(routing.targets, name) ? routing.targets[name] : undefined;
    return (
      target && hears(target, message) && nameFits(target.projects, project) && nameFits(target.types, type)
    );
  });
}
