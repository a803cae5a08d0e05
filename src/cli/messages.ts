// How it stands with the messages: each target with what waits, what was given up and what its secrets lack. Only looks.

import { readDeliveries } from '../notify/ledger.ts';
import type { Dead } from '../notify/ledger-lines.ts';
import { missingFile, missingVariable } from '../notify/secrets.ts';
import type { Standing } from '../notify/standing.ts';
import { standings } from '../notify/standing.ts';
import type { TargetsSeen } from '../notify/targets-seen.ts';
import { readTargetsSeen } from '../notify/targets-seen.ts';
import type { NotifyTarget } from '../settings/notify-targets.ts';
import type { Environment } from '../system/environment.ts';
import type { Context } from './context.ts';

export interface TargetNow extends Standing {
  /** null where the settings do not name it any more. */
  kind: NotifyTarget['kind'] | null;
  /** What is missing of its address or token; null where nothing is. */
  missing: string | null;
  /** false where the watcher that runs was started without it; null where that is not known. */
  watcher_knows: boolean | null;
}

export interface Messages {
  targets: TargetNow[];
  /** The oldest first. */
  dead: Dead[];
}

/** `watcherRuns`: then the variables that count are its own. */
export function lookAtMessages(context: Context, watcherRuns: boolean): Messages {
  const { parts, layout, settings } = context;
  const { files } = parts.disk;
  const { targets } = settings.notify;
  const deliveries = readDeliveries(files, layout.notifications);
  // one that runs and has said nothing had no targets when it was started
  const seen = watcherRuns ? (readTargetsSeen(files, layout.notifications) ?? new Map()) : undefined;
  const all = standings(deliveries, Object.keys(targets));
  return {
    targets: all.map((standing) => ({ ...standing, ...judged(context, standing.target, seen) })),
    dead: [...deliveries.dead.values()].sort((a, b) => a.deadMs - b.deadMs),
  };
}

function judged({ parts, settings }: Context, name: string, seen: TargetsSeen | undefined) {
  const { targets } = settings.notify;
  const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
  if (!target) return { kind: null, missing: null, watcher_knows: null };
  const variable = seen?.has(name) ? seen.get(name) : missingHere(target, parts.environment.variables);
  const missing = missingFile(target, parts.disk.files) ?? variable ?? null;
  return { kind: target.kind, missing, watcher_knows: seen ? seen.has(name) : null };
}

/** Another process may well have it. */
function missingHere(target: NotifyTarget, variables: Environment['variables']): string | undefined {
  const missing = missingVariable(target, variables);
  return missing && `${missing} in this terminal`;
}

/** Is there anything to tell of it? What waits for its first try is on its way. */
export function isInTrouble({ kind, pending, tries, dead, missing, watcher_knows }: TargetNow): boolean {
  return (
    tries > 0 || dead > 0 || missing !== null || watcher_knows === false || (kind === null && pending > 0)
  );
}
