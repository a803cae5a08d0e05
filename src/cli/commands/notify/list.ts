// `jobq notify`: each target with what waits and why, and every message that was given up.
import { isMeant, readWishes } from '../../../notify/again.ts';
import type { Dead } from '../../../notify/ledger-lines.ts';
import type { Context } from '../../context.ts';
import { watcherRuns } from '../../living.ts';
import type { TargetNow } from '../../messages.ts';
import { lookAtMessages } from '../../messages.ts';
import type { NotifyList } from '../../render/notify-text.ts';
import { notifyText } from '../../render/notify-text.ts';
import type { VerbResult } from '../../verb.ts';

export async function list(context: Context): Promise<VerbResult> {
  const { parts, layout } = context;
  const runs = await watcherRuns(context);
  const { targets, dead } = lookAtMessages(context, runs);
  const wishes = readWishes(parts.disk.files, layout.notifications);
  const askedOf = (given: Dead) => {
    const wish = wishes.find((each) => isMeant(each, given));
    if (!wish) return null;
    return wish.forget === true ? 'forget' : 'again';
  };
  const value: NotifyList = {
    queue: layout.root,
    watcher_runs: runs,
    targets: targets satisfies TargetNow[],
    dead: dead.map((given) => ({ ...shown(given), asked: askedOf(given) })),
  };
  return { value, text: (style) => notifyText(style, value) };
}

function shown({ message, target, queuedMs, deadMs, reason }: Dead) {
  const { id, job_id, event, title } = message;
  const queued_at = new Date(queuedMs).toISOString();
  const given_up_at = new Date(deadMs).toISOString();
  return { message: id, job_id, target, event, title, queued_at, given_up_at, reason };
}
